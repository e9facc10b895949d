-- +goose Up

-- How each deal kept up with its plan when it was last looked at, once after each complete day, and what was told of it last.
CREATE TABLE deal_paces (
    deal_id TEXT COLLATE "C" PRIMARY KEY REFERENCES deals (id),
    day     BIGINT NOT NULL,
    seen    TEXT COLLATE "C" NOT NULL CHECK (seen <> ''),
    told    TEXT COLLATE "C" NOT NULL
);
