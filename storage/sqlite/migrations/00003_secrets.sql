-- +goose Up

-- Secrets of the program's own, which its nodes share: what seals the sessions of the desk's page.
CREATE TABLE secrets (
    name  TEXT PRIMARY KEY,
    value BLOB NOT NULL CHECK (length(value) >= 16)
) WITHOUT ROWID;
