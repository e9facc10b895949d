-- +goose Up

-- Impressions of quotes that are held for their buyers until an instant. What is active is reserved in inventory_days as well. A quote
-- has one active hold at most, and a buyer one in each of its places on a product, which the settings limit; the desk's holds for it
-- have places of their own.
CREATE TABLE holds (
    id           TEXT PRIMARY KEY,
    quote_id     TEXT NOT NULL REFERENCES quotes (id) ON DELETE CASCADE,
    held_quote   TEXT UNIQUE CHECK (held_quote = quote_id), -- while it is active
    owner        TEXT NOT NULL CHECK (owner <> ''),
    product_id   TEXT NOT NULL REFERENCES products (id),
    impressions  INTEGER NOT NULL CHECK (impressions > 0),
    flight_start INTEGER NOT NULL,
    flight_end   INTEGER NOT NULL,
    status       TEXT NOT NULL CHECK (status IN ('active', 'taken', 'released', 'expired')),
    by_desk      INTEGER NOT NULL CHECK (by_desk IN (0, 1)),
    slot         INTEGER CHECK (slot > 0), -- while it is active
    until        INTEGER NOT NULL,
    deal_id      TEXT UNIQUE REFERENCES deals (id),
    created_by   TEXT NOT NULL,
    created_at   INTEGER NOT NULL,
    ended_at     INTEGER,
    CHECK (flight_start <= flight_end),
    CHECK (until > created_at),
    UNIQUE (owner, product_id, by_desk, slot),
    CHECK ((status = 'active') = (ended_at IS NULL)),
    CHECK ((status = 'active') = (held_quote IS NOT NULL)),
    CHECK ((status = 'active') = (slot IS NOT NULL)),
    CHECK ((status = 'taken') = (deal_id IS NOT NULL))
) STRICT;
CREATE INDEX holds_over_days ON holds (product_id, flight_end) WHERE status = 'active';
CREATE INDEX holds_to_end ON holds (until, id) WHERE status = 'active';
CREATE INDEX holds_by_quote ON holds (quote_id, id);
CREATE INDEX holds_by_owner ON holds (owner, id);
CREATE INDEX holds_by_product ON holds (product_id, id);
