-- +goose Up

-- What deals are called in systems that give them ids of their own, under which their buyers bid.
CREATE TABLE deal_aliases (
    system         TEXT NOT NULL CHECK (system <> ''),
    alias          TEXT NOT NULL CHECK (alias <> ''),
    deal_id        TEXT NOT NULL REFERENCES deals (id),
    destination_id TEXT NOT NULL,
    seat           TEXT NOT NULL,
    PRIMARY KEY (system, alias)
) STRICT;
CREATE INDEX deal_aliases_by_deal ON deal_aliases (deal_id, system, alias);
