-- +goose Up

-- How far those who are at a destination have been looked at since its mappings or its settings changed: the last activation's id,
-- empty at first; NULL: as far as there are any. All of them are sent again when the settings changed, and else those of which
-- something else is wanted now.
ALTER TABLE destinations ADD COLUMN revisited_to TEXT;
ALTER TABLE destinations ADD COLUMN revisit_all INTEGER NOT NULL DEFAULT 0 CHECK (revisit_all IN (0, 1));
