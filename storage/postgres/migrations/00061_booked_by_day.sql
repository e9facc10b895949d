-- +goose NO TRANSACTION
-- +goose Up

-- What was booked in a month, over all accounts. The table is written meanwhile.
DROP INDEX CONCURRENTLY IF EXISTS booked_values_by_day;
CREATE INDEX CONCURRENTLY booked_values_by_day ON booked_values (kind, day, currency);
