-- +goose Up

-- Deals that run on a day and have flights that are not long are found by their ends, within a bounded time after it; the few others are found here.
CREATE INDEX deals_by_end_of_long ON deals (flight_end, id, flight_start, impressions, final_micros)
    WHERE status IN ('booked', 'active', 'makegood_pending', 'partially_cancelled') AND flight_end - flight_start >= 100;
