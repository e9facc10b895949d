-- +goose Up

-- The host and port of an agent's address, whichever way it is reached.
ALTER TABLE agents ADD COLUMN agent_host TEXT COLLATE "C" GENERATED ALWAYS AS (split_part(split_part(agent_url, '://', 2), '/', 1)) STORED;
ALTER TABLE keys ADD COLUMN agent_host TEXT COLLATE "C" GENERATED ALWAYS AS (split_part(split_part(agent_url, '://', 2), '/', 1)) STORED;
CREATE INDEX agents_by_host ON agents (agent_host);
