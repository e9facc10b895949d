-- +goose Up

-- Who of the publisher's people sees to a question, until when it is out of the way, and what they say of it among themselves.
ALTER TABLE approvals ADD COLUMN assignee TEXT NOT NULL DEFAULT '';
ALTER TABLE approvals ADD COLUMN snoozed_until INTEGER;
CREATE TABLE approval_comments (
    id          TEXT PRIMARY KEY,
    approval_id TEXT NOT NULL REFERENCES approvals (id) ON DELETE CASCADE,
    by_actor    TEXT NOT NULL,
    text        TEXT NOT NULL CHECK (text <> ''),
    at          INTEGER NOT NULL
) STRICT;
CREATE INDEX approval_comments_by_approval ON approval_comments (approval_id, id);

-- What waits, the nearest to its timeout first, from any place on.
CREATE INDEX approvals_by_deadline ON approvals (timeout_at, id) WHERE status = 'pending';
