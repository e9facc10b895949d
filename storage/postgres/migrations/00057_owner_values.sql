-- +goose Up

-- What owners have booked in a month, by the day of booking: how many deals, and their value, in whole units and micros. Deals that
-- wait, and those that were cancelled or came to nothing, count for nothing.
CREATE TABLE owner_values (
    owner    TEXT COLLATE "C" NOT NULL,
    currency TEXT COLLATE "C" NOT NULL,
    month    BIGINT NOT NULL, -- of the year 1970 and those after it
    deals    BIGINT NOT NULL,
    units    BIGINT NOT NULL,
    micros   BIGINT NOT NULL,
    PRIMARY KEY (owner, currency, month)
);

-- What each deal counts for.
CREATE VIEW owner_deal_values AS
    SELECT v.id, d.owner, v.currency, v.units, v.micros, CAST((EXTRACT(YEAR FROM DATE '1970-01-01' + CAST(v.day AS INTEGER)) - 1970) * 12
        + EXTRACT(MONTH FROM DATE '1970-01-01' + CAST(v.day AS INTEGER)) - 1 AS BIGINT) AS month
    FROM deal_values AS v JOIN deals AS d ON d.id = v.id WHERE v.kind = 'booked' AND d.owner <> '';

-- The sums move with the deals, whoever writes these. Those of one owner move one transaction after the other: two that moved
-- deals between the same months in opposite directions would wait for each other.
-- +goose StatementBegin
CREATE FUNCTION owner_values_move() RETURNS TRIGGER LANGUAGE plpgsql AS
    $$ DECLARE sign INTEGER := CASE TG_WHEN WHEN 'BEFORE' THEN -1 ELSE 1 END;
    BEGIN
        PERFORM pg_advisory_xact_lock(hashtextextended('owner values ' || NEW.owner, 0));
        INSERT INTO owner_values AS held (owner, currency, month, deals, units, micros)
            SELECT owner, currency, month, sign, sign * units, sign * micros FROM owner_deal_values WHERE id = NEW.id
            ON CONFLICT (owner, currency, month)
                DO UPDATE SET deals = held.deals + excluded.deals, units = held.units + excluded.units, micros = held.micros + excluded.micros;
        RETURN NEW;
    END $$;
-- +goose StatementEnd
CREATE TRIGGER owner_values_begin AFTER INSERT ON deals FOR EACH ROW EXECUTE FUNCTION owner_values_move();
CREATE TRIGGER owner_values_leave BEFORE UPDATE ON deals FOR EACH ROW EXECUTE FUNCTION owner_values_move();
CREATE TRIGGER owner_values_follow AFTER UPDATE ON deals FOR EACH ROW EXECUTE FUNCTION owner_values_move();
INSERT INTO owner_values (owner, currency, month, deals, units, micros)
    SELECT owner, currency, month, COUNT(*), CAST(SUM(units) AS BIGINT), CAST(SUM(micros) AS BIGINT) FROM owner_deal_values
    GROUP BY owner, currency, month;
