-- +goose Up

-- Which deals delivered in a month is asked of the sums of days, which are few beside the rows that they are of. An import keeps one index
-- less of each row, by which PostgreSQL looked for what a row of a file replaces among all of the deal's rows of that day.
CREATE INDEX delivery_sums_by_day ON delivery_sums (day, deal_id);
DROP INDEX delivery_days_by_day;
