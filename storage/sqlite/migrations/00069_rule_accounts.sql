-- +goose Up

-- Rules can pick buyers by the ids of their accounts: those that an identity names, and those above them. None: every buyer.
ALTER TABLE pricing_rule_versions ADD COLUMN account_ids TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(account_ids));
ALTER TABLE negotiation_profile_versions ADD COLUMN account_ids TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(account_ids));
ALTER TABLE approval_rule_versions ADD COLUMN account_ids TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(account_ids));
