-- +goose Up

-- A flight is counted in the months that have a day of it. One that began on the first days of March was counted in February too, which is
-- shorter than 31 days, and one of the first of another month in the month before it where that has 30: as a deal more, with impressions and
-- values that were zero or less. Only months that begin less than 31 days before a flight are read, which their key answers.
DROP TRIGGER booked_months_begin;
DROP TRIGGER booked_months_leave;
DROP TRIGGER booked_months_follow;
-- +goose StatementBegin
CREATE TRIGGER booked_months_begin AFTER INSERT ON deals WHEN new.status IN ('booked', 'active', 'makegood_pending', 'partially_cancelled', 'completed') BEGIN
    INSERT INTO booked_months (month, currency, part, deals, unstated, impressions, list_units, list_micros, units, micros)
        SELECT month, currency, 0, 1, CASE WHEN impressions > 0 THEN 0 ELSE 1 END, share, (list / 1000000), (list % 1000000), (net / 1000000), (net % 1000000)
        FROM (SELECT month, currency, impressions, share, (final_micros / 1000) * share + ((final_micros % 1000) * share + 500) / 1000 AS net,
                CASE WHEN share > 0 AND base / 1000 > 9000000000000000000 / share THEN 9223372036854775807
                    ELSE (base / 1000) * share + ((base % 1000) * share + 500) / 1000 END AS list
            FROM (SELECT month, currency, impressions, final_micros, base,
                    impressions / days * (until - since) + MIN(until, impressions % days) - MIN(since, impressions % days) AS share
                FROM (SELECT month, new.currency AS currency, new.impressions AS impressions, new.final_micros AS final_micros, COALESCE(json_extract(new.price, '$.base_micros'), 0) AS base,
                        (new.flight_end - new.flight_start + 1) AS days, MAX(month - new.flight_start, 0) AS since,
                        MIN(next - new.flight_start, (new.flight_end - new.flight_start + 1)) AS until
                    FROM months WHERE month > new.flight_start - 31 AND next > new.flight_start AND month <= new.flight_end LIMIT 40) AS held LIMIT 40) AS spread LIMIT 40) AS valued WHERE TRUE
        ON CONFLICT (month, currency, part) DO UPDATE SET deals = deals + excluded.deals, unstated = unstated + excluded.unstated,
            impressions = impressions + excluded.impressions, list_units = list_units + excluded.list_units,
            list_micros = list_micros + excluded.list_micros, units = units + excluded.units, micros = micros + excluded.micros;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER booked_months_leave BEFORE UPDATE ON deals WHEN old.status IN ('booked', 'active', 'makegood_pending', 'partially_cancelled', 'completed') BEGIN
    INSERT INTO booked_months (month, currency, part, deals, unstated, impressions, list_units, list_micros, units, micros)
        SELECT month, currency, 0, -1, -CASE WHEN impressions > 0 THEN 0 ELSE 1 END, -share, -(list / 1000000), -(list % 1000000), -(net / 1000000), -(net % 1000000)
        FROM (SELECT month, currency, impressions, share, (final_micros / 1000) * share + ((final_micros % 1000) * share + 500) / 1000 AS net,
                CASE WHEN share > 0 AND base / 1000 > 9000000000000000000 / share THEN 9223372036854775807
                    ELSE (base / 1000) * share + ((base % 1000) * share + 500) / 1000 END AS list
            FROM (SELECT month, currency, impressions, final_micros, base,
                    impressions / days * (until - since) + MIN(until, impressions % days) - MIN(since, impressions % days) AS share
                FROM (SELECT month, old.currency AS currency, old.impressions AS impressions, old.final_micros AS final_micros, COALESCE(json_extract(old.price, '$.base_micros'), 0) AS base,
                        (old.flight_end - old.flight_start + 1) AS days, MAX(month - old.flight_start, 0) AS since,
                        MIN(next - old.flight_start, (old.flight_end - old.flight_start + 1)) AS until
                    FROM months WHERE month > old.flight_start - 31 AND next > old.flight_start AND month <= old.flight_end LIMIT 40) AS held LIMIT 40) AS spread LIMIT 40) AS valued WHERE TRUE
        ON CONFLICT (month, currency, part) DO UPDATE SET deals = deals + excluded.deals, unstated = unstated + excluded.unstated,
            impressions = impressions + excluded.impressions, list_units = list_units + excluded.list_units,
            list_micros = list_micros + excluded.list_micros, units = units + excluded.units, micros = micros + excluded.micros;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER booked_months_follow AFTER UPDATE ON deals WHEN new.status IN ('booked', 'active', 'makegood_pending', 'partially_cancelled', 'completed') BEGIN
    INSERT INTO booked_months (month, currency, part, deals, unstated, impressions, list_units, list_micros, units, micros)
        SELECT month, currency, 0, 1, CASE WHEN impressions > 0 THEN 0 ELSE 1 END, share, (list / 1000000), (list % 1000000), (net / 1000000), (net % 1000000)
        FROM (SELECT month, currency, impressions, share, (final_micros / 1000) * share + ((final_micros % 1000) * share + 500) / 1000 AS net,
                CASE WHEN share > 0 AND base / 1000 > 9000000000000000000 / share THEN 9223372036854775807
                    ELSE (base / 1000) * share + ((base % 1000) * share + 500) / 1000 END AS list
            FROM (SELECT month, currency, impressions, final_micros, base,
                    impressions / days * (until - since) + MIN(until, impressions % days) - MIN(since, impressions % days) AS share
                FROM (SELECT month, new.currency AS currency, new.impressions AS impressions, new.final_micros AS final_micros, COALESCE(json_extract(new.price, '$.base_micros'), 0) AS base,
                        (new.flight_end - new.flight_start + 1) AS days, MAX(month - new.flight_start, 0) AS since,
                        MIN(next - new.flight_start, (new.flight_end - new.flight_start + 1)) AS until
                    FROM months WHERE month > new.flight_start - 31 AND next > new.flight_start AND month <= new.flight_end LIMIT 40) AS held LIMIT 40) AS spread LIMIT 40) AS valued WHERE TRUE
        ON CONFLICT (month, currency, part) DO UPDATE SET deals = deals + excluded.deals, unstated = unstated + excluded.unstated,
            impressions = impressions + excluded.impressions, list_units = list_units + excluded.list_units,
            list_micros = list_micros + excluded.list_micros, units = units + excluded.units, micros = micros + excluded.micros;
