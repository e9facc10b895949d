-- +goose Up

-- What destinations would have been sent, as it was planned where deals are planned and not sent. planned_version is the version of what is
-- wanted that was planned last; 0: none was, or it is to be planned anew.
ALTER TABLE activations ADD COLUMN planned_version BIGINT NOT NULL DEFAULT 0 CHECK (planned_version >= 0);
CREATE INDEX activations_unplanned ON activations (id) WHERE status = 'queued' AND planned_version < wanted_version;

CREATE TABLE activation_plans (
    activation_id TEXT COLLATE "C" PRIMARY KEY REFERENCES activations (id),
    version       BIGINT NOT NULL CHECK (version > 0),
    planned_at    BIGINT NOT NULL,
    steps         JSON NOT NULL,
    warnings      JSON NOT NULL,
    problems      JSON NOT NULL
);
