-- +goose Up

-- The months, by their first days and those of the next ones. No flight ends more than ten years ahead.
CREATE TABLE months (
    month BIGINT PRIMARY KEY,
    next  BIGINT NOT NULL
);
INSERT INTO months (month, next)
    SELECT CAST(DATE '1970-01-01' + make_interval(months => n) AS DATE) - DATE '1970-01-01', CAST(DATE '1970-01-01' + make_interval(months => n + 1) AS DATE) - DATE '1970-01-01'
    FROM generate_series(0, 1799) AS n;

-- What flights have in a month: how many deals in force or completed run in it, how many of them state no volume, and, of the others, the
-- impressions that their flights have on its days and the value of these at the list price and at the agreed one, each in whole units and
-- micros. part is the connection that moves the sums, so that no transaction waits for another:
-- what counts is the sum of all parts, of which one alone may be below zero.
CREATE TABLE booked_months (
    month       BIGINT NOT NULL,
    currency    TEXT COLLATE "C" NOT NULL,
    part        BIGINT NOT NULL,
    deals       BIGINT NOT NULL,
    unstated    BIGINT NOT NULL,
    impressions BIGINT NOT NULL,
    list_units  BIGINT NOT NULL,
    list_micros BIGINT NOT NULL,
    units       BIGINT NOT NULL,
    micros      BIGINT NOT NULL,
    PRIMARY KEY (month, currency, part)
);

-- The sums move with the deals, whoever writes these. Impressions are spread over a flight evenly, and of what does not divide one goes to
-- each of its first days; before a day so many of them are on the days before. A list value that is too large to be written is the
-- largest there is.
CREATE VIEW booked_month_deals AS
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
                FROM deals JOIN months ON month > flight_start - 31 AND month <= flight_end WHERE status IN ('booked', 'active', 'makegood_pending', 'partially_cancelled', 'completed')) AS held) AS spread) AS valued;
-- +goose StatementBegin
CREATE FUNCTION booked_months_move() RETURNS TRIGGER LANGUAGE plpgsql AS
    $$ DECLARE sign INTEGER := CASE TG_WHEN WHEN 'BEFORE' THEN -1 ELSE 1 END;
    BEGIN
        INSERT INTO booked_months AS held (month, currency, part, deals, unstated, impressions, list_units, list_micros, units, micros)
            SELECT month, currency, part, sign, sign * unstated, sign * impressions, sign * list_units, sign * list_micros, sign * units, sign * micros
            FROM booked_month_deals WHERE id = NEW.id
            ON CONFLICT (month, currency, part)
                DO UPDATE SET deals = held.deals + excluded.deals, unstated = held.unstated + excluded.unstated,
                    impressions = held.impressions + excluded.impressions, list_units = held.list_units + excluded.list_units,
                    list_micros = held.list_micros + excluded.list_micros, units = held.units + excluded.units,
                    micros = held.micros + excluded.micros;
        RETURN NEW;
    END $$;
-- +goose StatementEnd
CREATE TRIGGER booked_months_begin AFTER INSERT ON deals FOR EACH ROW WHEN (NEW.status IN ('booked', 'active', 'makegood_pending', 'partially_cancelled', 'completed')) EXECUTE FUNCTION booked_months_move();
CREATE TRIGGER booked_months_leave BEFORE UPDATE ON deals FOR EACH ROW WHEN (OLD.status IN ('booked', 'active', 'makegood_pending', 'partially_cancelled', 'completed')) EXECUTE FUNCTION booked_months_move();
CREATE TRIGGER booked_months_follow AFTER UPDATE ON deals FOR EACH ROW WHEN (NEW.status IN ('booked', 'active', 'makegood_pending', 'partially_cancelled', 'completed')) EXECUTE FUNCTION booked_months_move();
INSERT INTO booked_months (month, currency, part, deals, unstated, impressions, list_units, list_micros, units, micros)
    SELECT month, currency, part, COUNT(*), CAST(SUM(unstated) AS BIGINT), CAST(SUM(impressions) AS BIGINT),
        CAST(SUM(list_units) AS BIGINT), CAST(SUM(list_micros) AS BIGINT), CAST(SUM(units) AS BIGINT), CAST(SUM(micros) AS BIGINT)
    FROM booked_month_deals GROUP BY month, currency, part;

-- The deals of a month's finances, in the order of their flights.
CREATE INDEX deals_by_booked_flight ON deals (flight_start, flight_end, seq) WHERE booked_on IS NOT NULL;
