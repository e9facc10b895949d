-- +goose Up

-- What a buyer says of itself in a request, apart from what its credential says: it moves no price.
ALTER TABLE quotes ADD COLUMN claimed JSON NOT NULL DEFAULT '{}';
ALTER TABLE proposals ADD COLUMN claimed JSON NOT NULL DEFAULT '{}';
ALTER TABLE deals ADD COLUMN claimed JSON NOT NULL DEFAULT '{}';
