-- +goose Up

-- What deals delivered, by the day and by who counted it. A later word of a source replaces its former one, which is kept.
CREATE TABLE delivery_imports (
    id         TEXT COLLATE "C" PRIMARY KEY,
    source     TEXT COLLATE "C" NOT NULL CHECK (source <> ''),
    digest     TEXT COLLATE "C" NOT NULL CHECK (digest <> ''),
    row_count  BIGINT NOT NULL CHECK (row_count >= 0),
    skipped    BIGINT NOT NULL CHECK (skipped >= 0),
    changed    BIGINT NOT NULL CHECK (changed >= 0),
    first_day  BIGINT NOT NULL,
    last_day   BIGINT NOT NULL CHECK (last_day >= first_day),
    as_of      BIGINT NOT NULL,
    imported_by TEXT COLLATE "C" NOT NULL,
    imported_at BIGINT NOT NULL,
    UNIQUE (source, digest)
);

CREATE TABLE delivery_days (
    deal_id      TEXT COLLATE "C" NOT NULL REFERENCES deals (id),
    day          BIGINT NOT NULL,
    source       TEXT COLLATE "C" NOT NULL CHECK (source <> ''),
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
    as_of        BIGINT NOT NULL,
    final        BOOLEAN NOT NULL,
    import_id    TEXT COLLATE "C" NOT NULL REFERENCES delivery_imports (id),
    PRIMARY KEY (deal_id, day, source, line),
    CHECK ((spend_micros IS NULL) = (currency IS NULL))
);
CREATE INDEX delivery_days_by_import ON delivery_days (import_id, deal_id);

CREATE TABLE delivery_revisions (
    deal_id      TEXT COLLATE "C" NOT NULL,
    day          BIGINT NOT NULL,
    source       TEXT COLLATE "C" NOT NULL,
    line         TEXT COLLATE "C" NOT NULL,
    impressions  BIGINT NOT NULL,
    clicks       BIGINT,
    completions  BIGINT,
    viewable     BIGINT,
    bid_requests BIGINT,
    bids         BIGINT,
    wins         BIGINT,
    spend_micros BIGINT,
    currency     TEXT COLLATE "C",
    losses       JSON,
    as_of        BIGINT NOT NULL,
    final        BOOLEAN NOT NULL,
    import_id    TEXT COLLATE "C" NOT NULL,
    replaced_by  TEXT COLLATE "C" NOT NULL REFERENCES delivery_imports (id)
);
CREATE INDEX delivery_revisions_by_deal ON delivery_revisions (deal_id, day);
