-- +goose Up

-- What was booked on a day of each product: how many deals, how many of them state no volume, and, of the others, the impressions and
-- the value at the list price and at the agreed one, each in whole units and micros. kind tells those that are in force or completed
-- from those that were cancelled since. part is 0 here: one writer moves the sums.
CREATE TABLE booked_days (
    day         INTEGER NOT NULL,
    product_id  TEXT NOT NULL,
    currency    TEXT NOT NULL,
    kind        TEXT NOT NULL CHECK (kind IN ('booked', 'cancelled')),
    part        INTEGER NOT NULL,
    deals       INTEGER NOT NULL,
    unstated    INTEGER NOT NULL,
    impressions INTEGER NOT NULL,
    list_units  INTEGER NOT NULL,
    list_micros INTEGER NOT NULL,
    units       INTEGER NOT NULL,
    micros      INTEGER NOT NULL,
    PRIMARY KEY (day, product_id, currency, kind, part)
) STRICT, WITHOUT ROWID;

-- What each deal counts for. A list value that is too large to be written is the largest there is.
CREATE VIEW booked_day_deals AS
    SELECT id, day, product_id, currency, kind, 0 AS part, CASE WHEN impressions > 0 THEN 0 ELSE 1 END AS unstated, impressions,
        list / 1000000 AS list_units, list % 1000000 AS list_micros, net / 1000000 AS units, net % 1000000 AS micros
    FROM (
        SELECT id, day, product_id, currency, kind, impressions,
            (final_micros / 1000) * impressions + ((final_micros % 1000) * impressions + 500) / 1000 AS net,
            CASE WHEN impressions > 0 AND base / 1000 > 9000000000000000000 / impressions THEN 9223372036854775807
                ELSE (base / 1000) * impressions + ((base % 1000) * impressions + 500) / 1000 END AS list
        FROM (
            SELECT id, booked_on AS day, product_id, currency, CASE status WHEN 'cancelled' THEN 'cancelled' ELSE 'booked' END AS kind,
                impressions, final_micros, COALESCE(json_extract(price, '$.base_micros'), 0) AS base
            FROM deals
            WHERE booked_on IS NOT NULL AND status IN ('booked', 'active', 'makegood_pending', 'partially_cancelled', 'completed', 'cancelled')
        ) AS booked
    ) AS valued;

-- The sums move with the deals, whoever writes these.
-- +goose StatementBegin
CREATE TRIGGER booked_days_begin AFTER INSERT ON deals WHEN new.booked_on IS NOT NULL BEGIN
    INSERT INTO booked_days (day, product_id, currency, kind, part, deals, unstated, impressions, list_units, list_micros, units, micros)
        SELECT day, product_id, currency, kind, part, 1, unstated, impressions, list_units, list_micros, units, micros
        FROM booked_day_deals WHERE id = new.id
        ON CONFLICT (day, product_id, currency, kind, part) DO UPDATE SET deals = deals + 1, unstated = unstated + excluded.unstated,
            impressions = impressions + excluded.impressions, list_units = list_units + excluded.list_units,
            list_micros = list_micros + excluded.list_micros, units = units + excluded.units, micros = micros + excluded.micros;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER booked_days_leave BEFORE UPDATE ON deals WHEN old.booked_on IS NOT NULL BEGIN
    INSERT INTO booked_days (day, product_id, currency, kind, part, deals, unstated, impressions, list_units, list_micros, units, micros)
        SELECT day, product_id, currency, kind, part, -1, -unstated, -impressions, -list_units, -list_micros, -units, -micros
        FROM booked_day_deals WHERE id = old.id
        ON CONFLICT (day, product_id, currency, kind, part) DO UPDATE SET deals = deals - 1, unstated = unstated + excluded.unstated,
            impressions = impressions + excluded.impressions, list_units = list_units + excluded.list_units,
            list_micros = list_micros + excluded.list_micros, units = units + excluded.units, micros = micros + excluded.micros;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER booked_days_follow AFTER UPDATE ON deals WHEN new.booked_on IS NOT NULL BEGIN
    INSERT INTO booked_days (day, product_id, currency, kind, part, deals, unstated, impressions, list_units, list_micros, units, micros)
        SELECT day, product_id, currency, kind, part, 1, unstated, impressions, list_units, list_micros, units, micros
        FROM booked_day_deals WHERE id = new.id
        ON CONFLICT (day, product_id, currency, kind, part) DO UPDATE SET deals = deals + 1, unstated = unstated + excluded.unstated,
            impressions = impressions + excluded.impressions, list_units = list_units + excluded.list_units,
            list_micros = list_micros + excluded.list_micros, units = units + excluded.units, micros = micros + excluded.micros;
END;
-- +goose StatementEnd
INSERT INTO booked_days (day, product_id, currency, kind, part, deals, unstated, impressions, list_units, list_micros, units, micros)
    SELECT day, product_id, currency, kind, part, COUNT(*), SUM(unstated), SUM(impressions), SUM(list_units), SUM(list_micros), SUM(units), SUM(micros)
    FROM booked_day_deals GROUP BY day, product_id, currency, kind, part;

-- The former sums of owners' months are read by no program any more: stated_values has them, of stated volumes alone.
DROP TRIGGER owner_values_begin;
DROP TRIGGER owner_values_leave;
DROP TRIGGER owner_values_follow;
DROP INDEX stated_values_by_day;
