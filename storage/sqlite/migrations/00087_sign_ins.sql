-- +goose Up

-- The sessions of the deal desk's page: who signed in with which key, from where, and when that was last used. One that was ended, or that
-- is not here, is refused.
CREATE TABLE sign_ins (
    id       TEXT NOT NULL PRIMARY KEY,
    key_id   TEXT NOT NULL REFERENCES keys (id),
    address  TEXT NOT NULL,
    browser  TEXT NOT NULL,
    at       INTEGER NOT NULL,
    used_at  INTEGER NOT NULL CHECK (used_at >= at),
    ended_at INTEGER,
    ended_by TEXT,
    CHECK ((ended_at IS NULL) = (ended_by IS NULL))
) STRICT, WITHOUT ROWID;

CREATE INDEX sign_ins_by_key ON sign_ins (key_id, id);
CREATE INDEX sign_ins_by_use ON sign_ins (used_at);
