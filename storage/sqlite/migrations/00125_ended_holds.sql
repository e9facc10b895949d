-- +goose Up

-- Whom a hold counts for is asked of its owner: what an owner has held of a product is found by when it ended.
CREATE INDEX holds_ended ON holds (owner, product_id, by_desk, ended_at) WHERE ended_at IS NOT NULL;
