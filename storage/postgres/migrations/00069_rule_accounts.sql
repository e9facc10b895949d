-- +goose Up

-- Rules can pick buyers by the ids of their accounts: those that an identity names, and those above them. None: every buyer.
ALTER TABLE pricing_rule_versions ADD COLUMN account_ids JSON NOT NULL DEFAULT '[]';
ALTER TABLE negotiation_profile_versions ADD COLUMN account_ids JSON NOT NULL DEFAULT '[]';
ALTER TABLE approval_rule_versions ADD COLUMN account_ids JSON NOT NULL DEFAULT '[]';
-- The views have the columns that the tables had when they were made.
CREATE OR REPLACE VIEW pricing_rules_in_use AS
    SELECT r.id, r.created_at, v.*
    FROM pricing_rules AS r JOIN pricing_rule_versions AS v ON v.rule_id = r.id AND v.version = r.version
    WHERE r.deleted_at IS NULL;
CREATE OR REPLACE VIEW negotiation_profiles_in_use AS
    SELECT r.id, r.created_at, v.*
    FROM negotiation_profiles AS r JOIN negotiation_profile_versions AS v ON v.rule_id = r.id AND v.version = r.version
    WHERE r.deleted_at IS NULL;
CREATE OR REPLACE VIEW approval_rules_in_use AS
    SELECT r.id, r.created_at, v.*
    FROM approval_rules AS r JOIN approval_rule_versions AS v ON v.rule_id = r.id AND v.version = r.version
    WHERE r.deleted_at IS NULL;
