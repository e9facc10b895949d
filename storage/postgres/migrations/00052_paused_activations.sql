-- +goose Up

-- Whether a deal that is to run at a destination is to rest there until somebody resumes it.
ALTER TABLE activations ADD COLUMN paused BOOLEAN NOT NULL DEFAULT false;
