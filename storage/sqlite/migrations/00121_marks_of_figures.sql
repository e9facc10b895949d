-- +goose Up

-- Whoever takes in figures, of whichever program, has what the deal earned, and how it stands, reckoned anew: the sums of its days are written in the
-- transaction from which on the figures are in the ledger, and what else is known of these days is written with them. What is marked already stays as
-- it is: there is one writer, so that nobody is reckoning it at that moment.
-- +goose StatementBegin
CREATE TRIGGER anew_by_figures AFTER INSERT ON delivery_sums BEGIN
    INSERT INTO delivery_standings (deal_id) VALUES (NEW.deal_id)
        ON CONFLICT (deal_id) DO UPDATE SET counted = 0, version = version + 1 WHERE counted;
    UPDATE earned_months SET counted = 0, version = version + 1 WHERE deal_id = NEW.deal_id AND counted;
    INSERT INTO earned_months (month, deal_seq, deal_id)
        SELECT (SELECT MAX(month) FROM months WHERE month <= NEW.day), seq, id FROM deals WHERE id = NEW.deal_id AND NEW.day >= 0
        ON CONFLICT (month, deal_seq) DO NOTHING;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER anew_by_other_figures AFTER UPDATE ON delivery_sums BEGIN
    INSERT INTO delivery_standings (deal_id) VALUES (NEW.deal_id)
        ON CONFLICT (deal_id) DO UPDATE SET counted = 0, version = version + 1 WHERE counted;
    UPDATE earned_months SET counted = 0, version = version + 1 WHERE deal_id = NEW.deal_id AND counted;
    INSERT INTO earned_months (month, deal_seq, deal_id)
        SELECT (SELECT MAX(month) FROM months WHERE month <= NEW.day), seq, id FROM deals WHERE id = NEW.deal_id AND NEW.day >= 0
        ON CONFLICT (month, deal_seq) DO NOTHING;
END;
-- +goose StatementEnd

-- Programs before marked what they took in themselves, and ones before those marked nothing: what is there may be of either.
INSERT INTO delivery_standings (deal_id) SELECT DISTINCT deal_id FROM delivery_sums WHERE TRUE ON CONFLICT (deal_id) DO NOTHING;
INSERT INTO earned_months (month, deal_seq, deal_id)
    SELECT DISTINCT (SELECT MAX(month) FROM months WHERE month <= sums.day), deals.seq, deals.id FROM delivery_sums AS sums JOIN deals ON deals.id = sums.deal_id
    WHERE sums.day >= 0 ON CONFLICT (month, deal_seq) DO NOTHING;
UPDATE delivery_standings SET counted = 0, version = version + 1;
UPDATE earned_months SET counted = 0, version = version + 1;
