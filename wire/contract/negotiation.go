package contract

import (
	"time"

	"github.com/danielgtaylor/huma/v2"

	"parley"
)

// Round is one round of a negotiation as the contract writes it.
type Round struct {
	RoundNumber             int                      `json:"round_number"`
	Action                  parley.NegotiationAction `json:"action"`
	BuyerPrice              Money                    `json:"buyer_price" doc:"The buyer's last; the seller's when the buyer has named none."`
	SellerPrice             Money                    `json:"seller_price"`
	ConcessionPct           Share                    `json:"concession_pct" doc:"Of the opening price; 0.04 is four percent."`
	CumulativeConcessionPct Share                    `json:"cumulative_concession_pct"`
	Rationale               string                   `json:"rationale"`
	Timestamp               time.Time                `json:"timestamp"`
}

// Negotiation is a negotiation as the contract writes it.
type Negotiation struct {
	NegotiationID string                   `json:"negotiation_id"`
	Status        parley.NegotiationStatus `json:"status" doc:"active, accepted, rejected or expired."`
	ProposalID    *string                  `json:"proposal_id"`
	QuoteID       *string                  `json:"quote_id"`
	PackageID     *string                  `json:"package_id" doc:"Always null: this seller trades products, not packages."`
	ProductID     *string                  `json:"product_id"`
	BuyerTier     parley.Tier              `json:"buyer_tier"`
	Rounds        []Round                  `json:"rounds"`
	StartedAt     time.Time                `json:"started_at"`
	CompletedAt   *time.Time               `json:"completed_at"`
}

// Share is a part of a whole, written as a decimal fraction: 40,000 parts per million are 0.04.
type Share int64

// AppendJSON writes a number. A part per million is a micro of the whole.
func (s Share) AppendJSON(body []byte) []byte { return parley.AppendMicros(body, int64(s), 1) }

// MarshalJSON implements json.Marshaler.
func (s Share) MarshalJSON() ([]byte, error) { return s.AppendJSON(nil), nil }

// UnmarshalJSON implements json.Unmarshaler.
func (s *Share) UnmarshalJSON(raw []byte) error {
	parts, err := parley.ParseMicros(string(raw))
	*s = Share(parts)
	return err
}

// Schema is a JSON number.
func (Share) Schema(huma.Registry) *huma.Schema { return &huma.Schema{Type: huma.TypeNumber} }

// RoundOf maps a round of a negotiation. The contract has a price of the buyer's in every round: who accepts takes the
// seller's, and who walks away leaves the last one standing.
func RoundOf(n parley.Negotiation, r parley.NegotiationRound) Round {
	buyer := r.BuyerCPM
	if buyer == 0 && r.Action == parley.ActionReject {
		for _, earlier := range n.Rounds {
			if earlier.Number < r.Number && earlier.BuyerCPM > 0 {
				buyer = earlier.BuyerCPM
			}
		}
	}
	if buyer == 0 {
		buyer = r.SellerCPM
	}
	return Round{
		RoundNumber: r.Number, Action: r.Action, BuyerPrice: Money{AmountMicros: buyer, Currency: n.Currency},
		SellerPrice: Money{AmountMicros: r.SellerCPM, Currency: n.Currency}, ConcessionPct: Share(r.Concession),
		CumulativeConcessionPct: Share(r.Cumulative), Rationale: r.Rationale, Timestamp: r.At,
	}
}

// NegotiationOf maps a negotiation.
func NegotiationOf(n parley.Negotiation) Negotiation {
	mapped := Negotiation{
		NegotiationID: n.ID, Status: NegotiationStatusOf(n.Status), ProposalID: Optional(n.ProposalID), QuoteID: Optional(n.QuoteID),
		ProductID: Optional(n.ProductID), BuyerTier: n.Tier, Rounds: make([]Round, len(n.Rounds)), StartedAt: n.StartedAt,
		CompletedAt: n.EndedAt,
	}
	for i, round := range n.Rounds {
		mapped.Rounds[i] = RoundOf(n, round)
	}
	return mapped
}

// NegotiationStatusOf is a status as the contract knows it: what waits for the publisher's approval is active.
func NegotiationStatusOf(s parley.NegotiationStatus) parley.NegotiationStatus {
	if s == parley.NegotiationPendingApproval {
		return parley.NegotiationActive
	}
	return s
}
