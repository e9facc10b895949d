package client

import (
	"context"
	"iter"

	"parley/wire/document"
)

// Counter answers the counter-offer to a proposal. ErrNegotiationClosed tells that the negotiation is over,
// ErrContention that another counter was faster.
func (c *Client) Counter(ctx context.Context, proposalID string, request document.CounterRequest) (document.RoundResponse, error) {
	request.IdempotencyKey = keyed(request.IdempotencyKey)
	return post[document.RoundResponse](ctx, c, at("/proposals/", proposalID, "/counter"), request)
}

// ProposalNegotiation reads the negotiation about a proposal.
func (c *Client) ProposalNegotiation(ctx context.Context, proposalID string) (document.NegotiationResponse, error) {
	return get[document.NegotiationResponse](ctx, c, at("/proposals/", proposalID, "/negotiation"), nil)
}

// Send sends a message and answers the seller's round.
func (c *Client) Send(ctx context.Context, message document.NegotiationMessage) (document.RoundResponse, error) {
	message.IdempotencyKey = keyed(message.IdempotencyKey)
	return post[document.RoundResponse](ctx, c, "/api/v1/negotiations/messages", message)
}

// Negotiation reads a negotiation.
func (c *Client) Negotiation(ctx context.Context, negotiationID string) (document.NegotiationRecord, error) {
	return get[document.NegotiationRecord](ctx, c, at("/api/v1/negotiations/", negotiationID), nil)
}

// Negotiations lists a page of this buyer's negotiations.
func (c *Client) Negotiations(ctx context.Context, page document.Paging) (Listing[document.NegotiationRecord], error) {
	return list[document.NegotiationRecord](ctx, c, "/api/v1/negotiations", "negotiations", page)
}

// AllNegotiations walks this buyer's negotiations, page by page.
func (c *Client) AllNegotiations(ctx context.Context, page document.Paging) iter.Seq2[document.NegotiationRecord, error] {
	return each(&page, func() (Listing[document.NegotiationRecord], error) { return c.Negotiations(ctx, page) })
}
