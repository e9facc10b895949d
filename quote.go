package parley

import (
	"encoding/json"
	"time"
)

// QuoteStatus is where a quote stands.
type QuoteStatus string

// A quote is available until it is booked, declined, or its time is over.
const (
	QuoteAvailable QuoteStatus = "available"
	QuoteBooked    QuoteStatus = "booked"
	QuoteExpired   QuoteStatus = "expired"
	QuoteDeclined  QuoteStatus = "declined"
)

// Carried is what a request brings along that the seller keeps and hands back without acting on it: the contract's
// consent context, audience plan, the agent's address and the conversation's name.
type Carried struct {
	ConsentContext json.RawMessage `json:"consent_context,omitempty"`
	AudiencePlan   json.RawMessage `json:"audience_plan,omitempty"`
	AgentURL       string          `json:"agent_url,omitempty"`
	ContextID      string          `json:"context_id,omitempty"` // what the buyer calls the conversation
}

// WithoutDocuments is what is kept of it for a caller without a key: the documents are kept for those who are known.
func (c Carried) WithoutDocuments() Carried {
	return Carried{AgentURL: c.AgentURL, ContextID: c.ContextID}
}

// Quote is a price stated to one buyer, for a time. It holds no inventory.
type Quote struct {
	ID            string
	Owner         string // Principal.Owner of the buyer; empty for an anonymous caller, OwnerPublisher for an operator's own
	CreatedBy     string // the operator who wrote it; empty when its buyer asked
	Status        QuoteStatus
	ProductID     string
	ProductName   string
	InventoryType string
	DealType      DealType
	MediaType     MediaType
	Impressions   int64 // 0: none named
	Flight        Flight
	TargetCPM     *Money // what the buyer hoped for; it moves no price but to one agreed before
	Price         PriceDecision
	Available     *int64 // impressions free over the flight when quoted; nil: capacity not declared
	Tier          Tier
	Identity      Identity // as the credential vouched for it
	Claimed       Identity // what the buyer said of itself beyond that
	Carried       Carried
	ProposalID    string // the accepted proposal whose agreed price is quoted, which booking the quote uses up, or
	NegotiationID string // the negotiation, of that proposal or over another quote
	DealID        string // empty until booked
	CreatedAt     time.Time
	ExpiresAt     time.Time
}

// InventoryAvailable tells whether the inventory was there when the quote was made.
func (q Quote) InventoryAvailable() bool {
	return q.Available == nil || (*q.Available > 0 && *q.Available >= q.Impressions)
}

// VisibleTo tells whether a principal may see the quote, and book it. One of nobody's is an anonymous caller's, which is of
// the public tier; a better one was written by an operator before quotes named their buyers.
func (q Quote) VisibleTo(who Principal) bool {
	return who.IsOperator() || who.MaySee(q.Owner) && (q.Owner != "" || q.Tier == TierPublic)
}

// At is the quote as it stands at an instant: an available quote whose time is over is expired, whether or not a sweep
// has recorded it.
func (q Quote) At(now time.Time) Quote {
	if q.Status == QuoteAvailable && !now.Before(q.ExpiresAt) {
		q.Status = QuoteExpired
	}
	return q
}

// TargetMet tells whether the quoted price is at or below what the buyer hoped for; nil when it named no target.
func (q Quote) TargetMet() *bool {
	if q.TargetCPM == nil {
		return nil
	}
	met := q.Price.FinalCPM <= q.TargetCPM.Micros
	return &met
}