END;
-- +goose StatementEnd

-- The sums are counted anew, of all deals.
DELETE FROM booked_months;
INSERT INTO booked_months (month, currency, part, deals, unstated, impressions, list_units, list_micros, units, micros)
        SELECT month, currency, 0, COUNT(*), SUM(CASE WHEN impressions > 0 THEN 0 ELSE 1 END), SUM(share), SUM(list / 1000000), SUM(list % 1000000), SUM(net / 1000000), SUM(net % 1000000)
        FROM (SELECT month, currency, impressions, share, (final_micros / 1000) * share + ((final_micros % 1000) * share + 500) / 1000 AS net,
                CASE WHEN share > 0 AND base / 1000 > 9000000000000000000 / share THEN 9223372036854775807
                    ELSE (base / 1000) * share + ((base % 1000) * share + 500) / 1000 END AS list
            FROM (SELECT month, currency, impressions, final_micros, base,
                    impressions / days * (until - since) + MIN(until, impressions % days) - MIN(since, impressions % days) AS share
                FROM (SELECT month, deals.currency AS currency, deals.impressions AS impressions, deals.final_micros AS final_micros, COALESCE(json_extract(deals.price, '$.base_micros'), 0) AS base,
                        (deals.flight_end - deals.flight_start + 1) AS days, MAX(month - deals.flight_start, 0) AS since,
                        MIN(next - deals.flight_start, (deals.flight_end - deals.flight_start + 1)) AS until
                    FROM deals JOIN months ON month > flight_start - 31 AND next > flight_start AND month <= flight_end WHERE status IN ('booked', 'active', 'makegood_pending', 'partially_cancelled', 'completed') LIMIT -1) AS held LIMIT -1) AS spread LIMIT -1) AS valued
        GROUP BY month, currency;
