package rest

import (
	"net/http"

	"parley/wire"
)

var proposalRoutes = []Route{
	act(Route{
		Access: AccessNegotiation,
		ID:     "submitProposal", Tag: "Proposals", Summary: "Propose a deal at a price of your own",
		Description: "A price at the seller's own or above is accepted; a lower one is countered, which opens a negotiation whose " +
			"first round it is; what cannot be sold is rejected, and errors says why. With the status pending_approval a person " +
			"decides: read the proposal again.",
		Example: `{"product_id": "ctv-sports-live", "deal_type": "PG", "price": 27.50, "impressions": 10000000, ` +
			`"start_date": "2026-08-01", "end_date": "2026-08-31", "idempotency_key": "7c1a9f0e-2b3d-4e5f-8a6b-9c0d1e2f3a4b"}`,
		Failures: []int{http.StatusNotFound, http.StatusConflict},
	}, wire.SubmitProposal, sampleProposal),
	list(Route{
		Method: http.MethodGet, Path: "/proposals", Access: AccessCredential,
		ID: "listProposals", Tag: "Proposals", Summary: "List proposals",
	}, wire.ListProposals, sampleProposal),
	one(Route{
		Method: http.MethodGet, Path: "/proposals/{proposal_id}", Access: AccessProposals,
		ID: "getProposal", Tag: "Proposals", Summary: "Read where a proposal stands",
	}, wire.GetProposal, sampleProposal),
	one(Route{
		Method: http.MethodGet, Path: "/proposals/{proposal_id}/evaluation", Access: AccessOperator, Scopes: viewer,
		ID: "getEvaluation", Tag: "Proposals", Summary: "Read why a proposal was accepted, countered or rejected",
		Description: "Every step of its evaluation: what was asked, what was available, what was decided and by which rule. " +
			"Amounts are in micros.",
	}, wire.GetEvaluation, sampleProposal),
	act(Route{
		Access: AccessNegotiation,
		ID:     "withdrawProposal", Tag: "Proposals", Summary: "Take a proposal back",
		Description: "Nothing can be booked from it any more, and its negotiation and question to the deal desk are over.",
		Example:     `{"reason": "The campaign was cancelled"}`,
		Failures:    []int{http.StatusConflict},
	}, wire.WithdrawProposal, sampleProposal),
	act(Route{
		Access: AccessBuyer,
		ID:     "bookProposal", Tag: "Deals", Summary: "Book an accepted proposal",
		Description: "Turns an accepted proposal into a deal on the agreed terms. Asking again answers the same deal. A booking " +
			"that the publisher has to approve answers 202 with the status proposed.",
		Example: `{"proposal_id": "prop-01k1h3v8mq4t7c9w2x5y6z0a1b3k", "dsp_platform": "The Trade Desk", ` +
			`"idempotency_key": "1f6b0c9d-8e7a-4b5c-9d3e-2f1a0b9c8d7e"}`,
		Failures: []int{http.StatusNotFound, http.StatusConflict},
	}, wire.BookProposal, sampleDeal),
}
