-- +goose Up

-- Of the deals that nothing is heard of, those that run with the most at risk are found in the index alone.
DROP INDEX deals_by_end;
CREATE INDEX deals_by_end ON deals (flight_end, id, flight_start, impressions, final_micros) WHERE status IN ('booked', 'active', 'makegood_pending', 'partially_cancelled');
