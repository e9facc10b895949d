-- +goose Up

-- Whether a product is offered. Everything there is stays for sale.
ALTER TABLE products ADD COLUMN status TEXT COLLATE "C" NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'paused', 'retired'));

-- Impressions are guaranteed against declared capacity alone: nothing is reserved on a day that has none, and no day loses
-- the capacity that is reserved. What was reserved so before can be given back.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION refuse_undeclared_day() RETURNS TRIGGER LANGUAGE plpgsql AS
    $$ BEGIN
        RAISE check_violation USING MESSAGE = 'a day without a capacity has nothing reserved';
    END $$;
-- +goose StatementEnd
CREATE OR REPLACE TRIGGER reserved_days_are_declared AFTER INSERT ON inventory_days FOR EACH ROW
    WHEN (NEW.capacity IS NULL AND NEW.reserved > 0) EXECUTE FUNCTION refuse_undeclared_day();
CREATE OR REPLACE TRIGGER reserved_days_stay_declared AFTER UPDATE ON inventory_days FOR EACH ROW
    WHEN (NEW.capacity IS NULL AND NEW.reserved > 0 AND (OLD.capacity IS NOT NULL OR NEW.reserved > OLD.reserved))
    EXECUTE FUNCTION refuse_undeclared_day();

-- An agent that is removed while it is blocked stays, out of sight, so that its keys stay blocked.
ALTER TABLE agents ADD COLUMN removed_at BIGINT DEFAULT NULL CHECK (removed_at IS NULL OR trust = 'blocked');
