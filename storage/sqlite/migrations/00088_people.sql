-- +goose Up

-- People who sign in to the deal desk's page at an OpenID Connect provider, as it knows them, and the key that each acts as now: nobody
-- holds its secret. One whose name or roles become others acts as another key, which replaces this one.
CREATE TABLE people (
    issuer       TEXT NOT NULL CHECK (issuer <> ''),
    subject      TEXT NOT NULL CHECK (subject <> ''),
    key_id       TEXT NOT NULL UNIQUE REFERENCES keys (id),
    signed_in_at INTEGER NOT NULL,
    PRIMARY KEY (issuer, subject)
) STRICT, WITHOUT ROWID;

-- A session of such a person has a secret of its own, of which the hash is kept, and an end.
ALTER TABLE sign_ins ADD COLUMN secret_hash TEXT;
ALTER TABLE sign_ins ADD COLUMN expires_at INTEGER DEFAULT NULL CHECK ((expires_at IS NULL) = (secret_hash IS NULL) AND (expires_at IS NULL OR expires_at > at));
