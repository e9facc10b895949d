-- +goose Up

-- The currency of the products that a pricing rule without amounts is for; empty: any.
ALTER TABLE pricing_rule_versions ADD COLUMN currency TEXT COLLATE "C" NOT NULL DEFAULT '';
-- The view has the columns that the table had when it was made.
CREATE OR REPLACE VIEW pricing_rules_in_use AS
    SELECT r.id, r.created_at, v.*
    FROM pricing_rules AS r JOIN pricing_rule_versions AS v ON v.rule_id = r.id AND v.version = r.version
    WHERE r.deleted_at IS NULL;
