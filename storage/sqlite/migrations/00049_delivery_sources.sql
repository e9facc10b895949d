-- +goose Up

-- Of when the newest figures of each source are.
CREATE INDEX delivery_imports_by_source ON delivery_imports (source, as_of);
