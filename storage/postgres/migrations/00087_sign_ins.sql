-- +goose Up

-- The sessions of the deal desk's page: who signed in with which key, from where, and when that was last used. One that was ended, or that
-- is not here, is refused.
CREATE TABLE sign_ins (
    id       TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    key_id   TEXT COLLATE "C" NOT NULL REFERENCES keys (id),
    address  TEXT COLLATE "C" NOT NULL,
    browser  TEXT COLLATE "C" NOT NULL,
    at       BIGINT NOT NULL,
    used_at  BIGINT NOT NULL CHECK (used_at >= at),
    ended_at BIGINT,
    ended_by TEXT COLLATE "C",
    CHECK ((ended_at IS NULL) = (ended_by IS NULL))
);

CREATE INDEX sign_ins_by_key ON sign_ins (key_id, id);
CREATE INDEX sign_ins_by_use ON sign_ins (used_at);
