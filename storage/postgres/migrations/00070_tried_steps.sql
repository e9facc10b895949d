-- +goose Up

-- The hash of the body that a call was begun with whose answer is not known, of which the destination may have made something.
ALTER TABLE activation_steps ADD COLUMN tried_hash TEXT COLLATE "C" NOT NULL DEFAULT '';
