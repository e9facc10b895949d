-- +goose Up

-- What a destination answered last of a deal there, as far as it is kept.
CREATE TABLE activation_answers (
    activation_id TEXT COLLATE "C" PRIMARY KEY REFERENCES activations (id),
    at            BIGINT NOT NULL,
    step          TEXT COLLATE "C" NOT NULL,
    verb          TEXT COLLATE "C" NOT NULL,
    status        BIGINT NOT NULL CHECK (status BETWEEN 100 AND 999),
    text          TEXT COLLATE "C" NOT NULL
);
