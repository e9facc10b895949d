-- +goose Up

-- A rule can name a second role: then two different people say yes, one with each role, in either order. Of a question, second_role
-- is the other role that may decide still, and first_by who has said yes already. What needs two people no program approves with one.
ALTER TABLE approval_rule_versions ADD COLUMN second_role TEXT NOT NULL DEFAULT '';
ALTER TABLE approvals ADD COLUMN second_role TEXT NOT NULL DEFAULT '' CHECK (second_role = '' OR status <> 'approved');
ALTER TABLE approvals ADD COLUMN rule_second_role TEXT NOT NULL DEFAULT '';
ALTER TABLE approvals ADD COLUMN first_by TEXT NOT NULL DEFAULT '' CHECK (first_by = '' OR status <> 'approved' OR first_by <> decided_by);
ALTER TABLE approvals ADD COLUMN first_at INTEGER;
