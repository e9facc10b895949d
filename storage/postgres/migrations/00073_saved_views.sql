-- +goose Up

-- Looks at the inbox that the publisher's people come back to, each person's own. The key is the first of the person's, the one that
-- all of them were rotated from.
CREATE TABLE saved_views (
    key_id   TEXT COLLATE "C" NOT NULL REFERENCES keys (id),
    name     TEXT COLLATE "C" NOT NULL CHECK (name <> ''),
    query    TEXT COLLATE "C" NOT NULL,
    saved_at BIGINT NOT NULL,
    PRIMARY KEY (key_id, name)
);
