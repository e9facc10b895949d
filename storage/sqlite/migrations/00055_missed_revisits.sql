-- +goose Up

-- Deals at destinations that were to be looked at since the destination was changed, and could not be: they are tried again.
CREATE TABLE missed_revisits (
    activation_id TEXT PRIMARY KEY REFERENCES activations (id),
    sent_anyway   INTEGER NOT NULL CHECK (sent_anyway IN (0, 1)),
    since         INTEGER NOT NULL,
    next_at       INTEGER NOT NULL,
    tries         INTEGER NOT NULL CHECK (tries > 0),
    text          TEXT NOT NULL
) STRICT;
CREATE INDEX missed_revisits_due ON missed_revisits (next_at, activation_id);
