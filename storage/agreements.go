package storage

import (
	"time"

	"parley"
)

// AgreementFilter says what an agreement has to be about. Every field counts.
type AgreementFilter struct {
	Owner       string
	ProductID   string
	DealType    parley.DealType
	Flight      parley.Flight
	Impressions int64
	Currency    parley.Currency
	MaxCPM      int64 // the agreed price is this at most
	Now         time.Time
}

// Agreement is a price agreed in a proposal or in a negotiation over a quote, that has not become a deal and still can.
type Agreement struct {
	ProposalID    string // empty for a negotiation over a quote
	NegotiationID string // empty for a proposal that was accepted at once
	CPM           int64
	ExpiresAt     time.Time
}

// Agreement answers the agreement with the lowest price among those that fit, or nil. It costs the same however many
// there have been.
func (r *Reader) Agreement(f AgreementFilter) *Pending[*Agreement] {
	const query = `SELECT proposal_id, negotiation_id, agreed_micros, expires_at FROM (
		SELECT * FROM (
			SELECT id AS proposal_id, COALESCE(negotiation_id, '') AS negotiation_id, agreed_micros, expires_at FROM proposals
			WHERE status = 'accepted' AND owner = $1 AND product_id = $2 AND flight_start = $3 AND flight_end = $4
				AND agreed_impressions = $5 AND agreed_micros <= $6 AND deal_type = $7 AND currency = $8 AND expires_at > $9
			ORDER BY agreed_micros LIMIT 1) AS proposed
		UNION ALL
		SELECT * FROM (
			SELECT '' AS proposal_id, n.id AS negotiation_id, n.agreed_micros, q.expires_at FROM negotiations n
			JOIN quotes q ON q.id = n.quote_id AND q.status = 'available' AND q.expires_at > $9
			WHERE n.status = 'accepted' AND n.quote_id IS NOT NULL AND n.deal_id IS NULL AND n.owner = $1 AND n.product_id = $2
				AND n.flight_start = $3 AND n.flight_end = $4 AND n.impressions = $5 AND n.agreed_micros <= $6
				AND n.deal_type = $7 AND n.currency = $8
			ORDER BY n.agreed_micros LIMIT 1) AS quoted
		) AS agreements ORDER BY agreed_micros LIMIT 1`
	scan := func(rows Rows, a *Agreement) error {
		return rows.Scan(&a.ProposalID, &a.NegotiationID, &a.CPM, instant(&a.ExpiresAt))
	}
	found := many(r, scan, query, f.Owner, f.ProductID, int64(f.Flight.Start), int64(f.Flight.End), f.Impressions, f.MaxCPM,
		string(f.DealType), string(f.Currency), micros(f.Now))
	return orNil(found)
}
