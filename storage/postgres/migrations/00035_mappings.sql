-- +goose Up

-- What products, and parties to deals, are called at the systems that deals are sent to.
CREATE TABLE mappings (
    id             TEXT COLLATE "C" PRIMARY KEY,
    destination_id TEXT COLLATE "C" NOT NULL REFERENCES destinations (id) ON DELETE CASCADE,
    about          TEXT COLLATE "C" NOT NULL CHECK (about IN ('product', 'seat', 'agency', 'advertiser', 'dsp')),
    name           TEXT COLLATE "C" NOT NULL CHECK (name <> ''),
    refs           JSON NOT NULL,
    version        BIGINT NOT NULL CHECK (version > 0),
    updated_at     BIGINT NOT NULL,
    UNIQUE (destination_id, about, name)
);
CREATE INDEX mappings_by_destination ON mappings (destination_id, id);
