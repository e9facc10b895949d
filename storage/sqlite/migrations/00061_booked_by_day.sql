-- +goose Up

-- What was booked in a month, over all accounts.
CREATE INDEX booked_values_by_day ON booked_values (kind, day, currency);
