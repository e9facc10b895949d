-- +goose Up

-- The signing key of a webhook is made from its number. After a rotation deliveries are signed with the former one, too, for a while.
ALTER TABLE webhooks ADD COLUMN key_number INTEGER NOT NULL DEFAULT 1 CHECK (key_number > 0);
ALTER TABLE webhooks ADD COLUMN former_key_until INTEGER;

-- What was sent to a webhook lately, and what its address answered.
CREATE TABLE webhook_attempts (
    webhook_id TEXT NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
    number     INTEGER NOT NULL CHECK (number > 0),
    event_id   TEXT NOT NULL,
    event_type TEXT NOT NULL,
    at         INTEGER NOT NULL,
    took       INTEGER NOT NULL CHECK (took >= 0),
    status     INTEGER NOT NULL CHECK (status = 0 OR status BETWEEN 100 AND 999),
    answer     TEXT NOT NULL,
    failure    TEXT NOT NULL,
    PRIMARY KEY (webhook_id, number)
) STRICT;
