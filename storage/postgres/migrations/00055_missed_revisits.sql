-- +goose Up

-- Deals at destinations that were to be looked at since the destination was changed, and could not be: they are tried again.
CREATE TABLE missed_revisits (
    activation_id TEXT COLLATE "C" PRIMARY KEY REFERENCES activations (id),
    sent_anyway   BOOLEAN NOT NULL,
    since         BIGINT NOT NULL,
    next_at       BIGINT NOT NULL,
    tries         BIGINT NOT NULL CHECK (tries > 0),
    text          TEXT COLLATE "C" NOT NULL
);
CREATE INDEX missed_revisits_due ON missed_revisits (next_at, activation_id);
