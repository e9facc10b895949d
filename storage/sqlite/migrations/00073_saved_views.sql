-- +goose Up

-- Looks at the inbox that the publisher's people come back to, each person's own. The key is the first of the person's, the one that
-- all of them were rotated from.
CREATE TABLE saved_views (
    key_id   TEXT NOT NULL REFERENCES keys (id),
    name     TEXT NOT NULL CHECK (name <> ''),
    query    TEXT NOT NULL,
    saved_at INTEGER NOT NULL,
    PRIMARY KEY (key_id, name)
) STRICT;
