-- +goose Up

-- What owners have booked on a day, by the volume that each deal states: how many deals, how many of them state none, and the value
-- of the others, in whole units and micros. Deals that wait, and those that were cancelled or came to nothing, count for nothing. The
-- programs before counted a volume that nobody stated, in owner_values, which they go on to read.
CREATE TABLE stated_values (
    owner    TEXT NOT NULL,
    currency TEXT NOT NULL,
    month    INTEGER NOT NULL, -- of the year 1970 and those after it
    day      INTEGER NOT NULL,
    deals    INTEGER NOT NULL,
    unstated INTEGER NOT NULL,
    units    INTEGER NOT NULL,
    micros   INTEGER NOT NULL,
    PRIMARY KEY (owner, currency, month, day)
) STRICT, WITHOUT ROWID;

-- What each deal counts for.
CREATE VIEW stated_deal_values AS
    SELECT id, owner, currency, (CAST(strftime('%Y', day * 86400, 'unixepoch') AS INTEGER) - 1970) * 12
            + CAST(strftime('%m', day * 86400, 'unixepoch') AS INTEGER) - 1 AS month, day,
        CASE WHEN impressions > 0 THEN 0 ELSE 1 END AS unstated, value / 1000000 AS units, value % 1000000 AS micros
    FROM (
        SELECT id, owner, currency, status, impressions, COALESCE(booked_on, created_at / 86400000000) AS day,
            (final_micros / 1000) * impressions + ((final_micros % 1000) * impressions + 500) / 1000 AS value
        FROM deals
    ) AS valued
    WHERE status IN ('booked', 'active', 'makegood_pending', 'partially_cancelled', 'completed');

-- The sums move with the deals, whoever writes these.
-- +goose StatementBegin
CREATE TRIGGER stated_values_begin AFTER INSERT ON deals BEGIN
    INSERT INTO stated_values (owner, currency, month, day, deals, unstated, units, micros)
        SELECT owner, currency, month, day, 1, unstated, units, micros FROM stated_deal_values WHERE id = new.id
        ON CONFLICT (owner, currency, month, day) DO UPDATE SET deals = deals + 1, unstated = unstated + excluded.unstated,
            units = units + excluded.units, micros = micros + excluded.micros;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER stated_values_leave BEFORE UPDATE ON deals BEGIN
    INSERT INTO stated_values (owner, currency, month, day, deals, unstated, units, micros)
        SELECT owner, currency, month, day, -1, -unstated, -units, -micros FROM stated_deal_values WHERE id = old.id
        ON CONFLICT (owner, currency, month, day) DO UPDATE SET deals = deals - 1, unstated = unstated + excluded.unstated,
            units = units + excluded.units, micros = micros + excluded.micros;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER stated_values_follow AFTER UPDATE ON deals BEGIN
    INSERT INTO stated_values (owner, currency, month, day, deals, unstated, units, micros)
        SELECT owner, currency, month, day, 1, unstated, units, micros FROM stated_deal_values WHERE id = new.id
        ON CONFLICT (owner, currency, month, day) DO UPDATE SET deals = deals + 1, unstated = unstated + excluded.unstated,
            units = units + excluded.units, micros = micros + excluded.micros;
END;
-- +goose StatementEnd
INSERT INTO stated_values (owner, currency, month, day, deals, unstated, units, micros)
    SELECT owner, currency, month, day, COUNT(*), SUM(unstated), SUM(units), SUM(micros) FROM stated_deal_values
    GROUP BY owner, currency, month, day;
CREATE INDEX stated_values_by_day ON stated_values (day, currency, unstated, units, micros);
