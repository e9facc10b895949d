-- +goose Up

-- What the removal of old quotes looks at, and what it and the database's own checks then look up.
CREATE INDEX quotes_expired ON quotes (expires_at, id) WHERE status = 'expired';
CREATE INDEX orders_by_quote ON orders (quote_id) WHERE quote_id IS NOT NULL;
