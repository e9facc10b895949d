-- +goose Up

-- The signing key of a webhook is made from its number. After a rotation deliveries are signed with the former one, too, for a while.
ALTER TABLE webhooks ADD COLUMN key_number BIGINT NOT NULL DEFAULT 1 CHECK (key_number > 0);
ALTER TABLE webhooks ADD COLUMN former_key_until BIGINT;

-- What was sent to a webhook lately, and what its address answered.
CREATE TABLE webhook_attempts (
    webhook_id TEXT COLLATE "C" NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
    number     BIGINT NOT NULL CHECK (number > 0),
    event_id   TEXT COLLATE "C" NOT NULL,
    event_type TEXT COLLATE "C" NOT NULL,
    at         BIGINT NOT NULL,
    took       BIGINT NOT NULL CHECK (took >= 0),
    status     BIGINT NOT NULL CHECK (status = 0 OR status BETWEEN 100 AND 999),
    answer     TEXT NOT NULL,
    failure    TEXT NOT NULL,
    PRIMARY KEY (webhook_id, number)
);
