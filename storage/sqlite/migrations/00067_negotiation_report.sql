-- +goose Up

-- What negotiations of a month came to.
CREATE INDEX negotiations_by_start ON negotiations (started_at, product_id, currency);
