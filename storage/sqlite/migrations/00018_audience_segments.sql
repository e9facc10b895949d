-- +goose Up

-- The standard segments that a deal of the product can be limited to.
ALTER TABLE products ADD COLUMN audience_segments TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(audience_segments));

-- The card says whether any product has some.
CREATE INDEX products_by_audience ON products (id) WHERE CAST(audience_segments AS TEXT) <> '[]';
