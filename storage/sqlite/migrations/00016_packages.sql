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
