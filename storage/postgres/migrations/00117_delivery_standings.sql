-- +goose Up

-- How deals of which figures are known stand, by the figures up to a complete day: place is how soon somebody is needed, as the program has it, the
-- lowest first, and NULL of a deal that is not in force or is long over; at_risk is what it will be short of, in micros. What is not counted, or
-- is of another day or by another setting, is looked at anew by whoever asks, until a sweep has stored it. version moves with everything that
-- it hangs on.
CREATE TABLE delivery_standings (
    deal_id     TEXT COLLATE "C" PRIMARY KEY REFERENCES deals (id),
    version     BIGINT NOT NULL DEFAULT 1 CHECK (version > 0),
    counted     BOOLEAN NOT NULL DEFAULT FALSE,
    reckoned_by TEXT COLLATE "C" NOT NULL DEFAULT '',
    day         BIGINT NOT NULL DEFAULT 0,
    place       BIGINT CHECK (place >= 0),
    at_risk     BIGINT NOT NULL DEFAULT 0 CHECK (at_risk >= 0)
);
CREATE INDEX delivery_standings_worst ON delivery_standings (place, at_risk DESC, deal_id) WHERE place IS NOT NULL AND counted;
CREATE INDEX delivery_standings_open ON delivery_standings (deal_id) WHERE NOT counted;
CREATE INDEX delivery_standings_by_day ON delivery_standings (day, deal_id) WHERE place IS NOT NULL;
CREATE INDEX delivery_standings_by_settings ON delivery_standings (reckoned_by, deal_id) WHERE reckoned_by <> '';

INSERT INTO delivery_standings (deal_id) SELECT DISTINCT deal_id FROM earned_months;

-- The deal is held first, as the sweep does, so that it finds what this has changed.
-- +goose StatementBegin
CREATE FUNCTION standing_anew() RETURNS TRIGGER LANGUAGE plpgsql AS
    $$ BEGIN
        IF TG_TABLE_NAME = 'deals' THEN
            UPDATE delivery_standings SET counted = FALSE, version = version + 1 WHERE deal_id = NEW.id;
        ELSIF TG_TABLE_NAME = 'activations' THEN
            PERFORM 1 FROM deals WHERE id = NEW.deal_id FOR KEY SHARE;
            UPDATE delivery_standings SET counted = FALSE, version = version + 1 WHERE deal_id = NEW.deal_id;
        ELSE
            UPDATE delivery_standings SET counted = FALSE, version = version + 1
                WHERE deal_id IN (SELECT deal_id FROM activations WHERE destination_id = NEW.id);
        END IF;
        RETURN NEW;
    END $$;
-- +goose StatementEnd
CREATE TRIGGER standing_by_terms AFTER UPDATE OF status, deal_type, impressions, flight_start, flight_end, final_micros, currency, price, agreed_start, agreed_end
    ON deals FOR EACH ROW
    WHEN (OLD.status <> NEW.status OR OLD.deal_type <> NEW.deal_type OR OLD.impressions <> NEW.impressions OR OLD.flight_start <> NEW.flight_start
        OR OLD.flight_end <> NEW.flight_end OR OLD.final_micros <> NEW.final_micros OR OLD.currency <> NEW.currency OR OLD.price::text <> NEW.price::text
        OR OLD.agreed_start IS DISTINCT FROM NEW.agreed_start OR OLD.agreed_end IS DISTINCT FROM NEW.agreed_end) EXECUTE FUNCTION standing_anew();
CREATE TRIGGER standing_by_place AFTER INSERT ON activations FOR EACH ROW EXECUTE FUNCTION standing_anew();
CREATE TRIGGER standing_by_release AFTER UPDATE OF status, required ON activations FOR EACH ROW
    WHEN ((OLD.status = 'held') <> (NEW.status = 'held') OR OLD.required <> NEW.required) EXECUTE FUNCTION standing_anew();
CREATE TRIGGER standing_by_bills AFTER UPDATE OF name, billing_source ON destinations FOR EACH ROW
    WHEN (OLD.name <> NEW.name OR OLD.billing_source <> NEW.billing_source) EXECUTE FUNCTION standing_anew();
