-- +goose Up

-- A file of figures on its way into the ledger: its rows are written in many short transactions, and count from the one that sets shown.
-- From then on what it says of a day is read in place of delivery_sums and delivery_losses, until all of it is there. There is one at a
-- time; a claim that has run out before it was shown is of a process that ended.
CREATE TABLE delivery_arrival (
    one           INTEGER PRIMARY KEY CHECK (one = 1),
    import_id     TEXT NOT NULL CHECK (import_id <> ''),
    source        TEXT NOT NULL CHECK (source <> ''),
    as_of         INTEGER NOT NULL,
    claimed_until INTEGER NOT NULL,
    shown         INTEGER NOT NULL CHECK (shown IN (0, 1))
) STRICT;

CREATE TABLE delivery_arriving (
    deal_id      TEXT NOT NULL,
    day          INTEGER NOT NULL,
    line         TEXT NOT NULL,
    impressions  INTEGER NOT NULL CHECK (impressions >= 0),
    clicks       INTEGER CHECK (clicks >= 0),
    completions  INTEGER CHECK (completions >= 0),
    viewable     INTEGER CHECK (viewable >= 0),
    bid_requests INTEGER CHECK (bid_requests >= 0),
    bids         INTEGER CHECK (bids >= 0),
    wins         INTEGER CHECK (wins >= 0),
    spend_micros INTEGER CHECK (spend_micros >= 0),
    currency     TEXT,
    losses       TEXT CHECK (json_valid(losses)),
    final        INTEGER NOT NULL CHECK (final IN (0, 1)),
    PRIMARY KEY (deal_id, day, line),
    CHECK ((spend_micros IS NULL) = (currency IS NULL))
) STRICT, WITHOUT ROWID;

CREATE TABLE delivery_arriving_sums (
    deal_id      TEXT NOT NULL,
    source       TEXT NOT NULL CHECK (source <> ''),
    day          INTEGER NOT NULL,
    impressions  INTEGER NOT NULL CHECK (impressions >= 0),
    clicks       INTEGER CHECK (clicks >= 0),
    completions  INTEGER CHECK (completions >= 0),
    viewable     INTEGER CHECK (viewable >= 0),
    bid_requests INTEGER CHECK (bid_requests >= 0),
    bids         INTEGER CHECK (bids >= 0),
    wins         INTEGER CHECK (wins >= 0),
    spend_micros INTEGER CHECK (spend_micros >= 0),
    won          INTEGER CHECK (won >= 0),
    won_of       INTEGER CHECK (won_of >= 0),
    spent_on     INTEGER NOT NULL CHECK (spent_on >= 0),
    currency     TEXT,
    mixed        INTEGER NOT NULL CHECK (mixed IN (0, 1)),
    as_of        INTEGER NOT NULL,
    final        INTEGER NOT NULL CHECK (final IN (0, 1)),
    PRIMARY KEY (deal_id, day),
    CHECK ((spend_micros IS NULL) = (currency IS NULL))
) STRICT, WITHOUT ROWID;

CREATE TABLE delivery_arriving_losses (
    deal_id TEXT NOT NULL,
    source  TEXT NOT NULL CHECK (source <> ''),
    day     INTEGER NOT NULL,
    code    TEXT NOT NULL,
    bids    INTEGER NOT NULL CHECK (bids >= 0),
    PRIMARY KEY (deal_id, day, code)
) STRICT, WITHOUT ROWID;
