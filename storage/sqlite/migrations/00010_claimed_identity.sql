-- +goose Up

-- What a buyer says of itself in a request, apart from what its credential says: it moves no price.
ALTER TABLE quotes ADD COLUMN claimed TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(claimed));
ALTER TABLE proposals ADD COLUMN claimed TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(claimed));
ALTER TABLE deals ADD COLUMN claimed TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(claimed));
