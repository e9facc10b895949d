-- +goose Up

-- That nothing is reserved on a day without a capacity is checked with the row, by what reserves: a trigger runs a program for each
-- day of a flight, which was most of what a booking cost. guaranteed is 1 since something was reserved by such a statement. What
-- had been reserved before can be given back, and the trigger looks only at capacities that are taken away.
ALTER TABLE inventory_days ADD COLUMN guaranteed INTEGER NOT NULL DEFAULT 0
    CHECK (guaranteed IN (0, 1) AND (guaranteed = 0 OR capacity IS NOT NULL OR reserved = 0));
DROP TRIGGER reserved_days_stay_declared;
-- +goose StatementBegin
CREATE TRIGGER reserved_days_stay_declared AFTER UPDATE OF capacity ON inventory_days
WHEN new.capacity IS NULL AND new.reserved > 0 AND (old.capacity IS NOT NULL OR new.reserved > old.reserved)
BEGIN
    SELECT RAISE(ABORT, 'a day without a capacity has nothing reserved');
END;
-- +goose StatementEnd
