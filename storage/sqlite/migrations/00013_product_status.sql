-- +goose Up

-- Whether a product is offered. Everything there is stays for sale.
ALTER TABLE products ADD COLUMN status TEXT NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'paused', 'retired'));
