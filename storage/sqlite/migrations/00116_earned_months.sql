-- +goose Up

-- The months of which there are figures of each deal, and what it earned in them by the source whose figures count: a month's finances add
-- that up. The program reckons it, since a contract, a price that changed and who is asked for the figures all have their part in it. What
-- is not counted, or was reckoned by settings that are others now, is reckoned anew by whoever asks, until a sweep has stored it.
-- reckoned_by are those settings that it hangs on: the time zone by whose days a price changed, and whose figures count where nobody else says.
-- version moves with everything that what is earned hangs on.
CREATE TABLE earned_months (
    month       INTEGER NOT NULL,
    deal_seq    INTEGER NOT NULL,
    deal_id     TEXT NOT NULL REFERENCES deals (id),
    version     INTEGER NOT NULL DEFAULT 1 CHECK (version > 0),
    counted     INTEGER NOT NULL DEFAULT 0 CHECK (counted IN (0, 1)),
    reckoned_by TEXT NOT NULL DEFAULT '',
    currency    TEXT NOT NULL DEFAULT '',
    impressions INTEGER NOT NULL DEFAULT 0 CHECK (impressions >= 0),
    list_micros INTEGER NOT NULL DEFAULT 0 CHECK (list_micros >= 0),
    net_micros  INTEGER NOT NULL DEFAULT 0 CHECK (net_micros >= 0),
    unspent     INTEGER NOT NULL DEFAULT 0 CHECK (unspent IN (0, 1)),
    PRIMARY KEY (month, deal_seq),
    CHECK (NOT counted OR currency <> '')
) STRICT, WITHOUT ROWID;
CREATE INDEX earned_months_by_deal ON earned_months (deal_id);
CREATE INDEX earned_months_open ON earned_months (deal_id) WHERE NOT counted;
CREATE INDEX earned_months_by_settings ON earned_months (reckoned_by, deal_id) WHERE reckoned_by <> '';

INSERT INTO earned_months (month, deal_seq, deal_id)
    SELECT DISTINCT months.month, deals.seq, deals.id FROM (SELECT deal_id, day FROM delivery_sums UNION ALL SELECT deal_id, day FROM delivery_arriving_sums) AS sums
    JOIN deals ON deals.id = sums.deal_id JOIN months ON months.month = (SELECT MAX(m.month) FROM months AS m WHERE m.month <= sums.day);

-- What is earned hangs on the terms of a deal, and on where it is: the figures of the destination that bills it, or is named so, count.
-- +goose StatementBegin
CREATE TRIGGER earned_by_terms AFTER UPDATE OF deal_type, impressions, flight_start, flight_end, final_micros, currency, price ON deals
WHEN OLD.deal_type <> NEW.deal_type OR OLD.impressions <> NEW.impressions OR OLD.flight_start <> NEW.flight_start OR OLD.flight_end <> NEW.flight_end
    OR OLD.final_micros <> NEW.final_micros OR OLD.currency <> NEW.currency OR OLD.price <> NEW.price
BEGIN
    UPDATE earned_months SET counted = 0, version = version + 1 WHERE deal_id = NEW.id;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER earned_by_place AFTER INSERT ON activations BEGIN
    UPDATE earned_months SET counted = 0, version = version + 1 WHERE deal_id = NEW.deal_id;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER earned_by_release AFTER UPDATE OF status, required ON activations
WHEN (OLD.status = 'held') <> (NEW.status = 'held') OR OLD.required <> NEW.required
BEGIN
    UPDATE earned_months SET counted = 0, version = version + 1 WHERE deal_id = NEW.deal_id;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER earned_by_bills AFTER UPDATE OF name, billing_source ON destinations
WHEN OLD.name <> NEW.name OR OLD.billing_source <> NEW.billing_source
BEGIN
    UPDATE earned_months SET counted = 0, version = version + 1
        WHERE deal_id IN (SELECT deal_id FROM activations WHERE destination_id = NEW.id);
END;
-- +goose StatementEnd
