-- +goose Up

-- Whom a hold counts for: whoever buys, at the top of its accounts, and the advertiser, at the top of its. What is active has a place
-- among theirs, of one product and side, which the settings limit; from what is over it is known for how long they have held.
CREATE TABLE hold_parties (
    hold_id    TEXT COLLATE "C" NOT NULL REFERENCES holds (id) ON DELETE CASCADE,
    party      TEXT COLLATE "C" NOT NULL CHECK (party <> ''),
    product_id TEXT COLLATE "C" NOT NULL REFERENCES products (id),
    by_desk    BOOLEAN NOT NULL,
    slot       INTEGER CHECK (slot > 0), -- while it is active
    over_at    BIGINT NOT NULL, -- when it is to end, and when it has
    PRIMARY KEY (hold_id, party),
    UNIQUE (party, product_id, by_desk, slot)
);
CREATE INDEX hold_parties_over ON hold_parties (party, product_id, by_desk, over_at);

-- The places are free when a hold ends, whoever ends it.
-- +goose StatementBegin
CREATE FUNCTION hold_parties_free() RETURNS TRIGGER LANGUAGE plpgsql AS
    $$ BEGIN
        UPDATE hold_parties SET slot = NULL, over_at = NEW.ended_at WHERE hold_id = NEW.id;
        RETURN NULL;
    END $$;
-- +goose StatementEnd
CREATE TRIGGER hold_parties_leave AFTER UPDATE ON holds FOR EACH ROW WHEN (OLD.status = 'active' AND NEW.status <> 'active')
    EXECUTE FUNCTION hold_parties_free();
