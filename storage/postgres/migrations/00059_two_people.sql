-- +goose Up

-- A rule can name a second role: then two different people say yes, one with each role, in either order. Of a question, second_role
-- is the other role that may decide still, and first_by who has said yes already. What needs two people no program approves with one.
ALTER TABLE approval_rule_versions ADD COLUMN second_role TEXT COLLATE "C" NOT NULL DEFAULT '';
-- The view has the columns that the table had when it was made.
CREATE OR REPLACE VIEW approval_rules_in_use AS
    SELECT r.id, r.created_at, v.*
    FROM approval_rules AS r JOIN approval_rule_versions AS v ON v.rule_id = r.id AND v.version = r.version
    WHERE r.deleted_at IS NULL;
ALTER TABLE approvals ADD COLUMN second_role TEXT COLLATE "C" NOT NULL DEFAULT '' CHECK (second_role = '' OR status <> 'approved');
ALTER TABLE approvals ADD COLUMN rule_second_role TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE approvals ADD COLUMN first_by TEXT COLLATE "C" NOT NULL DEFAULT '' CHECK (first_by = '' OR status <> 'approved' OR first_by <> decided_by);
ALTER TABLE approvals ADD COLUMN first_at BIGINT;
