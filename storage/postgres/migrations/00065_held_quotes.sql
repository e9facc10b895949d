-- +goose Up

-- When the quote of a hold would have expired, where the hold keeps it open for longer.
ALTER TABLE holds ADD COLUMN quote_until BIGINT;
