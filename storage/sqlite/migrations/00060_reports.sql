-- +goose Up

-- Who has the days of a product.
CREATE INDEX deals_over_days ON deals (product_id, flight_end, id) WHERE deal_type = 'PG' AND status IN ('proposed', 'negotiating',
    'accepted', 'booked', 'active', 'makegood_pending', 'partially_cancelled', 'completed');

-- Which flights have days in common with others: none is longer than some years.
CREATE INDEX deals_by_flight ON deals (flight_start, flight_end, seq);

-- What was booked in a month: the deals in their order, and what they come to.
CREATE INDEX deals_by_booking ON deals (booked_on, seq) WHERE booked_on IS NOT NULL;
CREATE INDEX deals_booked_for ON deals (booked_on, product_id, account, currency, status, final_micros, impressions, assumed_impressions)
    WHERE booked_on IS NOT NULL;
