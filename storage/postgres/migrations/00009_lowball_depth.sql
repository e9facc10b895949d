-- +goose Up

-- How many times the total cap a price may be under the base and still be serious, in thousandths.
ALTER TABLE negotiation_profile_versions ADD COLUMN lowball_depth BIGINT;
-- The view has the columns that the table had when it was made.
CREATE OR REPLACE VIEW negotiation_profiles_in_use AS
    SELECT r.id, r.created_at, v.*
    FROM negotiation_profiles AS r JOIN negotiation_profile_versions AS v ON v.rule_id = r.id AND v.version = r.version
    WHERE r.deleted_at IS NULL;
