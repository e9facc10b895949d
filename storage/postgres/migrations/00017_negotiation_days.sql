-- +goose Up

-- Whom the prices of a negotiation count for, and the deal that booked what was agreed on a quote.
ALTER TABLE proposals ADD COLUMN party TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE negotiations ADD COLUMN party TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE negotiations ADD COLUMN deal_id TEXT COLLATE "C";

-- The agreement that priced a quote.
ALTER TABLE quotes ADD COLUMN proposal_id TEXT COLLATE "C";
ALTER TABLE quotes ADD COLUMN negotiation_id TEXT COLLATE "C";

-- What a party has opened and heard over one product on one day. lowest_micros on base_micros is the lowest price that was
-- stated, in proportion to its base.
CREATE TABLE negotiation_days (
    party         TEXT COLLATE "C" NOT NULL CHECK (party <> ''),
    product_id    TEXT COLLATE "C" NOT NULL REFERENCES products (id),
    currency      TEXT COLLATE "C" NOT NULL,
    day           INTEGER NOT NULL,
    opened        BIGINT NOT NULL CHECK (opened >= 0),
    lowest_micros BIGINT NOT NULL,
    base_micros   BIGINT NOT NULL,
    PRIMARY KEY (party, product_id, currency, day),
    CHECK (lowest_micros >= 0 AND lowest_micros <= base_micros),
    CHECK ((lowest_micros = 0) = (base_micros = 0))
);
CREATE INDEX negotiation_days_by_day ON negotiation_days (day);

-- Agreements that have not become a deal.
CREATE INDEX proposals_agreed ON proposals (owner, product_id, deal_type, flight_start, flight_end, agreed_impressions, agreed_micros)
    WHERE status = 'accepted';
CREATE INDEX negotiations_agreed ON negotiations (owner, product_id, deal_type, flight_start, flight_end, impressions, agreed_micros)
    WHERE status = 'accepted' AND quote_id IS NOT NULL AND deal_id IS NULL;
