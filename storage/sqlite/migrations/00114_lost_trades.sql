-- +goose Up

-- What ended without a deal, and is removed once it is old enough.
CREATE INDEX negotiations_lost ON negotiations (id) WHERE status IN ('rejected', 'expired');
CREATE INDEX proposals_lost ON proposals (id) WHERE status IN ('rejected', 'withdrawn', 'expired', 'failed');
