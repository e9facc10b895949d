-- +goose Up

CREATE TABLE webhooks (
    id              TEXT PRIMARY KEY,
    owner           TEXT NOT NULL,
    key_id          TEXT NOT NULL,
    url             TEXT NOT NULL CHECK (url <> ''),
    label           TEXT NOT NULL,
    event_types     TEXT NOT NULL CHECK (json_valid(event_types)),
    status          TEXT NOT NULL CHECK (status IN ('active', 'disabled')),
    revision        INTEGER NOT NULL CHECK (revision > 0),
    created_at      INTEGER NOT NULL,
    updated_at      INTEGER NOT NULL,
    position        TEXT,
    delivered_at    INTEGER,
    failures        INTEGER NOT NULL CHECK (failures >= 0),
    failing_since   INTEGER,
    next_attempt_at INTEGER NOT NULL,
    last_error      TEXT NOT NULL,
    CHECK ((failures > 0) = (failing_since IS NOT NULL))
) STRICT;
CREATE INDEX webhooks_by_owner ON webhooks (owner, id);
