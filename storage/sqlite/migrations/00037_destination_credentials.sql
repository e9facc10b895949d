-- +goose Up

-- What a destination is used with: sealed under a key that is not here, or a reference. The mark is for people.
ALTER TABLE destinations ADD COLUMN credential TEXT NOT NULL DEFAULT '';
ALTER TABLE destinations ADD COLUMN credential_mark TEXT NOT NULL DEFAULT '';
