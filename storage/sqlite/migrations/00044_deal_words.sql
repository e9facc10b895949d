-- +goose Up

-- Programs that know this store the words of a deal themselves, once for all deals of a common commit: the index of words is
-- written anew at every statement that could be taken back alone. The trigger is for the programs before, which serve meanwhile.
ALTER TABLE deals ADD COLUMN words_apart INTEGER NOT NULL DEFAULT 0;
DROP TRIGGER deal_words_follow;
-- +goose StatementBegin
CREATE TRIGGER deal_words_follow AFTER INSERT ON deals WHEN NOT new.words_apart BEGIN
    INSERT INTO deal_words (rowid, words) VALUES (new.seq, new.search || ' ' || new.owner);
END;
-- +goose StatementEnd
