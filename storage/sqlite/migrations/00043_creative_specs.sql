-- +goose Up

-- What creatives of a product have to be: an object of JSON, or nothing.
ALTER TABLE products ADD COLUMN creative_specs TEXT NOT NULL DEFAULT '';
