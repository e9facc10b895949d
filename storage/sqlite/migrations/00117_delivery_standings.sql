-- +goose Up

-- How deals of which figures are known stand, by the figures up to a complete day: place is how soon somebody is needed, as the program has it, the
-- lowest first, and NULL of a deal that is not in force or is long over; at_risk is what it will be short of, in micros. What is not counted, or
-- is of another day or by another setting, is looked at anew by whoever asks, until a sweep has stored it. version moves with everything that
-- it hangs on.
CREATE TABLE delivery_standings (
    deal_id     TEXT PRIMARY KEY REFERENCES deals (id),
    version     INTEGER NOT NULL DEFAULT 1 CHECK (version > 0),
    counted     INTEGER NOT NULL DEFAULT 0 CHECK (counted IN (0, 1)),
    reckoned_by TEXT NOT NULL DEFAULT '',
    day         INTEGER NOT NULL DEFAULT 0,
    place       INTEGER CHECK (place >= 0),
    at_risk     INTEGER NOT NULL DEFAULT 0 CHECK (at_risk >= 0)
) STRICT, WITHOUT ROWID;
CREATE INDEX delivery_standings_worst ON delivery_standings (place, at_risk DESC, deal_id) WHERE place IS NOT NULL AND counted;
CREATE INDEX delivery_standings_open ON delivery_standings (deal_id) WHERE NOT counted;
CREATE INDEX delivery_standings_by_day ON delivery_standings (day, deal_id) WHERE place IS NOT NULL;
CREATE INDEX delivery_standings_by_settings ON delivery_standings (reckoned_by, deal_id) WHERE reckoned_by <> '';

INSERT INTO delivery_standings (deal_id) SELECT DISTINCT deal_id FROM earned_months;

-- +goose StatementBegin
CREATE TRIGGER standing_by_terms AFTER UPDATE OF status, deal_type, impressions, flight_start, flight_end, final_micros, currency, price, agreed_start, agreed_end ON deals
WHEN OLD.status <> NEW.status OR OLD.deal_type <> NEW.deal_type OR OLD.impressions <> NEW.impressions OR OLD.flight_start <> NEW.flight_start
    OR OLD.flight_end <> NEW.flight_end OR OLD.final_micros <> NEW.final_micros OR OLD.currency <> NEW.currency OR OLD.price <> NEW.price
    OR OLD.agreed_start IS NOT NEW.agreed_start OR OLD.agreed_end IS NOT NEW.agreed_end
BEGIN
    UPDATE delivery_standings SET counted = 0, version = version + 1 WHERE deal_id = NEW.id;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER standing_by_place AFTER INSERT ON activations BEGIN
    UPDATE delivery_standings SET counted = 0, version = version + 1 WHERE deal_id = NEW.deal_id;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER standing_by_release AFTER UPDATE OF status, required ON activations
WHEN (OLD.status = 'held') <> (NEW.status = 'held') OR OLD.required <> NEW.required
BEGIN
    UPDATE delivery_standings SET counted = 0, version = version + 1 WHERE deal_id = NEW.deal_id;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER standing_by_bills AFTER UPDATE OF name, billing_source ON destinations
WHEN OLD.name <> NEW.name OR OLD.billing_source <> NEW.billing_source
BEGIN
    UPDATE delivery_standings SET counted = 0, version = version + 1
        WHERE deal_id IN (SELECT deal_id FROM activations WHERE destination_id = NEW.id);
END;
-- +goose StatementEnd
