-- +goose Up

-- The systems that booked deals are sent to, and what each of them is to have of a deal.
CREATE TABLE destinations (
    id             TEXT PRIMARY KEY,
    kind           TEXT NOT NULL CHECK (kind <> ''),
    name           TEXT NOT NULL UNIQUE CHECK (name <> ''),
    status         TEXT NOT NULL CHECK (status IN ('active', 'paused')),
    paused_because TEXT NOT NULL,
    settings       TEXT NOT NULL CHECK (json_valid(settings)),
    matches        TEXT NOT NULL CHECK (json_valid(matches)),
    sent_when      TEXT NOT NULL CHECK (sent_when IN ('deal_booked', 'order_approved', 'manual')),
    release        TEXT NOT NULL CHECK (release IN ('automatic', 'person')),
    required       INTEGER NOT NULL CHECK (required IN (0, 1)),
    failures       INTEGER NOT NULL CHECK (failures >= 0),
    version        INTEGER NOT NULL CHECK (version > 0),
    created_at     INTEGER NOT NULL,
    updated_at     INTEGER NOT NULL,
    CHECK ((status = 'paused') = (paused_because <> ''))
) STRICT;

CREATE TABLE activations (
    id              TEXT PRIMARY KEY,
    deal_id         TEXT NOT NULL REFERENCES deals (id),
    destination_id  TEXT NOT NULL REFERENCES destinations (id),
    owner           TEXT NOT NULL,
    required        INTEGER NOT NULL CHECK (required IN (0, 1)),
    sent_when       TEXT NOT NULL CHECK (sent_when IN ('deal_booked', 'order_approved', 'manual')),
    status          TEXT NOT NULL CHECK (status IN ('held', 'queued', 'sending', 'waiting', 'live', 'failed', 'withdrawing', 'withdrawn',
                        'given_up', 'ended')),
    intent          TEXT NOT NULL CHECK (intent IN ('run', 'end')),
    wanted_version  INTEGER NOT NULL CHECK (wanted_version > 0),
    applied_version INTEGER NOT NULL CHECK (applied_version BETWEEN 0 AND wanted_version),
    standing        TEXT NOT NULL,
    since           INTEGER NOT NULL,
    failures        INTEGER NOT NULL CHECK (failures >= 0),
    failing_since   INTEGER,
    next_attempt_at INTEGER CHECK (next_attempt_at IS NULL OR status IN ('queued', 'sending', 'waiting', 'live', 'withdrawing')),
    unsure_since    INTEGER,
    empty_looks     INTEGER NOT NULL CHECK (empty_looks >= 0),
    claimed_until   INTEGER,
    claimant        TEXT NOT NULL,
    fence           INTEGER NOT NULL CHECK (fence >= 0),
    error_class     TEXT CHECK (error_class IN ('transient', 'unsure', 'not_yet', 'refused', 'credentials', 'gone')),
    error_code      TEXT NOT NULL,
    error_text      TEXT NOT NULL,
    error_field     TEXT NOT NULL,
    acknowledged    TEXT CHECK (json_valid(acknowledged)),
    created_at      INTEGER NOT NULL,
    updated_at      INTEGER NOT NULL,
    UNIQUE (deal_id, destination_id),
    CHECK ((failures > 0) = (failing_since IS NOT NULL)),
    CHECK ((claimed_until IS NULL) = (claimant = ''))
) STRICT;
CREATE INDEX activations_due ON activations (destination_id, next_attempt_at, id) WHERE next_attempt_at IS NOT NULL;
CREATE INDEX activations_by_owner ON activations (owner, id);
CREATE INDEX activations_by_status ON activations (status, id);
CREATE INDEX activations_by_destination ON activations (destination_id, id);

-- What an activation has at its destination, or has begun to make there.
CREATE TABLE activation_steps (
    activation_id TEXT NOT NULL REFERENCES activations (id),
    name          TEXT NOT NULL CHECK (name <> ''),
    anchor        TEXT NOT NULL,
    ref           TEXT NOT NULL,
    sent_hash     TEXT NOT NULL,
    done_at       INTEGER,
    PRIMARY KEY (activation_id, name)
) STRICT;

CREATE TABLE activation_attempts (
    activation_id TEXT NOT NULL REFERENCES activations (id),
    number        INTEGER NOT NULL CHECK (number > 0),
    step          TEXT NOT NULL,
    verb          TEXT NOT NULL,
    at            INTEGER NOT NULL,
    took          INTEGER NOT NULL,
    class         TEXT CHECK (class IN ('transient', 'unsure', 'not_yet', 'refused', 'credentials', 'gone')),
    code          TEXT NOT NULL,
    text          TEXT NOT NULL,
    PRIMARY KEY (activation_id, number)
) STRICT;
