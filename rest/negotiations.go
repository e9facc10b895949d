package rest

import (
	"context"
	"net/http"

	"parley"
	"parley/seller"
	"parley/wire"
)

var negotiationRoutes = []Route{
	change(Route{
		Method: http.MethodPost, Path: "/proposals/{proposal_id}/counter", Access: AccessNegotiation,
		ID: "counterProposal", Tag: "Negotiations", Summary: "Answer the seller's counter with a price",
		Description: "One round: the seller accepts, counters, makes its final offer or rejects. A final offer is answered once " +
			"more, with the price or with a rejection. Of two counters at once one is refused with contention.",
		Example:  `{"buyer_price": 29.00, "idempotency_key": "d2c4b6a8-0e1f-4a3b-8c5d-7e9f0a1b2c3d"}`,
		Failures: []int{http.StatusConflict},
	}, changing[proposalPath, wire.CounterRequest, seller.Turn, wire.RoundResponse]{
		run: func(
			ctx context.Context, x *exchange, path proposalPath, body *wire.CounterRequest, encode seller.Encode[seller.Turn],
		) (seller.Answer, error) {
			return x.service.CounterProposal(ctx, x.call, path.ProposalID, body.BuyerPrice.Money, encode)
		},
		render:  func(_ wire.View, turn seller.Turn) wire.RoundResponse { return wire.RoundOf(turn, wire.Documented) },
		status:  http.StatusOK,
		example: sampleTurn,
	}),
	read(Route{
		Method: http.MethodGet, Path: "/proposals/{proposal_id}/negotiation", Access: AccessProposals,
		ID: "getProposalNegotiation", Tag: "Negotiations", Summary: "Read a proposal's negotiation",
	}, func(ctx context.Context, x *exchange, path proposalPath) (wire.NegotiationResponse, error) {
		negotiation, err := x.service.ProposalNegotiation(ctx, x.call, path.ProposalID)
		return wire.NegotiationOf(negotiation), err
	}, func(*exchange) wire.NegotiationResponse { return wire.NegotiationOf(sampleNegotiation) }),
	change(Route{
		Method: http.MethodPost, Path: "/api/v1/negotiations/messages", Access: AccessNegotiation,
		ID: "sendNegotiationMessage", Tag: "Negotiations", Summary: "Open or continue a negotiation",
		Description: "Opens a negotiation on a proposal or on a quote, or continues it. accept takes the seller's last price, reject " +
			"walks away; both end it. With round_number, the message is refused with contention when its round would get another " +
			"number. What was agreed on a quote is the price at which the quote is booked.",
		Example: `{"action": "counter", "quote_id": "qt-01k1h3v8mq4t7c9w2x5y6z0a1b3d", "buyer_price": {"amount_micros": 25000000, ` +
			`"currency": "USD"}, "rationale": "Opening offer", "idempotency_key": "00000000-0000-4000-8000-000000000010"}`,
		Failures: []int{http.StatusNotFound, http.StatusConflict, http.StatusGone},
	}, changing[none, wire.NegotiationMessage, seller.Turn, wire.RoundResponse]{
		run: func(
			ctx context.Context, x *exchange, _ none, body *wire.NegotiationMessage, encode seller.Encode[seller.Turn],
		) (seller.Answer, error) {
			return x.service.Negotiate(ctx, x.call, body.Domain(), encode)
		},
		render:  func(_ wire.View, turn seller.Turn) wire.RoundResponse { return wire.RoundOf(turn, wire.InContract) },
		status:  http.StatusOK,
		example: sampleTurn,
	}),
	list(Route{
		Method: http.MethodGet, Path: "/api/v1/negotiations", Access: AccessCredential,
		ID: "listNegotiations", Tag: "Negotiations", Summary: "List negotiations",
	}, listing[wire.NegotiationFilter, parley.Negotiation, wire.NegotiationRecord]{
		plural: "negotiations",
		run: func(
			ctx context.Context, x *exchange, filter wire.NegotiationFilter, page seller.Page,
		) (seller.Listing[parley.Negotiation], error) {
			return x.service.Negotiations(ctx, x.call, seller.NegotiationFilter{
				Status: parley.NegotiationStatus(filter.Status), ProductID: filter.ProductID, ProposalID: filter.ProposalID,
				QuoteID: filter.QuoteID, Page: page,
			})
		},
		render:  wire.NegotiationRecordOf,
		id:      func(n parley.Negotiation) string { return n.ID },
		example: sampleNegotiation,
	}),
	one(Route{
		Method: http.MethodGet, Path: "/api/v1/negotiations/{negotiation_id}", Access: AccessProposals,
		ID: "getNegotiation", Tag: "Negotiations", Summary: "Read a negotiation",
	}, func(ctx context.Context, x *exchange, path negotiationPath) (parley.Negotiation, error) {
		return x.service.Negotiation(ctx, x.call, path.NegotiationID)
	}, wire.NegotiationRecordOf, sampleNegotiation),
}

type negotiationPath struct {
	NegotiationID string `path:"negotiation_id" maxLength:"128"`
}
