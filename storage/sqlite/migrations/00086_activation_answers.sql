-- +goose Up

-- What a destination answered last of a deal there, as far as it is kept.
CREATE TABLE activation_answers (
    activation_id TEXT PRIMARY KEY REFERENCES activations (id),
    at            INTEGER NOT NULL,
    step          TEXT NOT NULL,
    verb          TEXT NOT NULL,
    status        INTEGER NOT NULL CHECK (status BETWEEN 100 AND 999),
    text          TEXT NOT NULL
) STRICT, WITHOUT ROWID;
