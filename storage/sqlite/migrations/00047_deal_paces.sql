-- +goose Up

-- How each deal kept up with its plan when it was last looked at, once after each complete day, and what was told of it last.
CREATE TABLE deal_paces (
    deal_id TEXT PRIMARY KEY REFERENCES deals (id),
    day     INTEGER NOT NULL,
    seen    TEXT NOT NULL CHECK (seen <> ''),
    told    TEXT NOT NULL
) STRICT;
