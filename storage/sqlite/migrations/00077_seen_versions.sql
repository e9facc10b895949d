-- +goose Up

-- Which days of a product were declared anew, one change after the other: what was made from an older version of the same days is
-- told from what was not.
CREATE TABLE capacity_changes (
    product_id TEXT NOT NULL REFERENCES products (id),
    version    INTEGER NOT NULL CHECK (version > 0),
    first_day  INTEGER NOT NULL,
    last_day   INTEGER NOT NULL CHECK (last_day >= first_day),
    PRIMARY KEY (product_id, version)
) STRICT, WITHOUT ROWID;

ALTER TABLE agents ADD COLUMN version INTEGER NOT NULL DEFAULT 1 CHECK (version > 0);
