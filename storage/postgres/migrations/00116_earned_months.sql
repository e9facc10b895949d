-- +goose Up

-- The months of which there are figures of each deal, and what it earned in them by the source whose figures count: a month's finances add
-- that up. The program reckons it, since a contract, a price that changed and who is asked for the figures all have their part in it. What
-- is not counted, or was reckoned by settings that are others now, is reckoned anew by whoever asks, until a sweep has stored it.
-- reckoned_by are those settings that it hangs on: the time zone by whose days a price changed, and whose figures count where nobody else says.
-- version moves with everything that what is earned hangs on.
CREATE TABLE earned_months (
    month       BIGINT NOT NULL,
    deal_seq    BIGINT NOT NULL,
    deal_id     TEXT COLLATE "C" NOT NULL REFERENCES deals (id),
    version     BIGINT NOT NULL DEFAULT 1 CHECK (version > 0),
    counted     BOOLEAN NOT NULL DEFAULT FALSE,
    reckoned_by TEXT COLLATE "C" NOT NULL DEFAULT '',
    currency    TEXT COLLATE "C" NOT NULL DEFAULT '',
    impressions BIGINT NOT NULL DEFAULT 0 CHECK (impressions >= 0),
    list_micros BIGINT NOT NULL DEFAULT 0 CHECK (list_micros >= 0),
    net_micros  BIGINT NOT NULL DEFAULT 0 CHECK (net_micros >= 0),
    unspent     BOOLEAN NOT NULL DEFAULT FALSE,
    PRIMARY KEY (month, deal_seq),
    CHECK (NOT counted OR currency <> '')
);
CREATE INDEX earned_months_by_deal ON earned_months (deal_id);
CREATE INDEX earned_months_open ON earned_months (deal_id) WHERE NOT counted;
CREATE INDEX earned_months_by_settings ON earned_months (reckoned_by, deal_id) WHERE reckoned_by <> '';

INSERT INTO earned_months (month, deal_seq, deal_id)
    SELECT DISTINCT months.month, deals.seq, deals.id FROM (SELECT deal_id, day FROM delivery_sums UNION ALL SELECT deal_id, day FROM delivery_arriving_sums) AS sums
    JOIN deals ON deals.id = sums.deal_id JOIN months ON months.month <= sums.day AND months.next > sums.day;

-- What is earned hangs on the terms of a deal, and on where it is: the figures of the destination that bills it, or is named so, count. The deal is held
-- first, as the sweep does, so that it finds what this has changed.
-- +goose StatementBegin
CREATE FUNCTION earned_anew() RETURNS TRIGGER LANGUAGE plpgsql AS
    $$ BEGIN
        IF TG_TABLE_NAME = 'deals' THEN
            UPDATE earned_months SET counted = FALSE, version = version + 1 WHERE deal_id = NEW.id;
        ELSIF TG_TABLE_NAME = 'activations' THEN
            PERFORM 1 FROM deals WHERE id = NEW.deal_id FOR KEY SHARE;
            UPDATE earned_months SET counted = FALSE, version = version + 1 WHERE deal_id = NEW.deal_id;
        ELSE
            UPDATE earned_months SET counted = FALSE, version = version + 1
                WHERE deal_id IN (SELECT deal_id FROM activations WHERE destination_id = NEW.id);
        END IF;
        RETURN NEW;
    END $$;
-- +goose StatementEnd
CREATE TRIGGER earned_by_terms AFTER UPDATE OF deal_type, impressions, flight_start, flight_end, final_micros, currency, price ON deals FOR EACH ROW
    WHEN (OLD.deal_type <> NEW.deal_type OR OLD.impressions <> NEW.impressions OR OLD.flight_start <> NEW.flight_start OR OLD.flight_end <> NEW.flight_end
        OR OLD.final_micros <> NEW.final_micros OR OLD.currency <> NEW.currency OR OLD.price::text <> NEW.price::text) EXECUTE FUNCTION earned_anew();
CREATE TRIGGER earned_by_place AFTER INSERT ON activations FOR EACH ROW EXECUTE FUNCTION earned_anew();
CREATE TRIGGER earned_by_release AFTER UPDATE OF status, required ON activations FOR EACH ROW
    WHEN ((OLD.status = 'held') <> (NEW.status = 'held') OR OLD.required <> NEW.required) EXECUTE FUNCTION earned_anew();
CREATE TRIGGER earned_by_bills AFTER UPDATE OF name, billing_source ON destinations FOR EACH ROW
    WHEN (OLD.name <> NEW.name OR OLD.billing_source <> NEW.billing_source) EXECUTE FUNCTION earned_anew();
