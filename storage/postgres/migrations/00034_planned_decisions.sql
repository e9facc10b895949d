-- +goose Up

-- An answer that is carried out once the time to take it back is over.
ALTER TABLE approvals ADD COLUMN planned JSON;
ALTER TABLE approvals ADD COLUMN planned_for BIGINT;
CREATE INDEX approvals_planned ON approvals (planned_for) WHERE status = 'pending' AND planned_for IS NOT NULL;
