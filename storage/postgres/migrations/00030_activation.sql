-- +goose Up

-- The systems that booked deals are sent to, and what each of them is to have of a deal.
CREATE TABLE destinations (
    id             TEXT COLLATE "C" PRIMARY KEY,
    kind           TEXT COLLATE "C" NOT NULL CHECK (kind <> ''),
    name           TEXT COLLATE "C" NOT NULL UNIQUE CHECK (name <> ''),
    status         TEXT COLLATE "C" NOT NULL CHECK (status IN ('active', 'paused')),
    paused_because TEXT NOT NULL,
    settings       JSON NOT NULL,
    matches        JSON NOT NULL,
    sent_when      TEXT COLLATE "C" NOT NULL CHECK (sent_when IN ('deal_booked', 'order_approved', 'manual')),
    release        TEXT COLLATE "C" NOT NULL CHECK (release IN ('automatic', 'person')),
    required       BOOLEAN NOT NULL,
    failures       BIGINT NOT NULL CHECK (failures >= 0),
    version        BIGINT NOT NULL CHECK (version > 0),
    created_at     BIGINT NOT NULL,
    updated_at     BIGINT NOT NULL,
    CHECK ((status = 'paused') = (paused_because <> ''))
);

CREATE TABLE activations (
    id              TEXT COLLATE "C" PRIMARY KEY,
    deal_id         TEXT COLLATE "C" NOT NULL REFERENCES deals (id),
    destination_id  TEXT COLLATE "C" NOT NULL REFERENCES destinations (id),
    owner           TEXT COLLATE "C" NOT NULL,
    required        BOOLEAN NOT NULL,
    sent_when       TEXT COLLATE "C" NOT NULL CHECK (sent_when IN ('deal_booked', 'order_approved', 'manual')),
    status          TEXT COLLATE "C" NOT NULL CHECK (status IN ('held', 'queued', 'sending', 'waiting', 'live', 'failed', 'withdrawing', 'withdrawn',
                        'given_up', 'ended')),
    intent          TEXT COLLATE "C" NOT NULL CHECK (intent IN ('run', 'end')),
    wanted_version  BIGINT NOT NULL CHECK (wanted_version > 0),
    applied_version BIGINT NOT NULL CHECK (applied_version BETWEEN 0 AND wanted_version),
    standing        TEXT NOT NULL,
    since           BIGINT NOT NULL,
    failures        BIGINT NOT NULL CHECK (failures >= 0),
    failing_since   BIGINT,
    next_attempt_at BIGINT CHECK (next_attempt_at IS NULL OR status IN ('queued', 'sending', 'waiting', 'live', 'withdrawing')),
    unsure_since    BIGINT,
    empty_looks     BIGINT NOT NULL CHECK (empty_looks >= 0),
    claimed_until   BIGINT,
    claimant        TEXT COLLATE "C" NOT NULL,
    fence           BIGINT NOT NULL CHECK (fence >= 0),
    error_class     TEXT COLLATE "C" CHECK (error_class IN ('transient', 'unsure', 'not_yet', 'refused', 'credentials', 'gone')),
    error_code      TEXT COLLATE "C" NOT NULL,
    error_text      TEXT NOT NULL,
    error_field     TEXT NOT NULL,
    acknowledged    JSON,
    created_at      BIGINT NOT NULL,
    updated_at      BIGINT NOT NULL,
    UNIQUE (deal_id, destination_id),
    CHECK ((failures > 0) = (failing_since IS NOT NULL)),
    CHECK ((claimed_until IS NULL) = (claimant = ''))
);
CREATE INDEX activations_due ON activations (destination_id, next_attempt_at, id) WHERE next_attempt_at IS NOT NULL;
CREATE INDEX activations_by_owner ON activations (owner, id);
CREATE INDEX activations_by_status ON activations (status, id);
CREATE INDEX activations_by_destination ON activations (destination_id, id);

-- What an activation has at its destination, or has begun to make there.
CREATE TABLE activation_steps (
    activation_id TEXT COLLATE "C" NOT NULL REFERENCES activations (id),
    name          TEXT COLLATE "C" NOT NULL CHECK (name <> ''),
    anchor        TEXT COLLATE "C" NOT NULL,
    ref           TEXT COLLATE "C" NOT NULL,
    sent_hash     TEXT COLLATE "C" NOT NULL,
    done_at       BIGINT,
    PRIMARY KEY (activation_id, name)
);

CREATE TABLE activation_attempts (
    activation_id TEXT COLLATE "C" NOT NULL REFERENCES activations (id),
    number        BIGINT NOT NULL CHECK (number > 0),
    step          TEXT COLLATE "C" NOT NULL,
    verb          TEXT COLLATE "C" NOT NULL,
    at            BIGINT NOT NULL,
    took          BIGINT NOT NULL,
    class         TEXT COLLATE "C" CHECK (class IN ('transient', 'unsure', 'not_yet', 'refused', 'credentials', 'gone')),
    code          TEXT COLLATE "C" NOT NULL,
    text          TEXT NOT NULL,
    PRIMARY KEY (activation_id, number)
);
