-- +goose Up

-- What deals delivered, by the day and by who counted it. A later word of a source replaces its former one, which is kept.
CREATE TABLE delivery_imports (
    id         TEXT PRIMARY KEY,
    source     TEXT NOT NULL CHECK (source <> ''),
    digest     TEXT NOT NULL CHECK (digest <> ''),
    row_count  INTEGER NOT NULL CHECK (row_count >= 0),
    skipped    INTEGER NOT NULL CHECK (skipped >= 0),
    changed    INTEGER NOT NULL CHECK (changed >= 0),
    first_day  INTEGER NOT NULL,
    last_day   INTEGER NOT NULL CHECK (last_day >= first_day),
    as_of      INTEGER NOT NULL,
    imported_by TEXT NOT NULL,
    imported_at INTEGER NOT NULL,
    UNIQUE (source, digest)
) STRICT;

CREATE TABLE delivery_days (
    deal_id      TEXT NOT NULL REFERENCES deals (id),
    day          INTEGER NOT NULL,
    source       TEXT NOT NULL CHECK (source <> ''),
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
    as_of        INTEGER NOT NULL,
    final        INTEGER NOT NULL CHECK (final IN (0, 1)),
    import_id    TEXT NOT NULL REFERENCES delivery_imports (id),
    PRIMARY KEY (deal_id, day, source, line),
    CHECK ((spend_micros IS NULL) = (currency IS NULL))
) STRICT;
CREATE INDEX delivery_days_by_import ON delivery_days (import_id, deal_id);

CREATE TABLE delivery_revisions (
    deal_id      TEXT NOT NULL,
    day          INTEGER NOT NULL,
    source       TEXT NOT NULL,
    line         TEXT NOT NULL,
    impressions  INTEGER NOT NULL,
    clicks       INTEGER,
    completions  INTEGER,
    viewable     INTEGER,
    bid_requests INTEGER,
    bids         INTEGER,
    wins         INTEGER,
    spend_micros INTEGER,
    currency     TEXT,
    losses       TEXT,
    as_of        INTEGER NOT NULL,
    final        INTEGER NOT NULL,
    import_id    TEXT NOT NULL,
    replaced_by  TEXT NOT NULL REFERENCES delivery_imports (id)
) STRICT;
CREATE INDEX delivery_revisions_by_deal ON delivery_revisions (deal_id, day);
