package client

import (
	"context"
	"encoding/json"
	"time"

	"parley"
)

// Round is one exchange of a negotiation: the buyer's price and the seller's answer.
type Round struct {
	NegotiationID   string                   `json:"negotiation_id"`
	Number          int                      `json:"round_number"`
	Action          parley.NegotiationAction `json:"action"`
	BuyerPrice      *Price                   `json:"buyer_price"`  // nil: none was named
	SellerPrice     *Price                   `json:"seller_price"` // what stands after the round; nil: nothing does
	Rationale       string                   `json:"rationale"`
	Status          parley.NegotiationStatus `json:"status"`
	RoundsRemaining *int                     `json:"rounds_remaining"` // nil once concluded
	ApprovalID      string                   `json:"approval_id"`      // of the publisher's decision that is waited for
}

// UnmarshalJSON implements json.Unmarshaler. The contract's answer has the round in an object of its own, whose prices
// name their currency; a flat one may be beside it.
func (r *Round) UnmarshalJSON(raw []byte) error {
	type wire Round
	var body struct {
		wire
		Round    *wire           `json:"round"`
		Currency parley.Currency `json:"currency"`
	}
	if err := json.Unmarshal(raw, &body); err != nil {
		return err
	}
	*r = Round(body.wire)
	if inner := body.Round; inner != nil {
		r.Number, r.Action, r.Rationale = inner.Number, inner.Action, inner.Rationale
		r.BuyerPrice, r.SellerPrice = inner.BuyerPrice, inner.SellerPrice
	}
	r.BuyerPrice.in(body.Currency)
	r.SellerPrice.in(body.Currency)
	return nil
}

// Negotiation is a run of rounds over the price of one proposal or one quote.
type Negotiation struct {
	NegotiationID   string                   `json:"negotiation_id"`
	ProposalID      string                   `json:"proposal_id"` // what it is about, or
	QuoteID         string                   `json:"quote_id"`
	Status          parley.NegotiationStatus `json:"status"`
	Currency        parley.Currency          `json:"currency"`
	Rounds          []Round                  `json:"rounds"` // oldest first
	RoundsRemaining *int                     `json:"rounds_remaining"`
	AgreedPrice     *Price                   `json:"agreed_price"`
	StartedAt       time.Time                `json:"started_at"`
	CompletedAt     *time.Time               `json:"completed_at"`
}

// UnmarshalJSON implements json.Unmarshaler.
func (n *Negotiation) UnmarshalJSON(raw []byte) error {
	type wire Negotiation
	if err := json.Unmarshal(raw, (*wire)(n)); err != nil {
		return err
	}
	for i := range n.Rounds {
		n.Rounds[i].BuyerPrice.in(n.Currency)
		n.Rounds[i].SellerPrice.in(n.Currency)
	}
	n.AgreedPrice.in(n.Currency)
	return nil
}

// Last is the last round; a zero one when there is none.
func (n Negotiation) Last() Round {
	if len(n.Rounds) == 0 {
		return Round{}
	}
	return n.Rounds[len(n.Rounds)-1]
}

// CounterRequest answers a seller's counter-offer with another price.
type CounterRequest struct {
	BuyerPrice     Price  `json:"buyer_price"`
	IdempotencyKey string `json:"idempotency_key"` // empty: minted for the call
}

// Counter answers the counter-offer to a proposal. ErrNegotiationClosed tells that the negotiation is over,
// ErrContention that another counter was faster.
func (c *Client) Counter(ctx context.Context, proposalID string, request CounterRequest) (Round, error) {
	request.IdempotencyKey = keyed(request.IdempotencyKey)
	return post[Round](ctx, c, at("/proposals/", proposalID, "/counter"), request)
}

// ProposalNegotiation reads the negotiation about a proposal.
func (c *Client) ProposalNegotiation(ctx context.Context, proposalID string) (Negotiation, error) {
	return get[Negotiation](ctx, c, at("/proposals/", proposalID, "/negotiation"), nil)
}

// Message is a buyer's turn in the shared contract's dialect. It opens a negotiation on a proposal or a quote, or goes on
// with one.
type Message struct {
	NegotiationID  string                   `json:"negotiation_id,omitempty"`
	ProposalID     string                   `json:"proposal_id,omitempty"`
	QuoteID        string                   `json:"quote_id,omitempty"`
	Action         parley.NegotiationAction `json:"action"`                 // counter, accept, reject, final_offer
	BuyerPrice     *Price                   `json:"buyer_price,omitempty"`  // not with reject
	RoundNumber    *int                     `json:"round_number,omitempty"` // the number that this round will have if nobody else was faster
	Rationale      string                   `json:"rationale,omitempty"`
	IdempotencyKey string                   `json:"idempotency_key"` // empty: minted for the call
}

// Send sends a message and answers the seller's round.
func (c *Client) Send(ctx context.Context, message Message) (Round, error) {
	message.IdempotencyKey = keyed(message.IdempotencyKey)
	return post[Round](ctx, c, "/api/v1/negotiations/messages", message)
}

// Negotiation reads a negotiation.
func (c *Client) Negotiation(ctx context.Context, negotiationID string) (Negotiation, error) {
	return get[Negotiation](ctx, c, at("/api/v1/negotiations/", negotiationID), nil)
}
