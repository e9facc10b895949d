-- +goose Up

-- The host and port of an agent's address, whichever way it is reached.
ALTER TABLE agents ADD COLUMN agent_host TEXT GENERATED ALWAYS AS (
    substr(substr(agent_url, instr(agent_url, '://') + 3), 1, instr(substr(agent_url, instr(agent_url, '://') + 3) || '/', '/') - 1)
) VIRTUAL;
ALTER TABLE keys ADD COLUMN agent_host TEXT GENERATED ALWAYS AS (
    substr(substr(agent_url, instr(agent_url, '://') + 3), 1, instr(substr(agent_url, instr(agent_url, '://') + 3) || '/', '/') - 1)
) VIRTUAL;
CREATE INDEX agents_by_host ON agents (agent_host);
