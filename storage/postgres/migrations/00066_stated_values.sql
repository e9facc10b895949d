-- +goose Up

-- What owners have booked on a day, by the volume that each deal states: how many deals, how many of them state none, and the value
-- of the others, in whole units and micros. Deals that wait, and those that were cancelled or came to nothing, count for nothing. The
-- programs before counted a volume that nobody stated, in owner_values, which they go on to read.
CREATE TABLE stated_values (
    owner    TEXT COLLATE "C" NOT NULL,
    currency TEXT COLLATE "C" NOT NULL,
    month    BIGINT NOT NULL, -- of the year 1970 and those after it
    day      BIGINT NOT NULL,
    deals    BIGINT NOT NULL,
    unstated BIGINT NOT NULL,
    units    BIGINT NOT NULL,
    micros   BIGINT NOT NULL,
    PRIMARY KEY (owner, currency, month, day)
);

-- What each deal counts for.
CREATE VIEW stated_deal_values AS
    SELECT id, owner, currency, CAST((EXTRACT(YEAR FROM DATE '1970-01-01' + CAST(day AS INTEGER)) - 1970) * 12
            + EXTRACT(MONTH FROM DATE '1970-01-01' + CAST(day AS INTEGER)) - 1 AS BIGINT) AS month, day,
        CASE WHEN impressions > 0 THEN 0 ELSE 1 END AS unstated, value / 1000000 AS units, value % 1000000 AS micros
    FROM (
        SELECT id, owner, currency, status, impressions, COALESCE(booked_on, created_at / 86400000000) AS day,
            (final_micros / 1000) * impressions + ((final_micros % 1000) * impressions + 500) / 1000 AS value
        FROM deals
    ) AS valued
    WHERE status IN ('booked', 'active', 'makegood_pending', 'partially_cancelled', 'completed');

-- The sums move with the deals, whoever writes these. Those of one owner move one transaction after the other: two that moved
-- deals between the same days in opposite directions would wait for each other.
-- +goose StatementBegin
CREATE FUNCTION stated_values_move() RETURNS TRIGGER LANGUAGE plpgsql AS
    $$ DECLARE sign INTEGER := CASE TG_WHEN WHEN 'BEFORE' THEN -1 ELSE 1 END;
    BEGIN
        PERFORM pg_advisory_xact_lock(hashtextextended('owner values ' || NEW.owner, 0));
        INSERT INTO stated_values AS held (owner, currency, month, day, deals, unstated, units, micros)
            SELECT owner, currency, month, day, sign, sign * unstated, sign * units, sign * micros FROM stated_deal_values WHERE id = NEW.id
            ON CONFLICT (owner, currency, month, day)
                DO UPDATE SET deals = held.deals + excluded.deals, unstated = held.unstated + excluded.unstated,
                    units = held.units + excluded.units, micros = held.micros + excluded.micros;
        RETURN NEW;
    END $$;
-- +goose StatementEnd
CREATE TRIGGER stated_values_begin AFTER INSERT ON deals FOR EACH ROW EXECUTE FUNCTION stated_values_move();
CREATE TRIGGER stated_values_leave BEFORE UPDATE ON deals FOR EACH ROW EXECUTE FUNCTION stated_values_move();
CREATE TRIGGER stated_values_follow AFTER UPDATE ON deals FOR EACH ROW EXECUTE FUNCTION stated_values_move();
INSERT INTO stated_values (owner, currency, month, day, deals, unstated, units, micros)
    SELECT owner, currency, month, day, COUNT(*), CAST(SUM(unstated) AS BIGINT), CAST(SUM(units) AS BIGINT), CAST(SUM(micros) AS BIGINT)
    FROM stated_deal_values GROUP BY owner, currency, month, day;
CREATE INDEX stated_values_by_day ON stated_values (day, currency, unstated, units, micros);
