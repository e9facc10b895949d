-- +goose Up

-- What was booked on a day of each product: how many deals, how many of them state no volume, and, of the others, the impressions and
-- the value at the list price and at the agreed one, each in whole units and micros. kind tells those that are in force or completed
-- from those that were cancelled since. part is the connection that moves the sums, so that no transaction waits for another: what
-- counts is the sum of all parts, of which one alone may be below zero.
CREATE TABLE booked_days (
    day         BIGINT NOT NULL,
    product_id  TEXT COLLATE "C" NOT NULL,
    currency    TEXT COLLATE "C" NOT NULL,
    kind        TEXT COLLATE "C" NOT NULL CHECK (kind IN ('booked', 'cancelled')),
    part        BIGINT NOT NULL,
    deals       BIGINT NOT NULL,
    unstated    BIGINT NOT NULL,
    impressions BIGINT NOT NULL,
    list_units  BIGINT NOT NULL,
    list_micros BIGINT NOT NULL,
    units       BIGINT NOT NULL,
    micros      BIGINT NOT NULL,
    PRIMARY KEY (day, product_id, currency, kind, part)
);

-- What each deal counts for. A list value that is too large to be written is the largest there is.
CREATE VIEW booked_day_deals AS
    SELECT id, day, product_id, currency, kind, part, CASE WHEN impressions > 0 THEN 0 ELSE 1 END AS unstated, impressions,
        list / 1000000 AS list_units, list % 1000000 AS list_micros, net / 1000000 AS units, net % 1000000 AS micros
    FROM (
        SELECT id, day, product_id, currency, kind, part, impressions,
            (final_micros / 1000) * impressions + ((final_micros % 1000) * impressions + 500) / 1000 AS net,
            CASE WHEN impressions > 0 AND base / 1000 > 9000000000000000000 / impressions THEN 9223372036854775807
                ELSE (base / 1000) * impressions + ((base % 1000) * impressions + 500) / 1000 END AS list
        FROM (
            SELECT id, CAST(booked_on AS BIGINT) AS day, product_id, currency, CASE status WHEN 'cancelled' THEN 'cancelled' ELSE 'booked' END AS kind,
                CAST(pg_backend_pid() AS BIGINT) AS part, impressions, final_micros, COALESCE(CAST(price->>'base_micros' AS BIGINT), 0) AS base
            FROM deals
            WHERE booked_on IS NOT NULL AND status IN ('booked', 'active', 'makegood_pending', 'partially_cancelled', 'completed', 'cancelled')
        ) AS booked
    ) AS valued;

-- The sums move with the deals, whoever writes these.
-- +goose StatementBegin
CREATE FUNCTION booked_days_move() RETURNS TRIGGER LANGUAGE plpgsql AS
    $$ DECLARE sign INTEGER := CASE TG_WHEN WHEN 'BEFORE' THEN -1 ELSE 1 END;
    BEGIN
        INSERT INTO booked_days AS held (day, product_id, currency, kind, part, deals, unstated, impressions, list_units, list_micros, units, micros)
            SELECT day, product_id, currency, kind, part, sign, sign * unstated, sign * impressions, sign * list_units, sign * list_micros,
                sign * units, sign * micros
            FROM booked_day_deals WHERE id = NEW.id
            ON CONFLICT (day, product_id, currency, kind, part)
                DO UPDATE SET deals = held.deals + excluded.deals, unstated = held.unstated + excluded.unstated,
                    impressions = held.impressions + excluded.impressions, list_units = held.list_units + excluded.list_units,
                    list_micros = held.list_micros + excluded.list_micros, units = held.units + excluded.units,
                    micros = held.micros + excluded.micros;
        RETURN NEW;
    END $$;
-- +goose StatementEnd
CREATE TRIGGER booked_days_begin AFTER INSERT ON deals FOR EACH ROW WHEN (NEW.booked_on IS NOT NULL) EXECUTE FUNCTION booked_days_move();
CREATE TRIGGER booked_days_leave BEFORE UPDATE ON deals FOR EACH ROW WHEN (OLD.booked_on IS NOT NULL) EXECUTE FUNCTION booked_days_move();
CREATE TRIGGER booked_days_follow AFTER UPDATE ON deals FOR EACH ROW WHEN (NEW.booked_on IS NOT NULL) EXECUTE FUNCTION booked_days_move();
INSERT INTO booked_days (day, product_id, currency, kind, part, deals, unstated, impressions, list_units, list_micros, units, micros)
    SELECT day, product_id, currency, kind, part, COUNT(*), CAST(SUM(unstated) AS BIGINT), CAST(SUM(impressions) AS BIGINT),
        CAST(SUM(list_units) AS BIGINT), CAST(SUM(list_micros) AS BIGINT), CAST(SUM(units) AS BIGINT), CAST(SUM(micros) AS BIGINT)
    FROM booked_day_deals GROUP BY day, product_id, currency, kind, part;

-- The former sums of owners' months are read by no program any more: stated_values has them, of stated volumes alone.
DROP TRIGGER owner_values_begin ON deals;
DROP TRIGGER owner_values_leave ON deals;
DROP TRIGGER owner_values_follow ON deals;
DROP INDEX stated_values_by_day;
