-- +goose Up

-- Impressions of quotes that are held for their buyers until an instant. What is active is reserved in inventory_days as well. A quote
-- has one active hold at most, and a buyer one in each of its places on a product, which the settings limit; the desk's holds for it
-- have places of their own.
CREATE TABLE holds (
    id           TEXT COLLATE "C" PRIMARY KEY,
    quote_id     TEXT COLLATE "C" NOT NULL REFERENCES quotes (id) ON DELETE CASCADE,
    held_quote   TEXT COLLATE "C" UNIQUE CHECK (held_quote = quote_id), -- while it is active
    owner        TEXT COLLATE "C" NOT NULL CHECK (owner <> ''),
    product_id   TEXT COLLATE "C" NOT NULL REFERENCES products (id),
    impressions  BIGINT NOT NULL CHECK (impressions > 0),
    flight_start INTEGER NOT NULL,
    flight_end   INTEGER NOT NULL,
    status       TEXT COLLATE "C" NOT NULL CHECK (status IN ('active', 'taken', 'released', 'expired')),
    by_desk      BOOLEAN NOT NULL,
    slot         INTEGER CHECK (slot > 0), -- while it is active
    until        BIGINT NOT NULL,
    deal_id      TEXT COLLATE "C" UNIQUE REFERENCES deals (id),
    created_by   TEXT COLLATE "C" NOT NULL,
    created_at   BIGINT NOT NULL,
    ended_at     BIGINT,
    CHECK (flight_start <= flight_end),
    CHECK (until > created_at),
    UNIQUE (owner, product_id, by_desk, slot),
    CHECK ((status = 'active') = (ended_at IS NULL)),
    CHECK ((status = 'active') = (held_quote IS NOT NULL)),
    CHECK ((status = 'active') = (slot IS NOT NULL)),
    CHECK ((status = 'taken') = (deal_id IS NOT NULL))
);
CREATE INDEX holds_over_days ON holds (product_id, flight_end) WHERE status = 'active';
CREATE INDEX holds_to_end ON holds (until, id) WHERE status = 'active';
CREATE INDEX holds_by_quote ON holds (quote_id, id);
CREATE INDEX holds_by_owner ON holds (owner, id);
CREATE INDEX holds_by_product ON holds (product_id, id);
