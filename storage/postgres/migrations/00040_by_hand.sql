-- +goose Up

-- Who answers a buyer instead of the agent.
ALTER TABLE negotiations ADD COLUMN held_by TEXT COLLATE "C" NOT NULL DEFAULT '';
CREATE INDEX negotiations_by_hand ON negotiations (id) WHERE status = 'active' AND held_by <> '';
