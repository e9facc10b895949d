-- +goose Up

-- Figures name deals by what other systems call them: by an alias, by what a person has said, or by the end of a remote object's
-- name, as reports have it.
CREATE INDEX deal_aliases_by_alias ON deal_aliases (alias, deal_id);
ALTER TABLE activation_steps ADD COLUMN ref_end TEXT COLLATE "C" GENERATED ALWAYS AS (regexp_replace(ref, '^.*/', '')) STORED;
CREATE INDEX activation_steps_by_ref ON activation_steps (ref_end, activation_id) WHERE ref_end <> '';
ALTER TABLE activations ADD COLUMN trafficked_as TEXT COLLATE "C" GENERATED ALWAYS AS (COALESCE(acknowledged ->> 'Ref', '')) STORED;
CREATE INDEX activations_by_name ON activations (trafficked_as, deal_id) WHERE trafficked_as <> '';
