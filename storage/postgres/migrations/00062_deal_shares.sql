-- +goose Up

-- Links under which anybody who has one reads a deal's sheet, until it is ended or over. Of the secret in the link its hash is kept.
CREATE TABLE deal_shares (
    id         TEXT COLLATE "C" PRIMARY KEY,
    deal_id    TEXT COLLATE "C" NOT NULL REFERENCES deals (id),
    hash       TEXT COLLATE "C" NOT NULL UNIQUE,
    created_by TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL CHECK (expires_at > created_at),
    ended_by   TEXT COLLATE "C" NOT NULL DEFAULT '',
    ended_at   BIGINT CHECK ((ended_at IS NULL) = (ended_by = ''))
);
CREATE INDEX deal_shares_by_deal ON deal_shares (deal_id, id);
