-- +goose Up

-- What the publisher's people file with a deal for themselves, and the words that it is found by: those of the number, the labels
-- and the note, and each whole label behind a #.
CREATE TABLE deal_paperwork (
    deal_id        TEXT COLLATE "C" PRIMARY KEY REFERENCES deals (id),
    purchase_order TEXT COLLATE "C" NOT NULL CHECK (length(purchase_order) <= 64),
    labels         JSON NOT NULL,
    note           TEXT COLLATE "C" NOT NULL CHECK (length(note) <= 2000),
    updated_by     TEXT COLLATE "C" NOT NULL CHECK (updated_by <> ''),
    updated_at     BIGINT NOT NULL,
    version        BIGINT NOT NULL CHECK (version > 0)
);
CREATE TABLE deal_paperwork_words (
    word    TEXT COLLATE "C" NOT NULL CHECK (word <> ''),
    deal_id TEXT COLLATE "C" NOT NULL REFERENCES deals (id),
    PRIMARY KEY (word, deal_id)
);
CREATE INDEX deal_paperwork_words_by_deal ON deal_paperwork_words (deal_id);
