-- +goose Up

-- Links under which anybody who has one reads a deal's sheet, until it is ended or over. Of the secret in the link its hash is kept.
CREATE TABLE deal_shares (
    id         TEXT PRIMARY KEY,
    deal_id    TEXT NOT NULL REFERENCES deals (id),
    hash       TEXT NOT NULL UNIQUE,
    created_by TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL CHECK (expires_at > created_at),
    ended_by   TEXT NOT NULL DEFAULT '',
    ended_at   INTEGER CHECK ((ended_at IS NULL) = (ended_by = ''))
) STRICT;
CREATE INDEX deal_shares_by_deal ON deal_shares (deal_id, id);
