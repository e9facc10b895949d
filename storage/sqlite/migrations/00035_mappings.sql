-- +goose Up

-- What products, and parties to deals, are called at the systems that deals are sent to.
CREATE TABLE mappings (
    id             TEXT PRIMARY KEY,
    destination_id TEXT NOT NULL REFERENCES destinations (id) ON DELETE CASCADE,
    about          TEXT NOT NULL CHECK (about IN ('product', 'seat', 'agency', 'advertiser', 'dsp')),
    name           TEXT NOT NULL CHECK (name <> ''),
    refs           TEXT NOT NULL CHECK (json_valid(refs)),
    version        INTEGER NOT NULL CHECK (version > 0),
    updated_at     INTEGER NOT NULL,
    UNIQUE (destination_id, about, name)
) STRICT;
CREATE INDEX mappings_by_destination ON mappings (destination_id, id);
