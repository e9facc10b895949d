-- +goose Up

-- A flight is counted in the months that have a day of it. The view of what a flight has in each month had one that began on the first days of
-- March in February too, which is shorter than 31 days, and one of the first of another month in the month before it where that has 30: as a
-- deal more, with impressions and values that were zero or less. The triggers reckon without it by now, and rightly, but the sums began with
-- what it said.
CREATE OR REPLACE VIEW booked_month_deals AS
    SELECT id, month, currency, CAST(pg_backend_pid() AS BIGINT) AS part, CASE WHEN impressions > 0 THEN 0 ELSE 1 END AS unstated, share AS impressions,
    list / 1000000 AS list_units, list % 1000000 AS list_micros, net / 1000000 AS units, net % 1000000 AS micros
    FROM (SELECT id, month, currency, impressions, share, (final_micros / 1000) * share + ((final_micros % 1000) * share + 500) / 1000 AS net,
            CASE WHEN share > 0 AND base / 1000 > 9000000000000000000 / share THEN 9223372036854775807
                ELSE (base / 1000) * share + ((base % 1000) * share + 500) / 1000 END AS list
        FROM (SELECT id, month, currency, impressions, final_micros, base,
                impressions / days * (until - since) + LEAST(until, impressions % days) - LEAST(since, impressions % days) AS share
            FROM (SELECT deals.id AS id, month, deals.currency AS currency, deals.impressions AS impressions, deals.final_micros AS final_micros, COALESCE(CAST(deals.price->>'base_micros' AS BIGINT), 0) AS base,
                    (deals.flight_end - deals.flight_start + 1) AS days, GREATEST(month - deals.flight_start, 0) AS since,
                    LEAST(next - deals.flight_start, (deals.flight_end - deals.flight_start + 1)) AS until
                FROM deals JOIN months ON month > flight_start - 31 AND next > flight_start AND month <= flight_end WHERE status IN ('booked', 'active', 'makegood_pending', 'partially_cancelled', 'completed')) AS held) AS spread) AS valued;

-- The sums are counted anew, of all deals. Nobody writes a deal meanwhile: to replace a trigger, even by itself, holds the table until the commit.
CREATE OR REPLACE TRIGGER booked_months_begin AFTER INSERT ON deals FOR EACH ROW WHEN (NEW.status IN ('booked', 'active', 'makegood_pending', 'partially_cancelled', 'completed')) EXECUTE FUNCTION booked_months_move();
DELETE FROM booked_months;
INSERT INTO booked_months (month, currency, part, deals, unstated, impressions, list_units, list_micros, units, micros)
    SELECT month, currency, part, COUNT(*), CAST(SUM(unstated) AS BIGINT), CAST(SUM(impressions) AS BIGINT),
        CAST(SUM(list_units) AS BIGINT), CAST(SUM(list_micros) AS BIGINT), CAST(SUM(units) AS BIGINT), CAST(SUM(micros) AS BIGINT)
    FROM booked_month_deals GROUP BY month, currency, part;
