package rest

import (
	"net/http"

	"parley/seller"
	"parley/wire"
)

var negotiationRoutes = []Route{
	act(Route{
		Access: AccessNegotiation,
		ID:     "counterProposal", Tag: "Negotiations", Summary: "Answer the seller's counter with a price",
		Description: "One round: the seller accepts, counters, makes its final offer or rejects. A final offer is answered once " +
			"more, with the price or with a rejection. Of two counters at once one is refused with contention.",
		Example:  `{"buyer_price": 29.00, "idempotency_key": "d2c4b6a8-0e1f-4a3b-8c5d-7e9f0a1b2c3d"}`,
		Failures: []int{http.StatusConflict},
	}, wire.CounterProposal, sampleTurn),
	one(Route{
		Method: http.MethodGet, Path: "/proposals/{proposal_id}/negotiation", Access: AccessProposals,
		ID: "getProposalNegotiation", Tag: "Negotiations", Summary: "Read a proposal's negotiation",
	}, wire.GetProposalNegotiation, sampleNegotiation),
	act(Route{
		Access: AccessNegotiation,
		ID:     "sendNegotiationMessage", Tag: "Negotiations", Summary: "Open or continue a negotiation",
		Description: "Opens a negotiation on a proposal or on a quote, or continues it. accept takes the seller's last price, reject " +
			"walks away; both end it. With round_number, the message is refused with contention when its round would get another " +
			"number. What was agreed on a quote is the price at which the quote is booked.",
		Example: `{"action": "counter", "quote_id": "qt-01k1h3v8mq4t7c9w2x5y6z0a1b3d", "buyer_price": {"amount_micros": 25000000, ` +
			`"currency": "USD"}, "rationale": "Opening offer", "idempotency_key": "00000000-0000-4000-8000-000000000010"}`,
		Failures: []int{http.StatusNotFound, http.StatusConflict, http.StatusGone},
	}, wire.SendNegotiationMessage, sampleTurn),
	list(Route{
		Method: http.MethodGet, Path: "/api/v1/negotiations", Access: AccessCredential,
		ID: "listNegotiations", Tag: "Negotiations", Summary: "List negotiations",
	}, wire.ListNegotiations, sampleNegotiation),
	one(Route{
		Method: http.MethodGet, Path: "/api/v1/negotiations/{negotiation_id}", Access: AccessProposals,
		ID: "getNegotiation", Tag: "Negotiations", Summary: "Read a negotiation",
	}, wire.GetNegotiation, sampleNegotiation),
	act(Route{
		Access: AccessOperator, Scopes: desk,
		ID: "pauseNegotiation", Tag: "Negotiations", Summary: "Have a person answer the buyer instead of the agent",
		Description: "Needs the role approver. What the seller has offered stands and can be accepted; another price of the buyer's is " +
			"answered with that offer, and waits for answerNegotiation or handBackNegotiation.",
		Example:  repeatedExample,
		Failures: []int{http.StatusConflict},
	}, wire.PauseNegotiation, sampleNegotiation),
	act(Route{
		Access: AccessOperator, Scopes: desk,
		ID: "answerNegotiation", Tag: "Negotiations", Summary: "Answer the buyer by hand",
		Description: "Needs the role approver. A counter or a final offer is at most the seller's last price and at least the floor as it " +
			"is now; accept takes the buyer's last price, and meets the approval rules; reject ends the negotiation. It pauses the agent.",
		Example:  `{"action": "counter", "price": 27.50, "note": "With first position in the break."}`,
		Failures: []int{http.StatusConflict},
	}, wire.AnswerNegotiation, sampleTurn),
	act(Route{
		Access: AccessOperator, Scopes: desk,
		ID: "handBackNegotiation", Tag: "Negotiations", Summary: "Have the agent answer the buyer again",
		Description: "Needs the role approver. The agent answers a price that waits at once, as getNextMove says.",
		Example:     repeatedExample,
		Failures:    []int{http.StatusConflict},
	}, wire.HandBackNegotiation, sampleTurn),
	one(Route{
		Method: http.MethodGet, Path: "/api/v1/negotiations/{negotiation_id}/next-move", Access: AccessOperator, Scopes: viewer,
		ID: "getNextMove", Tag: "Negotiations", Summary: "What the agent would answer now",
		Description: "To the price that waits for a person, or to the buyer's last price once more. Nothing is said by asking.",
	}, wire.GetNextMove, seller.Move{Negotiation: sampleNegotiation}),
}
