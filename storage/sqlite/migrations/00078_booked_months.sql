-- +goose Up

-- The months, by their first days and those of the next ones. No flight ends more than ten years ahead.
CREATE TABLE months (
    month INTEGER PRIMARY KEY,
    next  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO months (month, next)
    WITH RECURSIVE each (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM each WHERE n < 1799)
    SELECT CAST(julianday('1970-01-01', '+' || n || ' months') - 2440587.5 AS INTEGER), CAST(julianday('1970-01-01', '+' || (n + 1) || ' months') - 2440587.5 AS INTEGER)
    FROM each;

-- What flights have in a month: how many deals in force or completed run in it, how many of them state no volume, and, of the others, the
-- impressions that their flights have on its days and the value of these at the list price and at the agreed one, each in whole units and
-- micros. part is 0 here: one writer moves the sums.
CREATE TABLE booked_months (
    month       INTEGER NOT NULL,
    currency    TEXT NOT NULL,
    part        INTEGER NOT NULL,
    deals       INTEGER NOT NULL,
    unstated    INTEGER NOT NULL,
    impressions INTEGER NOT NULL,
    list_units  INTEGER NOT NULL,
    list_micros INTEGER NOT NULL,
    units       INTEGER NOT NULL,
    micros      INTEGER NOT NULL,
    PRIMARY KEY (month, currency, part)
) STRICT, WITHOUT ROWID;

-- The sums move with the deals, whoever writes these. Impressions are spread over a flight evenly, and of what does not divide one goes to
-- each of its first days; before a day so many of them are on the days before. A list value that is too large to be written is the
-- largest there is. A limit keeps the database from working out each value as often as it is named.
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
                    FROM months WHERE month > new.flight_start - 31 AND month <= new.flight_end LIMIT 40) AS held LIMIT 40) AS spread LIMIT 40) AS valued WHERE TRUE
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
                    FROM months WHERE month > old.flight_start - 31 AND month <= old.flight_end LIMIT 40) AS held LIMIT 40) AS spread LIMIT 40) AS valued WHERE TRUE
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
                    FROM months WHERE month > new.flight_start - 31 AND month <= new.flight_end LIMIT 40) AS held LIMIT 40) AS spread LIMIT 40) AS valued WHERE TRUE
        ON CONFLICT (month, currency, part) DO UPDATE SET deals = deals + excluded.deals, unstated = unstated + excluded.unstated,
            impressions = impressions + excluded.impressions, list_units = list_units + excluded.list_units,
            list_micros = list_micros + excluded.list_micros, units = units + excluded.units, micros = micros + excluded.micros;
END;
-- +goose StatementEnd
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
                    FROM deals JOIN months ON month > flight_start - 31 AND month <= flight_end WHERE status IN ('booked', 'active', 'makegood_pending', 'partially_cancelled', 'completed') LIMIT -1) AS held LIMIT -1) AS spread LIMIT -1) AS valued
        GROUP BY month, currency;

-- The deals of a month's finances, in the order of their flights.
CREATE INDEX deals_by_booked_flight ON deals (flight_start, flight_end, seq) WHERE booked_on IS NOT NULL;
