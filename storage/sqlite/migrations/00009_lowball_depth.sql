-- +goose Up

-- How many times the total cap a price may be under the base and still be serious, in thousandths.
ALTER TABLE negotiation_profile_versions ADD COLUMN lowball_depth INTEGER;
