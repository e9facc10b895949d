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
