-- +goose Up

-- Deals in force by the end of their flight: those that are over, and of which the figures are final, are completed.
CREATE INDEX deals_by_end ON deals (flight_end, id) WHERE status IN ('booked', 'active', 'makegood_pending', 'partially_cancelled');

-- What orders wait for and has failed, by since when: after a while the order fails too.
CREATE INDEX activations_failed ON activations (since, id) WHERE status = 'failed' AND required;
