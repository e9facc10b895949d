-- +goose Up

-- Whether a deal that is to run at a destination is to rest there until somebody resumes it.
ALTER TABLE activations ADD COLUMN paused INTEGER NOT NULL DEFAULT 0 CHECK (paused IN (0, 1));
