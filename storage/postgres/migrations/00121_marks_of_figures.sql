-- +goose NO TRANSACTION
-- +goose Up

-- Whoever takes in figures, of whichever program, has what the deals earned, and how they stand, reckoned anew: the sums of their days are written in
-- the transaction from which on the figures are in the ledger, and what else is known of these days is written with them. A mark is made again where
-- there is one, since a sweep may have read what was before: it stores nothing where the version moved.
-- Who marks a deal, or stores what was reckoned of it, holds the row of how it stands first, and of several deals in the order of their ids, so that
-- no two wait for each other in a circle. The plan is kept from when there were few rows, and has to go by the index when there are many.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION anew_by_figures() RETURNS TRIGGER LANGUAGE plpgsql SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS
    $$ BEGIN
        INSERT INTO delivery_standings AS kept (deal_id) SELECT DISTINCT deal_id FROM moved ORDER BY deal_id
            ON CONFLICT (deal_id) DO UPDATE SET counted = FALSE, version = kept.version + 1;
        IF FOUND THEN
            UPDATE earned_months SET counted = FALSE, version = version + 1 WHERE deal_id IN (SELECT deal_id FROM moved);
            INSERT INTO earned_months (month, deal_seq, deal_id)
                SELECT DISTINCT (SELECT MAX(month) FROM months WHERE month <= moved.day), deals.seq, deals.id
                FROM moved JOIN deals ON deals.id = moved.deal_id WHERE moved.day >= 0 ORDER BY 3, 1
                ON CONFLICT (month, deal_seq) DO NOTHING;
        END IF;
        RETURN NULL;
    END $$;
-- +goose StatementEnd
CREATE OR REPLACE TRIGGER anew_by_figures AFTER INSERT ON delivery_sums REFERENCING NEW TABLE AS moved FOR EACH STATEMENT EXECUTE FUNCTION anew_by_figures();
CREATE OR REPLACE TRIGGER anew_by_other_figures AFTER UPDATE ON delivery_sums REFERENCING NEW TABLE AS moved FOR EACH STATEMENT EXECUTE FUNCTION anew_by_figures();

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION earned_anew() RETURNS TRIGGER LANGUAGE plpgsql AS
    $$ DECLARE changed TEXT[];
    BEGIN
        IF TG_TABLE_NAME = 'deals' THEN
            changed := ARRAY[NEW.id];
        ELSIF TG_TABLE_NAME = 'activations' THEN
            changed := ARRAY[NEW.deal_id];
        ELSE
            changed := ARRAY(SELECT DISTINCT deal_id FROM activations WHERE destination_id = NEW.id);
        END IF;
        PERFORM 1 FROM delivery_standings WHERE deal_id = ANY (changed) ORDER BY deal_id FOR NO KEY UPDATE;
        UPDATE earned_months SET counted = FALSE, version = version + 1 WHERE deal_id = ANY (changed);
        RETURN NEW;
    END $$;
-- +goose StatementEnd

-- Programs before marked what they took in themselves, and ones before those marked nothing: what is there may be of either. Some deals at a time, so
-- that nobody waits for all of them; and again from the beginning where a node has ended on the way.
INSERT INTO delivery_standings (deal_id) SELECT DISTINCT deal_id FROM delivery_sums ON CONFLICT (deal_id) DO NOTHING;
-- +goose StatementBegin
DO $$ DECLARE held TEXT[]; last TEXT COLLATE "C" := '';
    BEGIN
        LOOP
            held := ARRAY(SELECT deal_id FROM delivery_standings WHERE deal_id > last ORDER BY deal_id LIMIT 1000 FOR NO KEY UPDATE);
            EXIT WHEN held = '{}';
            UPDATE delivery_standings SET counted = FALSE, version = version + 1 WHERE deal_id = ANY (held);
            UPDATE earned_months SET counted = FALSE, version = version + 1 WHERE deal_id = ANY (held);
            INSERT INTO earned_months (month, deal_seq, deal_id)
                SELECT DISTINCT (SELECT MAX(month) FROM months WHERE month <= sums.day), deals.seq, deals.id
                FROM delivery_sums AS sums JOIN deals ON deals.id = sums.deal_id WHERE sums.deal_id = ANY (held) AND sums.day >= 0
                ON CONFLICT (month, deal_seq) DO NOTHING;
            last := held[array_upper(held, 1)];
            COMMIT;
        END LOOP;
    END $$;
-- +goose StatementEnd
