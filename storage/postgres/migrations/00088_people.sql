-- +goose Up

-- People who sign in to the deal desk's page at an OpenID Connect provider, as it knows them, and the key that each acts as now: nobody
-- holds its secret. One whose name or roles become others acts as another key, which replaces this one.
CREATE TABLE people (
    issuer       TEXT COLLATE "C" NOT NULL CHECK (issuer <> ''),
    subject      TEXT COLLATE "C" NOT NULL CHECK (subject <> ''),
    key_id       TEXT COLLATE "C" NOT NULL UNIQUE REFERENCES keys (id),
    signed_in_at BIGINT NOT NULL,
    PRIMARY KEY (issuer, subject)
);

-- A session of such a person has a secret of its own, of which the hash is kept, and an end.
ALTER TABLE sign_ins ADD COLUMN secret_hash TEXT COLLATE "C";
ALTER TABLE sign_ins ADD COLUMN expires_at BIGINT DEFAULT NULL CHECK ((expires_at IS NULL) = (secret_hash IS NULL) AND (expires_at IS NULL OR expires_at > at));
