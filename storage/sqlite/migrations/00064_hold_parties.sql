-- +goose Up

-- Whom a hold counts for: whoever buys, at the top of its accounts, and the advertiser, at the top of its. What is active has a place
-- among theirs, of one product and side, which the settings limit; from what is over it is known for how long they have held.
CREATE TABLE hold_parties (
    hold_id    TEXT NOT NULL REFERENCES holds (id) ON DELETE CASCADE,
    party      TEXT NOT NULL CHECK (party <> ''),
    product_id TEXT NOT NULL REFERENCES products (id),
    by_desk    INTEGER NOT NULL CHECK (by_desk IN (0, 1)),
    slot       INTEGER CHECK (slot > 0), -- while it is active
    over_at    INTEGER NOT NULL, -- when it is to end, and when it has
    PRIMARY KEY (hold_id, party),
    UNIQUE (party, product_id, by_desk, slot)
) STRICT, WITHOUT ROWID;
CREATE INDEX hold_parties_over ON hold_parties (party, product_id, by_desk, over_at);

-- The places are free when a hold ends, whoever ends it.
-- +goose StatementBegin
CREATE TRIGGER hold_parties_leave AFTER UPDATE ON holds WHEN old.status = 'active' AND new.status <> 'active' BEGIN
    UPDATE hold_parties SET slot = NULL, over_at = new.ended_at WHERE hold_id = new.id;
END;
-- +goose StatementEnd
