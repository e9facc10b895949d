-- +goose Up

-- Which deals delivered in a month.
CREATE INDEX delivery_days_by_day ON delivery_days (day, deal_id);
