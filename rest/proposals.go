package rest

import (
	"context"
	"net/http"

	"parley"
	"parley/seller"
	"parley/wire"
)

var proposalRoutes = []Route{
	change(Route{
		Method: http.MethodPost, Path: "/proposals", Access: AccessNegotiation,
		ID: "submitProposal", Tag: "Proposals", Summary: "Propose a deal at a price of your own",
		Description: "A price at the seller's own or above is accepted; a lower one is countered, which opens a negotiation whose " +
			"first round it is; what cannot be sold is rejected, and errors says why. With the status pending_approval a person " +
			"decides: read the proposal again.",
		Example: `{"product_id": "ctv-sports-live", "deal_type": "PG", "price": 27.50, "impressions": 10000000, ` +
			`"start_date": "2026-08-01", "end_date": "2026-08-31", "idempotency_key": "7c1a9f0e-2b3d-4e5f-8a6b-9c0d1e2f3a4b"}`,
		Failures: []int{http.StatusNotFound, http.StatusConflict},
	}, changing[none, wire.ProposalRequest, parley.Proposal, wire.ProposalResponse]{
		run: func(
			ctx context.Context, x *exchange, _ none, body *wire.ProposalRequest, encode seller.Encode[parley.Proposal],
		) (seller.Answer, error) {
			return x.service.SubmitProposal(ctx, x.call, body.Domain(), encode)
		},
		render:  wire.ProposalOf,
		status:  http.StatusCreated,
		example: sampleProposal,
	}),
	list(Route{
		Method: http.MethodGet, Path: "/proposals", Access: AccessCredential,
		ID: "listProposals", Tag: "Proposals", Summary: "List proposals",
	}, listing[wire.ProposalFilter, parley.Proposal, wire.ProposalResponse]{
		plural: "proposals",
		run: func(
			ctx context.Context, x *exchange, filter wire.ProposalFilter, page seller.Page,
		) (seller.Listing[parley.Proposal], error) {
			return x.service.Proposals(ctx, x.call, seller.ProposalFilter{
				Status: parley.ProposalStatus(filter.Status), ProductID: filter.ProductID, Page: page,
			})
		},
		render:  wire.ProposalOf,
		id:      func(proposal parley.Proposal) string { return proposal.ID },
		example: sampleProposal,
	}),
	one(Route{
		Method: http.MethodGet, Path: "/proposals/{proposal_id}", Access: AccessProposals,
		ID: "getProposal", Tag: "Proposals", Summary: "Read where a proposal stands",
	}, func(ctx context.Context, x *exchange, path proposalPath) (parley.Proposal, error) {
		return x.service.Proposal(ctx, x.call, path.ProposalID)
	}, wire.ProposalOf, sampleProposal),
	read(Route{
		Method: http.MethodGet, Path: "/proposals/{proposal_id}/evaluation", Access: AccessOperator, Scopes: viewer,
		ID: "getEvaluation", Tag: "Proposals", Summary: "Read why a proposal was accepted, countered or rejected",
		Description: "Every step of its evaluation: what was asked, what was available, what was decided and by which rule. " +
			"Amounts are in micros.",
	}, func(ctx context.Context, x *exchange, path proposalPath) (wire.Evaluation, error) {
		proposal, err := x.service.Proposal(ctx, x.call, path.ProposalID)
		return wire.EvaluationOf(proposal), err
	}, func(*exchange) wire.Evaluation { return wire.EvaluationOf(sampleProposal) }),
	change(Route{
		Method: http.MethodPost, Path: "/proposals/{proposal_id}/withdraw", Access: AccessNegotiation,
		ID: "withdrawProposal", Tag: "Proposals", Summary: "Take a proposal back",
		Description: "Nothing can be booked from it any more, and its negotiation and question to the deal desk are over.",
		Example:     `{"reason": "The campaign was cancelled"}`,
		Failures:    []int{http.StatusConflict},
	}, changing[proposalPath, wire.WithdrawRequest, parley.Proposal, wire.ProposalResponse]{
		run: func(
			ctx context.Context, x *exchange, path proposalPath, body *wire.WithdrawRequest, encode seller.Encode[parley.Proposal],
		) (seller.Answer, error) {
			return x.service.WithdrawProposal(ctx, x.call, path.ProposalID, body.Reason, encode)
		},
		render:  wire.ProposalOf,
		status:  http.StatusOK,
		example: sampleProposal,
	}),
	change(Route{
		Method: http.MethodPost, Path: "/deals", Access: AccessBuyer,
		ID: "bookProposal", Tag: "Deals", Summary: "Book an accepted proposal",
		Description: "Turns an accepted proposal into a deal on the agreed terms. Asking again answers the same deal. A booking " +
			"that the publisher has to approve answers 202 with the status proposed.",
		Example: `{"proposal_id": "prop-01k1h3v8mq4t7c9w2x5y6z0a1b3k", "dsp_platform": "The Trade Desk", ` +
			`"idempotency_key": "1f6b0c9d-8e7a-4b5c-9d3e-2f1a0b9c8d7e"}`,
		Failures: []int{http.StatusNotFound, http.StatusConflict},
	}, changing[none, wire.ProposalBookingRequest, parley.Deal, wire.DealResponse]{
		run: func(
			ctx context.Context, x *exchange, _ none, body *wire.ProposalBookingRequest, encode seller.Encode[parley.Deal],
		) (seller.Answer, error) {
			return x.service.BookProposal(ctx, x.call, body.Domain(), encode)
		},
		render:  wire.DealOf,
		status:  http.StatusCreated,
		other:   http.StatusAccepted,
		when:    wire.AwaitsApproval,
		example: sampleDeal,
	}),
}

type proposalPath struct {
	ProposalID string `path:"proposal_id" maxLength:"128"`
}
