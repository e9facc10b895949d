package client

import (
	"context"
	"iter"

	"parley/wire/document"
)

// Propose makes an offer. A counter-offer is no error: see CounterTerms, and Negotiate.
func (c *Client) Propose(ctx context.Context, request document.ProposalRequest) (document.ProposalResponse, error) {
	request.IdempotencyKey = keyed(request.IdempotencyKey)
	return post[document.ProposalResponse](ctx, c, "/proposals", request)
}

// Proposal reads a proposal as it stands.
func (c *Client) Proposal(ctx context.Context, proposalID string) (document.ProposalResponse, error) {
	return get[document.ProposalResponse](ctx, c, at("/proposals/", proposalID), nil)
}

// WithdrawProposal takes a proposal back: nothing can be booked from it any more.
func (c *Client) WithdrawProposal(ctx context.Context, proposalID, reason string) (document.ProposalResponse, error) {
	request := document.WithdrawRequest{Idempotency: minted(), Reason: reason}
	return post[document.ProposalResponse](ctx, c, at("/proposals/", proposalID, "/withdraw"), request)
}

// Proposals lists a page of this buyer's proposals.
func (c *Client) Proposals(ctx context.Context, filter document.ProposalFilter) (Listing[document.ProposalResponse], error) {
	return list[document.ProposalResponse](ctx, c, "/proposals", "proposals", filter)
}

// AllProposals walks this buyer's proposals, page by page.
func (c *Client) AllProposals(ctx context.Context, filter document.ProposalFilter) iter.Seq2[document.ProposalResponse, error] {
	return each(&filter.Paging, func() (Listing[document.ProposalResponse], error) { return c.Proposals(ctx, filter) })
}

// BookProposal turns an accepted proposal into a deal at the price agreed. A second call answers the same deal.
func (c *Client) BookProposal(ctx context.Context, request document.ProposalBookingRequest) (document.DealResponse, error) {
	request.IdempotencyKey = keyed(request.IdempotencyKey)
	return post[document.DealResponse](ctx, c, "/deals", request)
}
