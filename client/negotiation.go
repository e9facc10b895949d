package client

import (
	"context"

	"parley/wire/document"

	"parley"
)

// CounterRequest answers a seller's counter-offer with another price.
type CounterRequest struct {
	BuyerPrice     Price  `json:"buyer_price"`
	IdempotencyKey string `json:"idempotency_key"` // empty: minted for the call
}

// Counter answers the counter-offer to a proposal. ErrNegotiationClosed tells that the negotiation is over,
// ErrContention that another counter was faster.
func (c *Client) Counter(ctx context.Context, proposalID string, request CounterRequest) (document.RoundResponse, error) {
	request.IdempotencyKey = keyed(request.IdempotencyKey)
	return post[document.RoundResponse](ctx, c, at("/proposals/", proposalID, "/counter"), request)
}

// ProposalNegotiation reads the negotiation about a proposal.
func (c *Client) ProposalNegotiation(ctx context.Context, proposalID string) (document.NegotiationResponse, error) {
	return get[document.NegotiationResponse](ctx, c, at("/proposals/", proposalID, "/negotiation"), nil)
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
func (c *Client) Send(ctx context.Context, message Message) (document.RoundResponse, error) {
	message.IdempotencyKey = keyed(message.IdempotencyKey)
	return post[document.RoundResponse](ctx, c, "/api/v1/negotiations/messages", message)
}

// Negotiation reads a negotiation.
func (c *Client) Negotiation(ctx context.Context, negotiationID string) (document.NegotiationRecord, error) {
	return get[document.NegotiationRecord](ctx, c, at("/api/v1/negotiations/", negotiationID), nil)
}
