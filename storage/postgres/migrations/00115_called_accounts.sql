-- +goose Up

-- An account is found by what it is called without looking at the others of its kind.
CREATE INDEX accounts_by_name ON accounts (lower(name), kind);
