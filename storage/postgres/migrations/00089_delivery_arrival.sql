-- +goose Up

-- A file of figures on its way into the ledger: its rows are written in many short transactions, and count from the one that sets shown.
-- From then on what it says of a day is read in place of delivery_sums and delivery_losses, until all of it is there. There is one at a
-- time; a claim that has run out before it was shown is of a process that ended.
CREATE TABLE delivery_arrival (
    one           BIGINT PRIMARY KEY CHECK (one = 1),
    import_id     TEXT COLLATE "C" NOT NULL CHECK (import_id <> ''),
    source        TEXT COLLATE "C" NOT NULL CHECK (source <> ''),
    as_of         BIGINT NOT NULL,
    claimed_until BIGINT NOT NULL,
    shown         BOOLEAN NOT NULL
);

CREATE TABLE delivery_arriving (
    deal_id      TEXT COLLATE "C" NOT NULL,
    day          BIGINT NOT NULL,
    line         TEXT COLLATE "C" NOT NULL,
    impressions  BIGINT NOT NULL CHECK (impressions >= 0),
    clicks       BIGINT CHECK (clicks >= 0),
    completions  BIGINT CHECK (completions >= 0),
    viewable     BIGINT CHECK (viewable >= 0),
    bid_requests BIGINT CHECK (bid_requests >= 0),
    bids         BIGINT CHECK (bids >= 0),
    wins         BIGINT CHECK (wins >= 0),
    spend_micros BIGINT CHECK (spend_micros >= 0),
    currency     TEXT COLLATE "C",
    losses       JSON,
    final        BOOLEAN NOT NULL,
    PRIMARY KEY (deal_id, day, line),
    CHECK ((spend_micros IS NULL) = (currency IS NULL))
);

CREATE TABLE delivery_arriving_sums (
    deal_id      TEXT COLLATE "C" NOT NULL,
    source       TEXT COLLATE "C" NOT NULL CHECK (source <> ''),
    day          BIGINT NOT NULL,
    impressions  BIGINT NOT NULL CHECK (impressions >= 0),
    clicks       BIGINT CHECK (clicks >= 0),
    completions  BIGINT CHECK (completions >= 0),
    viewable     BIGINT CHECK (viewable >= 0),
    bid_requests BIGINT CHECK (bid_requests >= 0),
    bids         BIGINT CHECK (bids >= 0),
    wins         BIGINT CHECK (wins >= 0),
    spend_micros BIGINT CHECK (spend_micros >= 0),
    won          BIGINT CHECK (won >= 0),
    won_of       BIGINT CHECK (won_of >= 0),
    spent_on     BIGINT NOT NULL CHECK (spent_on >= 0),
    currency     TEXT COLLATE "C",
    mixed        BOOLEAN NOT NULL,
    as_of        BIGINT NOT NULL,
    final        BOOLEAN NOT NULL,
    PRIMARY KEY (deal_id, day),
    CHECK ((spend_micros IS NULL) = (currency IS NULL))
);

CREATE TABLE delivery_arriving_losses (
    deal_id TEXT COLLATE "C" NOT NULL,
    source  TEXT COLLATE "C" NOT NULL CHECK (source <> ''),
    day     BIGINT NOT NULL,
    code    TEXT COLLATE "C" NOT NULL,
    bids    BIGINT NOT NULL CHECK (bids >= 0),
    PRIMARY KEY (deal_id, day, code)
);
