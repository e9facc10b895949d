-- +goose Up

CREATE TABLE packages (
    id                TEXT COLLATE "C" PRIMARY KEY CHECK (id <> ''),
    name              TEXT NOT NULL CHECK (name <> ''),
    description       TEXT NOT NULL,
    layer             TEXT COLLATE "C" NOT NULL CHECK (layer IN ('synced', 'curated', 'dynamic')),
    status            TEXT COLLATE "C" NOT NULL CHECK (status IN ('draft', 'active', 'archived')),
    categories        JSON NOT NULL,
    category_taxonomy BIGINT NOT NULL CHECK (category_taxonomy > 0),
    ad_formats        JSON NOT NULL,
    device_types      JSON NOT NULL,
    geo_targets       JSON NOT NULL,
    tags              JSON NOT NULL,
    featured          BOOLEAN NOT NULL,
    seasonal_label    TEXT NOT NULL,
    version           BIGINT NOT NULL CHECK (version > 0),
    created_at        BIGINT NOT NULL,
    updated_at        BIGINT NOT NULL,
    updated_by        TEXT NOT NULL
);
CREATE INDEX packages_by_status ON packages (status, id);

CREATE TABLE package_products (
    package_id TEXT COLLATE "C" NOT NULL REFERENCES packages (id),
    place      BIGINT NOT NULL CHECK (place >= 0),
    product_id TEXT COLLATE "C" NOT NULL REFERENCES products (id),
    weight     BIGINT NOT NULL CHECK (weight > 0),
    PRIMARY KEY (package_id, place),
    UNIQUE (package_id, product_id)
);

CREATE TABLE sessions (
    id         TEXT COLLATE "C" PRIMARY KEY,
    owner      TEXT COLLATE "C" NOT NULL CHECK (owner <> ''),
    context_id TEXT COLLATE "C" CHECK (context_id <> ''),
    status     TEXT COLLATE "C" NOT NULL CHECK (status IN ('active', 'closed')),
    identity   JSON NOT NULL,
    metadata   JSON,
    messages   BIGINT NOT NULL CHECK (messages >= 0),
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    closed_at  BIGINT,
    CHECK ((status = 'closed') = (closed_at IS NOT NULL)),
    UNIQUE (owner, context_id)
);
CREATE INDEX sessions_by_owner ON sessions (owner, id);
CREATE INDEX sessions_by_expiry ON sessions (expires_at, id);

CREATE TABLE session_messages (
    session_id   TEXT COLLATE "C" NOT NULL REFERENCES sessions (id),
    number       BIGINT NOT NULL CHECK (number > 0),
    role         TEXT COLLATE "C" NOT NULL CHECK (role IN ('user', 'assistant')),
    message_type TEXT NOT NULL,
    content      TEXT NOT NULL,
    metadata     JSON,
    actor        TEXT COLLATE "C" NOT NULL,
    at           BIGINT NOT NULL,
    PRIMARY KEY (session_id, number)
);

-- Events name the session that they happened in, if any. The session may be gone before its events.
ALTER TABLE events ADD COLUMN session_id TEXT COLLATE "C";
CREATE INDEX events_by_session ON events (session_id, seq) WHERE session_id IS NOT NULL;
