-- +goose Up

-- Who asked, the rule as it was then, and what the buyer is told.
ALTER TABLE approvals ADD COLUMN requested_by TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE approvals ADD COLUMN rule_role TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE approvals ADD COLUMN rule_condition TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE approvals ADD COLUMN message_to_buyer TEXT COLLATE "C" NOT NULL DEFAULT '';

-- The operator who wrote a quote for its buyer.
ALTER TABLE quotes ADD COLUMN created_by TEXT COLLATE "C" NOT NULL DEFAULT '';

-- account is whom a deal's value counts for, booked_on the day that it was booked, in the publisher's time zone, and
-- assumed_impressions the volume that a deal without one counts with.
ALTER TABLE deals ADD COLUMN status_reason TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE deals ADD COLUMN account TEXT COLLATE "C";
ALTER TABLE deals ADD COLUMN booked_on INTEGER;
ALTER TABLE deals ADD COLUMN assumed_impressions BIGINT NOT NULL DEFAULT 0;

-- What accounts have booked on a day, and what they have open: running deals, by the last day of their flights. The sums are
-- kept in whole units and micros, so that no number of deals overflows them.
CREATE TABLE booked_values (
    account  TEXT COLLATE "C" NOT NULL,
    currency TEXT COLLATE "C" NOT NULL,
    kind     TEXT COLLATE "C" NOT NULL CHECK (kind IN ('booked', 'open')),
    day      INTEGER NOT NULL,
    units    BIGINT NOT NULL,
    micros   BIGINT NOT NULL,
    PRIMARY KEY (account, currency, kind, day)
);

-- What each deal counts for.
CREATE VIEW deal_values AS
    SELECT id, account, currency, kind, CASE kind WHEN 'booked' THEN booked_on ELSE flight_end END AS day,
        value / 1000000 AS units, value % 1000000 AS micros
    FROM (
        SELECT id, COALESCE(account, owner) AS account, currency, status, flight_end,
            COALESCE(booked_on, CAST(created_at / 86400000000 AS INTEGER)) AS booked_on,
            (final_micros / 1000) * CASE WHEN impressions > 0 THEN impressions ELSE assumed_impressions END
                + ((final_micros % 1000) * CASE WHEN impressions > 0 THEN impressions ELSE assumed_impressions END + 500) / 1000 AS value
        FROM deals
    ) AS valued
    CROSS JOIN (SELECT 'booked' AS kind UNION ALL SELECT 'open') AS kinds
    WHERE status IN ('booked', 'active', 'makegood_pending', 'partially_cancelled') OR status = 'completed' AND kind = 'booked';

-- The sums move with the deals, whoever writes these. Those of one account move one transaction after the other: two that
-- moved deals between the same days in opposite directions would wait for each other.
-- +goose StatementBegin
CREATE FUNCTION booked_values_move() RETURNS TRIGGER LANGUAGE plpgsql AS
    $$ DECLARE sign INTEGER := CASE TG_WHEN WHEN 'BEFORE' THEN -1 ELSE 1 END;
    BEGIN
        PERFORM pg_advisory_xact_lock(hashtextextended('booked values ' || COALESCE(NEW.account, NEW.owner), 0));
        INSERT INTO booked_values AS held (account, currency, kind, day, units, micros)
            SELECT account, currency, kind, day, sign * units, sign * micros FROM deal_values WHERE id = NEW.id ORDER BY kind, day
            ON CONFLICT (account, currency, kind, day)
                DO UPDATE SET units = held.units + excluded.units, micros = held.micros + excluded.micros;
        RETURN NEW;
    END $$;
-- +goose StatementEnd
CREATE TRIGGER booked_values_begin AFTER INSERT ON deals FOR EACH ROW EXECUTE FUNCTION booked_values_move();
CREATE TRIGGER booked_values_leave BEFORE UPDATE ON deals FOR EACH ROW EXECUTE FUNCTION booked_values_move();
CREATE TRIGGER booked_values_follow AFTER UPDATE ON deals FOR EACH ROW EXECUTE FUNCTION booked_values_move();
INSERT INTO booked_values (account, currency, kind, day, units, micros)
    SELECT account, currency, kind, day, CAST(SUM(units) AS BIGINT), CAST(SUM(micros) AS BIGINT) FROM deal_values
    GROUP BY account, currency, kind, day;
