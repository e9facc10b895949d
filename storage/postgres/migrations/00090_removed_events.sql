-- +goose Up

-- Of each owner the last event, by its id, of those that were removed for their age, and of all owners together ('*'): who goes on from
-- before it has missed some.
CREATE TABLE removed_events (
    owner TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    up_to TEXT COLLATE "C" NOT NULL CHECK (up_to <> '')
);
