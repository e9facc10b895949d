-- +goose Up

-- The currency of the products that a pricing rule without amounts is for; empty: any.
ALTER TABLE pricing_rule_versions ADD COLUMN currency TEXT NOT NULL DEFAULT '';
