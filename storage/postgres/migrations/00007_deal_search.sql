-- +goose NO TRANSACTION
-- +goose Up

-- Deals are booked by other nodes meanwhile: the indexes of a filled table are built beside them, and each step can be
-- repeated when one after it has failed.

-- The words of deals, by their place in the order of creation. Words end at whatever is ASCII and neither letter nor digit,
-- as in SQLite; both hold the ids and names that a deal was made with, which never change.
CREATE TABLE IF NOT EXISTS deal_words (
    place BIGINT PRIMARY KEY,
    words TSVECTOR NOT NULL
);
-- A tsvector takes no word of more than 2046 bytes, so that only its first 100 letters are kept.
CREATE OR REPLACE FUNCTION words_of(content TEXT) RETURNS TSVECTOR LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE AS
    $$ SELECT COALESCE(array_to_tsvector(array_agg(DISTINCT LEFT(word, 100))), '')
       FROM regexp_split_to_table(LOWER(content COLLATE "C"), '[\x01-\x2f\x3a-\x60\x7b-\x7f]+') AS word WHERE word <> '' $$;
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION deal_words_follow() RETURNS TRIGGER LANGUAGE plpgsql AS
    $$ BEGIN
        INSERT INTO deal_words (place, words) VALUES (NEW.seq, words_of(NEW.search || ' ' || NEW.owner));
        RETURN NULL;
    END $$;
-- +goose StatementEnd
CREATE OR REPLACE TRIGGER deal_words_follow AFTER INSERT ON deals FOR EACH ROW EXECUTE FUNCTION deal_words_follow();
INSERT INTO deal_words (place, words) SELECT seq, words_of(search || ' ' || owner) FROM deals ON CONFLICT DO NOTHING;

DROP INDEX CONCURRENTLY IF EXISTS deal_words_by_word;
CREATE INDEX CONCURRENTLY deal_words_by_word ON deal_words USING gin (words);
DROP INDEX CONCURRENTLY IF EXISTS deals_by_price;
CREATE INDEX CONCURRENTLY deals_by_price ON deals (final_micros, seq);
DROP INDEX CONCURRENTLY IF EXISTS deals_by_impressions;
CREATE INDEX CONCURRENTLY deals_by_impressions ON deals (impressions, seq);
DROP INDEX CONCURRENTLY IF EXISTS deals_by_start;
CREATE INDEX CONCURRENTLY deals_by_start ON deals (flight_start, seq);
ANALYZE deal_words;
