-- +goose Up

-- Who asked, the rule as it was then, and what the buyer is told.
ALTER TABLE approvals ADD COLUMN requested_by TEXT NOT NULL DEFAULT '';
ALTER TABLE approvals ADD COLUMN rule_role TEXT NOT NULL DEFAULT '';
ALTER TABLE approvals ADD COLUMN rule_condition TEXT NOT NULL DEFAULT '';
ALTER TABLE approvals ADD COLUMN message_to_buyer TEXT NOT NULL DEFAULT '';

-- The operator who wrote a quote for its buyer.
ALTER TABLE quotes ADD COLUMN created_by TEXT NOT NULL DEFAULT '';

-- account is whom a deal's value counts for, booked_on the day that it was booked, in the publisher's time zone, and
-- assumed_impressions the volume that a deal without one counts with.
ALTER TABLE deals ADD COLUMN status_reason TEXT NOT NULL DEFAULT '';
ALTER TABLE deals ADD COLUMN account TEXT;
ALTER TABLE deals ADD COLUMN booked_on INTEGER;
ALTER TABLE deals ADD COLUMN assumed_impressions INTEGER NOT NULL DEFAULT 0;

-- What accounts have booked on a day, and what they have open: running deals, by the last day of their flights. The sums are
-- kept in whole units and micros, so that no number of deals overflows them.
CREATE TABLE booked_values (
    account  TEXT NOT NULL,
    currency TEXT NOT NULL,
    kind     TEXT NOT NULL CHECK (kind IN ('booked', 'open')),
    day      INTEGER NOT NULL,
    units    INTEGER NOT NULL,
    micros   INTEGER NOT NULL,
    PRIMARY KEY (account, currency, kind, day)
) STRICT, WITHOUT ROWID;

-- What each deal counts for.
CREATE VIEW deal_values AS
    SELECT id, account, currency, kind, CASE kind WHEN 'booked' THEN booked_on ELSE flight_end END AS day,
        value / 1000000 AS units, value % 1000000 AS micros
    FROM (
        SELECT id, COALESCE(account, owner) AS account, currency, status, flight_end,
            COALESCE(booked_on, created_at / 86400000000) AS booked_on,
            (final_micros / 1000) * CASE WHEN impressions > 0 THEN impressions ELSE assumed_impressions END
                + ((final_micros % 1000) * CASE WHEN impressions > 0 THEN impressions ELSE assumed_impressions END + 500) / 1000 AS value
        FROM deals
    ) AS valued
    CROSS JOIN (SELECT 'booked' AS kind UNION ALL SELECT 'open') AS kinds
    WHERE status IN ('booked', 'active', 'makegood_pending', 'partially_cancelled') OR status = 'completed' AND kind = 'booked';

-- The sums move with the deals, whoever writes these.
-- +goose StatementBegin
CREATE TRIGGER booked_values_begin AFTER INSERT ON deals BEGIN
    INSERT INTO booked_values (account, currency, kind, day, units, micros)
        SELECT account, currency, kind, day, units, micros FROM deal_values WHERE id = new.id
        ON CONFLICT (account, currency, kind, day) DO UPDATE SET units = units + excluded.units, micros = micros + excluded.micros;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER booked_values_leave BEFORE UPDATE ON deals BEGIN
    INSERT INTO booked_values (account, currency, kind, day, units, micros)
        SELECT account, currency, kind, day, -units, -micros FROM deal_values WHERE id = old.id
        ON CONFLICT (account, currency, kind, day) DO UPDATE SET units = units + excluded.units, micros = micros + excluded.micros;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER booked_values_follow AFTER UPDATE ON deals BEGIN
    INSERT INTO booked_values (account, currency, kind, day, units, micros)
        SELECT account, currency, kind, day, units, micros FROM deal_values WHERE id = new.id
        ON CONFLICT (account, currency, kind, day) DO UPDATE SET units = units + excluded.units, micros = micros + excluded.micros;
END;
-- +goose StatementEnd
INSERT INTO booked_values (account, currency, kind, day, units, micros)
    SELECT account, currency, kind, day, SUM(units), SUM(micros) FROM deal_values GROUP BY account, currency, kind, day;
