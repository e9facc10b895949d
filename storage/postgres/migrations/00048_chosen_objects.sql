-- +goose Up

-- Of several remote objects that look like a step's, the one that a person has said is it.
ALTER TABLE activation_steps ADD COLUMN chosen TEXT COLLATE "C" NOT NULL DEFAULT '';
