-- +goose Up

-- When the first call was begun whose answer is not known: one that is repeated asks for the same start.
ALTER TABLE activation_steps ADD COLUMN tried_at INTEGER;
