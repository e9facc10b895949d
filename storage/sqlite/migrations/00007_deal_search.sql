-- +goose Up

-- The words of deals, by their place in the order of creation. Words end at whatever is ASCII and neither letter nor digit,
-- as in PostgreSQL; both hold the ids and names that a deal was made with, which never change.
CREATE VIRTUAL TABLE deal_words USING fts5 (
    words, content = '', columnsize = 0, detail = 'none', prefix = '1 2 3', tokenize = 'ascii'
);
-- Which words there are, each where it occurs.
CREATE VIRTUAL TABLE deal_terms USING fts5vocab ('deal_words', 'instance');
INSERT INTO deal_words (rowid, words) SELECT seq, search || ' ' || owner FROM deals ORDER BY seq;
-- +goose StatementBegin
CREATE TRIGGER deal_words_follow AFTER INSERT ON deals BEGIN
    INSERT INTO deal_words (rowid, words) VALUES (new.seq, new.search || ' ' || new.owner);
END;
-- +goose StatementEnd

CREATE INDEX deals_by_price ON deals (final_micros, seq);
CREATE INDEX deals_by_impressions ON deals (impressions, seq);
CREATE INDEX deals_by_start ON deals (flight_start, seq);
