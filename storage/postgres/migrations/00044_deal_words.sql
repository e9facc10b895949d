-- +goose Up

-- Programs that know this store the words of a deal themselves: cutting them out of a text was a sixth of what a booking cost the
-- server. The trigger is for the programs before, which serve meanwhile.
ALTER TABLE deals ADD COLUMN words_apart BOOLEAN NOT NULL DEFAULT FALSE;
CREATE OR REPLACE TRIGGER deal_words_follow AFTER INSERT ON deals FOR EACH ROW WHEN (NOT NEW.words_apart)
    EXECUTE FUNCTION deal_words_follow();
