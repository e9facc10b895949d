-- +goose Up

-- Quotes that one agreement priced, which are over once it has been used.
CREATE INDEX quotes_of_proposals ON quotes (proposal_id) WHERE status = 'available' AND proposal_id IS NOT NULL;
CREATE INDEX quotes_of_negotiations ON quotes (negotiation_id)
    WHERE status = 'available' AND negotiation_id IS NOT NULL AND proposal_id IS NULL;
