-- +goose Up

-- What deals are called in systems that give them ids of their own, under which their buyers bid.
CREATE TABLE deal_aliases (
    system         TEXT COLLATE "C" NOT NULL CHECK (system <> ''),
    alias          TEXT COLLATE "C" NOT NULL CHECK (alias <> ''),
    deal_id        TEXT COLLATE "C" NOT NULL REFERENCES deals (id),
    destination_id TEXT COLLATE "C" NOT NULL,
    seat           TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (system, alias)
);
CREATE INDEX deal_aliases_by_deal ON deal_aliases (deal_id, system, alias);
