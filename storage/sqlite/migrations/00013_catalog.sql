-- +goose Up

-- Whether a product is offered. Everything there is stays for sale.
ALTER TABLE products ADD COLUMN status TEXT NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'paused', 'retired'));

-- Impressions are guaranteed against declared capacity alone: nothing is reserved on a day that has none, and no day loses
-- the capacity that is reserved. What was reserved so before can be given back.
-- +goose StatementBegin
CREATE TRIGGER reserved_days_are_declared AFTER INSERT ON inventory_days
WHEN new.capacity IS NULL AND new.reserved > 0
BEGIN
    SELECT RAISE(ABORT, 'a day without a capacity has nothing reserved');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER reserved_days_stay_declared AFTER UPDATE ON inventory_days
WHEN new.capacity IS NULL AND new.reserved > 0 AND (old.capacity IS NOT NULL OR new.reserved > old.reserved)
BEGIN
    SELECT RAISE(ABORT, 'a day without a capacity has nothing reserved');
END;
-- +goose StatementEnd

-- An agent that is removed while it is blocked stays, out of sight, so that its keys stay blocked.
ALTER TABLE agents ADD COLUMN removed_at INTEGER DEFAULT NULL CHECK (removed_at IS NULL OR trust = 'blocked');
