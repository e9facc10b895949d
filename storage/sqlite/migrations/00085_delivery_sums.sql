-- +goose Up

-- What each source says that a deal delivered on a day, added up over the source's lines, so that a read of a deal is bounded by its days
-- and sources. won and won_of are the wins and bids of the lines that have both, spent_on the impressions of those that have a spend;
-- of one in several currencies there is none.
CREATE TABLE delivery_sums (
    deal_id      TEXT NOT NULL REFERENCES deals (id),
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
    PRIMARY KEY (deal_id, source, day),
    CHECK ((spend_micros IS NULL) = (currency IS NULL))
) STRICT, WITHOUT ROWID;

CREATE TABLE delivery_losses (
    deal_id TEXT NOT NULL REFERENCES deals (id),
    source  TEXT NOT NULL CHECK (source <> ''),
    day     INTEGER NOT NULL,
    code    TEXT NOT NULL,
    bids    INTEGER NOT NULL CHECK (bids >= 0),
    PRIMARY KEY (deal_id, source, day, code)
) STRICT, WITHOUT ROWID;

INSERT INTO delivery_sums (deal_id, source, day, impressions, clicks, completions, viewable, bid_requests, bids, wins, spend_micros, won, won_of, spent_on, currency, mixed, as_of, final)
    SELECT deal_id, source, day,
        CASE WHEN SUM((impressions) / 1000000) > (9223372036854775807 - SUM((impressions) % 1000000)) / 1000000 THEN 9223372036854775807
            ELSE SUM((impressions) / 1000000) * 1000000 + SUM((impressions) % 1000000) END,
        CASE WHEN SUM((clicks) / 1000000) > (9223372036854775807 - SUM((clicks) % 1000000)) / 1000000 THEN 9223372036854775807
            ELSE SUM((clicks) / 1000000) * 1000000 + SUM((clicks) % 1000000) END,
        CASE WHEN SUM((completions) / 1000000) > (9223372036854775807 - SUM((completions) % 1000000)) / 1000000 THEN 9223372036854775807
            ELSE SUM((completions) / 1000000) * 1000000 + SUM((completions) % 1000000) END,
        CASE WHEN SUM((viewable) / 1000000) > (9223372036854775807 - SUM((viewable) % 1000000)) / 1000000 THEN 9223372036854775807
            ELSE SUM((viewable) / 1000000) * 1000000 + SUM((viewable) % 1000000) END,
        CASE WHEN SUM((bid_requests) / 1000000) > (9223372036854775807 - SUM((bid_requests) % 1000000)) / 1000000 THEN 9223372036854775807
            ELSE SUM((bid_requests) / 1000000) * 1000000 + SUM((bid_requests) % 1000000) END,
        CASE WHEN SUM((bids) / 1000000) > (9223372036854775807 - SUM((bids) % 1000000)) / 1000000 THEN 9223372036854775807
            ELSE SUM((bids) / 1000000) * 1000000 + SUM((bids) % 1000000) END,
        CASE WHEN SUM((wins) / 1000000) > (9223372036854775807 - SUM((wins) % 1000000)) / 1000000 THEN 9223372036854775807
            ELSE SUM((wins) / 1000000) * 1000000 + SUM((wins) % 1000000) END,
        CASE WHEN MIN(currency) = MAX(currency) THEN CASE WHEN SUM((spend_micros) / 1000000) > (9223372036854775807 - SUM((spend_micros) % 1000000)) / 1000000 THEN 9223372036854775807
            ELSE SUM((spend_micros) / 1000000) * 1000000 + SUM((spend_micros) % 1000000) END END,
        CASE WHEN SUM((CASE WHEN bids IS NOT NULL THEN wins END) / 1000000) > (9223372036854775807 - SUM((CASE WHEN bids IS NOT NULL THEN wins END) % 1000000)) / 1000000 THEN 9223372036854775807
            ELSE SUM((CASE WHEN bids IS NOT NULL THEN wins END) / 1000000) * 1000000 + SUM((CASE WHEN bids IS NOT NULL THEN wins END) % 1000000) END,
        CASE WHEN SUM((CASE WHEN wins IS NOT NULL THEN bids END) / 1000000) > (9223372036854775807 - SUM((CASE WHEN wins IS NOT NULL THEN bids END) % 1000000)) / 1000000 THEN 9223372036854775807
            ELSE SUM((CASE WHEN wins IS NOT NULL THEN bids END) / 1000000) * 1000000 + SUM((CASE WHEN wins IS NOT NULL THEN bids END) % 1000000) END,
        CASE WHEN SUM((CASE WHEN spend_micros IS NULL THEN 0 ELSE impressions END) / 1000000) > (9223372036854775807 - SUM((CASE WHEN spend_micros IS NULL THEN 0 ELSE impressions END) % 1000000)) / 1000000 THEN 9223372036854775807
            ELSE SUM((CASE WHEN spend_micros IS NULL THEN 0 ELSE impressions END) / 1000000) * 1000000 + SUM((CASE WHEN spend_micros IS NULL THEN 0 ELSE impressions END) % 1000000) END,
        CASE WHEN MIN(currency) = MAX(currency) THEN MIN(currency) END, COALESCE(MIN(currency) <> MAX(currency), FALSE), MAX(as_of), MIN(final)
    FROM delivery_days GROUP BY deal_id, source, day;
INSERT INTO delivery_losses (deal_id, source, day, code, bids)
    SELECT deal_id, source, day, lost.key,
        CASE WHEN SUM((CAST(lost.value AS BIGINT)) / 1000000) > (9223372036854775807 - SUM((CAST(lost.value AS BIGINT)) % 1000000)) / 1000000 THEN 9223372036854775807
            ELSE SUM((CAST(lost.value AS BIGINT)) / 1000000) * 1000000 + SUM((CAST(lost.value AS BIGINT)) % 1000000) END
    FROM delivery_days CROSS JOIN json_each(losses) AS lost WHERE losses IS NOT NULL GROUP BY deal_id, source, day, lost.key;

-- Imports whose rows are in the sums. One of a program that knows no sums is not, until a present one sees to it.
CREATE TABLE delivery_summed (
    import_id TEXT PRIMARY KEY REFERENCES delivery_imports (id)
) STRICT, WITHOUT ROWID;
INSERT INTO delivery_summed (import_id) SELECT id FROM delivery_imports;

-- Of several sources of which none is said to count, the one that is heard of longest does.
CREATE INDEX delivery_imports_first ON delivery_imports (source, id);
