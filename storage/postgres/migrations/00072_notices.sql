-- +goose Up

-- What each of the publisher's people is told, by which way, and how far that has come. The key is the first of the person's, the one
-- that all of them were rotated from. Who has no row is told nothing.
CREATE TABLE notice_choices (
    key_id         TEXT COLLATE "C" NOT NULL REFERENCES keys (id),
    way            TEXT COLLATE "C" NOT NULL CHECK (way IN ('email', 'chat')),
    address        TEXT COLLATE "C" NOT NULL CHECK (address <> ''),
    shown          TEXT COLLATE "C" NOT NULL,
    kinds          TEXT COLLATE "C" NOT NULL CHECK (kinds <> '[]'),
    every_seconds  BIGINT NOT NULL CHECK (every_seconds > 0),
    within_seconds BIGINT NOT NULL CHECK (within_seconds > 0),
    version        BIGINT NOT NULL CHECK (version > 0),
    updated_at     BIGINT NOT NULL,
    greeted_at     BIGINT,
    claim          BIGINT NOT NULL DEFAULT 0,
    claimed_until  BIGINT,
    due_at         BIGINT,
    sent_at        BIGINT,
    failures       BIGINT NOT NULL DEFAULT 0 CHECK (failures >= 0),
    failing_since  BIGINT CHECK ((failing_since IS NULL) = (failures = 0)),
    last_error     TEXT COLLATE "C" NOT NULL DEFAULT '',
    PRIMARY KEY (key_id, way)
);

-- What a person was told by a way, each thing once for each time that it came up.
CREATE TABLE notices_told (
    key_id  TEXT COLLATE "C" NOT NULL,
    way     TEXT COLLATE "C" NOT NULL,
    kind    TEXT COLLATE "C" NOT NULL CHECK (kind IN ('waiting', 'expiring', 'failing')),
    item_id TEXT COLLATE "C" NOT NULL,
    since   BIGINT NOT NULL,
    PRIMARY KEY (key_id, way, kind, item_id, since),
    FOREIGN KEY (key_id, way) REFERENCES notice_choices (key_id, way) ON DELETE CASCADE
);
