-- +goose Up

-- What each of the publisher's people is told, by which way, and how far that has come. The key is the first of the person's, the one
-- that all of them were rotated from. Who has no row is told nothing.
CREATE TABLE notice_choices (
    key_id         TEXT NOT NULL REFERENCES keys (id),
    way            TEXT NOT NULL CHECK (way IN ('email', 'chat')),
    address        TEXT NOT NULL CHECK (address <> ''),
    shown          TEXT NOT NULL,
    kinds          TEXT NOT NULL CHECK (kinds <> '[]'),
    every_seconds  INTEGER NOT NULL CHECK (every_seconds > 0),
    within_seconds INTEGER NOT NULL CHECK (within_seconds > 0),
    version        INTEGER NOT NULL CHECK (version > 0),
    updated_at     INTEGER NOT NULL,
    greeted_at     INTEGER,
    claim          INTEGER NOT NULL DEFAULT 0,
    claimed_until  INTEGER,
    due_at         INTEGER,
    sent_at        INTEGER,
    failures       INTEGER NOT NULL DEFAULT 0 CHECK (failures >= 0),
    failing_since  INTEGER CHECK ((failing_since IS NULL) = (failures = 0)),
    last_error     TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (key_id, way)
) STRICT;

-- What a person was told by a way, each thing once for each time that it came up.
CREATE TABLE notices_told (
    key_id  TEXT NOT NULL,
    way     TEXT NOT NULL,
    kind    TEXT NOT NULL CHECK (kind IN ('waiting', 'expiring', 'failing')),
    item_id TEXT NOT NULL,
    since   INTEGER NOT NULL,
    PRIMARY KEY (key_id, way, kind, item_id, since),
    FOREIGN KEY (key_id, way) REFERENCES notice_choices (key_id, way) ON DELETE CASCADE
) STRICT;
