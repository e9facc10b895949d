-- +goose Up

-- How the files of a source are to be read: what its headings mean, and how it writes numbers.
CREATE TABLE delivery_profiles (
    id         TEXT COLLATE "C" PRIMARY KEY,
    source     TEXT COLLATE "C" NOT NULL UNIQUE CHECK (source <> ''),
    reading    JSON NOT NULL,
    version    BIGINT NOT NULL CHECK (version > 0),
    updated_at BIGINT NOT NULL
);
