-- +goose Up

CREATE TABLE webhooks (
    id              TEXT COLLATE "C" PRIMARY KEY,
    owner           TEXT COLLATE "C" NOT NULL,
    key_id          TEXT COLLATE "C" NOT NULL,
    url             TEXT NOT NULL CHECK (url <> ''),
    label           TEXT NOT NULL,
    event_types     JSON NOT NULL,
    status          TEXT COLLATE "C" NOT NULL CHECK (status IN ('active', 'disabled')),
    revision        BIGINT NOT NULL CHECK (revision > 0),
    created_at      BIGINT NOT NULL,
    updated_at      BIGINT NOT NULL,
    position        TEXT COLLATE "C",
    delivered_at    BIGINT,
    failures        BIGINT NOT NULL CHECK (failures >= 0),
    failing_since   BIGINT,
    next_attempt_at BIGINT NOT NULL,
    last_error      TEXT NOT NULL,
    CHECK ((failures > 0) = (failing_since IS NOT NULL))
);
CREATE INDEX webhooks_by_owner ON webhooks (owner, id);
