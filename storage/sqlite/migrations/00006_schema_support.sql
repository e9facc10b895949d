-- +goose Up

-- Which programs can work on this schema: those that know oldest_program or a later one. A migration that only adds leaves
-- it as it is, so that the programs before it go on serving; one that takes away raises it.
CREATE TABLE schema_support (
    id             INTEGER PRIMARY KEY CHECK (id = 1),
    oldest_program INTEGER NOT NULL CHECK (oldest_program > 0)
) STRICT;
INSERT INTO schema_support (id, oldest_program) VALUES (1, 6);
