-- +goose Up

-- How the files of a source are to be read: what its headings mean, and how it writes numbers.
CREATE TABLE delivery_profiles (
    id         TEXT PRIMARY KEY,
    source     TEXT NOT NULL UNIQUE CHECK (source <> ''),
    reading    TEXT NOT NULL CHECK (json_valid(reading)),
    version    INTEGER NOT NULL CHECK (version > 0),
    updated_at INTEGER NOT NULL
) STRICT;
