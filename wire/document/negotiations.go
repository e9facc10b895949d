package document

import (
	"encoding/json"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"parley"
	"parley/wire/contract"
)

// RoundResponse is one round: the documented members, and the contract's object under round.
type RoundResponse struct {
	NegotiationID           string                   `json:"negotiation_id"`
	ProposalID              *string                  `json:"proposal_id"`
	QuoteID                 *string                  `json:"quote_id"`
	RoundNumber             int                      `json:"round_number"`
	Action                  parley.NegotiationAction `json:"action" doc:"accept, counter, final_offer or reject."`
	BuyerPrice              *contract.Decimal        `json:"buyer_price" doc:"Null when the buyer named none."`
	SellerPrice             *contract.Decimal        `json:"seller_price" doc:"The CPM that stands after the round."`
	Currency                parley.Currency          `json:"currency"`
	ConcessionPct           Concession               `json:"concession_pct" doc:"What the seller gave in this round, in percent of its opening price."`
	CumulativeConcessionPct Concession               `json:"cumulative_concession_pct"`
	Rationale               string                   `json:"rationale"`
	Status                  parley.NegotiationStatus `json:"status" doc:"active, accepted, rejected or expired, and in the documented dialect pending_approval."`
	ApprovalID              *string                  `json:"approval_id" doc:"While the publisher has to approve the price."`
	RoundsRemaining         *int                     `json:"rounds_remaining" doc:"How many more prices are answered, at least: while a person of the publisher's answers, no number of rounds binds. 0 after a final offer, null once it is over."`
	ExpiresAt               time.Time                `json:"expires_at" doc:"By when the seller needs an answer."`
	Round                   contract.Round           `json:"round" doc:"The same round as the shared contract writes it."`
}

// UnmarshalJSON implements json.Unmarshaler.
func (r *RoundResponse) UnmarshalJSON(raw []byte) error {
	type plain RoundResponse
	err := json.Unmarshal(raw, (*plain)(r))
	in(r.Currency, r.BuyerPrice, r.SellerPrice)
	return err
}

// Concession is parts per million of the opening price, written as percent.
type Concession int64

// microsPerPart is how many millionths of a percent a part per million is.
const microsPerPart = 100

// AppendJSON writes a number.
func (c Concession) AppendJSON(body []byte) []byte {
	return parley.AppendMicros(body, int64(c)*microsPerPart, 1)
}

// MarshalJSON implements json.Marshaler.
func (c Concession) MarshalJSON() ([]byte, error) { return c.AppendJSON(nil), nil }

// UnmarshalJSON implements json.Unmarshaler.
func (c *Concession) UnmarshalJSON(raw []byte) error {
	micros, err := parley.ParseMicros(string(raw))
	*c = Concession(micros / microsPerPart)
	return err
}

// Schema is a JSON number.
func (Concession) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeNumber, Description: "Percent."}
}

// NegotiationResponse is a negotiation as its buyer may read it.
type NegotiationResponse struct {
	NegotiationID   string                   `json:"negotiation_id"`
	ProposalID      *string                  `json:"proposal_id"`
	QuoteID         *string                  `json:"quote_id"`
	ProductID       string                   `json:"product_id"`
	Status          parley.NegotiationStatus `json:"status"`
	Currency        parley.Currency          `json:"currency"`
	Rounds          []RoundResponse          `json:"rounds" doc:"As they were answered."`
	RoundsRemaining *int                     `json:"rounds_remaining" doc:"How many more prices are answered, at least: while a person of the publisher's answers, no number of rounds binds. 0 after a final offer, null once it is over."`
	AgreedPrice     *contract.Decimal        `json:"agreed_price"`
	ApprovalID      *string                  `json:"approval_id"`
	BuyerTier       parley.Tier              `json:"buyer_tier"`
	StartedAt       time.Time                `json:"started_at"`
	CompletedAt     *time.Time               `json:"completed_at"`
	ExpiresAt       time.Time                `json:"expires_at"`
}

// UnmarshalJSON implements json.Unmarshaler.
func (n *NegotiationResponse) UnmarshalJSON(raw []byte) error {
	type plain NegotiationResponse
	err := json.Unmarshal(raw, (*plain)(n))
	in(n.Currency, n.AgreedPrice)
	return err
}

// NegotiationRecord is a negotiation as the shared contract writes it, with what the contract has no member for.
type NegotiationRecord struct {
	contract.Negotiation
	RoundsRemaining *int            `json:"rounds_remaining" doc:"How many more prices are answered, at least: while a person of the publisher's answers, no number of rounds binds. 0 after a final offer, null once it is over."`
	AgreedPrice     *contract.Money `json:"agreed_price"`
	ExpiresAt       time.Time       `json:"expires_at" doc:"By when the seller needs an answer."`
	HeldBy          string          `json:"held_by,omitempty" doc:"For operators: who answers the buyer instead of the agent."`
	AwaitsDesk      bool            `json:"awaits_desk,omitempty" doc:"For operators: a price of the buyer's waits for that answer."`
}

// CounterRequest is the body that answers a counter.
type CounterRequest struct {
	Idempotency
	Conversation
	BuyerPrice contract.Price `json:"buyer_price" doc:"The CPM offered."`
}

// NegotiationMessage is what a buyer says in a negotiation, as the shared contract writes it.
type NegotiationMessage struct {
	Idempotency
	Conversation
	Action        parley.NegotiationAction `json:"action" maxLength:"64" doc:"counter, final_offer, accept or reject."`
	ProposalID    string                   `json:"proposal_id,omitempty" maxLength:"128" doc:"Opens or continues the negotiation on this proposal."`
	QuoteID       string                   `json:"quote_id,omitempty" maxLength:"128" doc:"Opens or continues the negotiation on this quote."`
	NegotiationID string                   `json:"negotiation_id,omitempty" maxLength:"128" doc:"Continues this negotiation."`
	BuyerPrice    *contract.Price          `json:"buyer_price,omitempty" doc:"The CPM offered. With accept, it has to be the seller's last; a reject has none."`
	RoundNumber   int                      `json:"round_number,omitempty" minimum:"1" maximum:"1000" doc:"The number that the sender expects its round to get."`
	Rationale     string                   `json:"rationale,omitempty" maxLength:"2000"`
	BuyerIdentity *Identity                `json:"buyer_identity,omitempty" doc:"Read and left: the quote or proposal has its buyer."`
	AgentURL      string                   `json:"agent_url,omitempty" maxLength:"2000"`
}

// ContractDialect tells a message of the contract by its form of a price.
func (m *NegotiationMessage) ContractDialect() bool {
	return m.BuyerPrice != nil && m.BuyerPrice.Contract
}
