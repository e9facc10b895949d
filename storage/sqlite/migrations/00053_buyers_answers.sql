-- +goose Up

-- What the buyer's seats said last of a deal at a destination, and when it was first known that it is accepted.
ALTER TABLE activations ADD COLUMN buyer_statuses TEXT;
ALTER TABLE activations ADD COLUMN accepted_at INTEGER;
