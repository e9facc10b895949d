-- +goose Up

-- When the holder of a key was told that it is to end, or need not be told any more.
ALTER TABLE keys ADD COLUMN expiry_told_at INTEGER;
CREATE INDEX keys_to_end ON keys (expires_at, id) WHERE expiry_told_at IS NULL AND revoked_at IS NULL;

-- Which key was made for which: each is rotated once.
CREATE TABLE key_rotations (
    former    TEXT PRIMARY KEY REFERENCES keys (id),
    successor TEXT NOT NULL UNIQUE REFERENCES keys (id)
) STRICT;
