-- +goose Up

-- What the first yes of two was a yes to: it counts for that alone.
ALTER TABLE approvals ADD COLUMN first_yes JSON;
