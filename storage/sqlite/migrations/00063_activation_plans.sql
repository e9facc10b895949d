-- +goose Up

-- What destinations would have been sent, as it was planned where deals are planned and not sent. planned_version is the version of what is
-- wanted that was planned last; 0: none was, or it is to be planned anew.
ALTER TABLE activations ADD COLUMN planned_version INTEGER NOT NULL DEFAULT 0 CHECK (planned_version >= 0);
CREATE INDEX activations_unplanned ON activations (id) WHERE status = 'queued' AND planned_version < wanted_version;

CREATE TABLE activation_plans (
    activation_id TEXT PRIMARY KEY REFERENCES activations (id),
    version       INTEGER NOT NULL CHECK (version > 0),
    planned_at    INTEGER NOT NULL,
    steps         TEXT NOT NULL,
    warnings      TEXT NOT NULL,
    problems      TEXT NOT NULL
) STRICT;
