-- +goose Up

CREATE TABLE packages (
    id                TEXT PRIMARY KEY CHECK (id <> ''),
    name              TEXT NOT NULL CHECK (name <> ''),
    description       TEXT NOT NULL,
    layer             TEXT NOT NULL CHECK (layer IN ('synced', 'curated', 'dynamic')),
    status            TEXT NOT NULL CHECK (status IN ('draft', 'active', 'archived')),
    categories        TEXT NOT NULL CHECK (json_valid(categories)),
    category_taxonomy INTEGER NOT NULL CHECK (category_taxonomy > 0),
    ad_formats        TEXT NOT NULL CHECK (json_valid(ad_formats)),
    device_types      TEXT NOT NULL CHECK (json_valid(device_types)),
    geo_targets       TEXT NOT NULL CHECK (json_valid(geo_targets)),
    tags              TEXT NOT NULL CHECK (json_valid(tags)),
    featured          INTEGER NOT NULL CHECK (featured IN (0, 1)),
    seasonal_label    TEXT NOT NULL,
    version           INTEGER NOT NULL CHECK (version > 0),
    created_at        INTEGER NOT NULL,
    updated_at        INTEGER NOT NULL,
    updated_by        TEXT NOT NULL
) STRICT;
CREATE INDEX packages_by_status ON packages (status, id);

CREATE TABLE package_products (
    package_id TEXT NOT NULL REFERENCES packages (id),
    place      INTEGER NOT NULL CHECK (place >= 0),
    product_id TEXT NOT NULL REFERENCES products (id),
    weight     INTEGER NOT NULL CHECK (weight > 0),
    PRIMARY KEY (package_id, place),
    UNIQUE (package_id, product_id)
) STRICT;

CREATE TABLE sessions (
    id         TEXT PRIMARY KEY,
    owner      TEXT NOT NULL CHECK (owner <> ''),
    context_id TEXT CHECK (context_id <> ''),
    status     TEXT NOT NULL CHECK (status IN ('active', 'closed')),
    identity   TEXT NOT NULL CHECK (json_valid(identity)),
    metadata   TEXT CHECK (json_valid(metadata)),
    messages   INTEGER NOT NULL CHECK (messages >= 0),
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    closed_at  INTEGER,
    CHECK ((status = 'closed') = (closed_at IS NOT NULL)),
    UNIQUE (owner, context_id)
) STRICT;
CREATE INDEX sessions_by_owner ON sessions (owner, id);
CREATE INDEX sessions_by_expiry ON sessions (expires_at, id);

CREATE TABLE session_messages (
    session_id   TEXT NOT NULL REFERENCES sessions (id),
    number       INTEGER NOT NULL CHECK (number > 0),
    role         TEXT NOT NULL CHECK (role IN ('user', 'assistant')),
    message_type TEXT NOT NULL,
    content      TEXT NOT NULL,
    metadata     TEXT CHECK (json_valid(metadata)),
    actor        TEXT NOT NULL,
    at           INTEGER NOT NULL,
    PRIMARY KEY (session_id, number)
) STRICT;

-- Events name the session that they happened in, if any. The session may be gone before its events.
ALTER TABLE events ADD COLUMN session_id TEXT;
CREATE INDEX events_by_session ON events (session_id, seq) WHERE session_id IS NOT NULL;
