package tool

import (
	"context"
	"net/http"

	"parley"
	"parley/seller"
	"parley/wire"
	"parley/wire/contract"
)

var proposalTools = []Tool{
	change(Tool{
		Name: "submit_proposal", Example: `{"product_id": "ctv-sports-live", "deal_type": "PG", "price": 27.50, "impressions": 5000000, "start_date": "2026-08-01", "end_date": "2026-08-31"}`, Needs: flightOfProposal, Title: "Propose a deal", Keyless: true,
		Description: "Propose a deal at a price of your own. It is accepted, countered (see counter_terms), rejected, or put before a person. An " +
			"accepted one is booked with book_deal; a countered one is negotiated with negotiate.",
	}, changing[wire.ProposalRequest, parley.Proposal, wire.ProposalResponse]{
		request: func(a *wire.ProposalRequest) (string, any) { return "POST /proposals", a },
		run: func(ctx context.Context, x *Exchange, a *wire.ProposalRequest, encode seller.Encode[parley.Proposal]) (seller.Answer, error) {
			request := a.Domain()
			request.Carried.ContextID = x.ContextID
			return x.Service.SubmitProposal(ctx, x.Call, request, encode)
		},
		render: wire.ProposalOf,
		status: http.StatusCreated,
	}),
	one(Tool{Name: "get_proposal", Example: `{"proposal_id": "prop-01k1h3v8mq4t7c9w2x5y6z0a1b3k"}`, Title: "Read a proposal", Keyless: true, Description: "Read a proposal, with the terms on the table."},
		func(ctx context.Context, x *Exchange, a *proposalArguments) (parley.Proposal, error) {
			return x.Service.Proposal(ctx, x.Call, a.ProposalID)
		}, wire.ProposalOf),
	list(Tool{Name: "list_proposals", Example: `{"status": "counter_offered"}`, Title: "List proposals", Description: "List proposals, a page at a time."},
		listing[wire.ProposalFilter, parley.Proposal, wire.ProposalResponse]{
			plural: "proposals",
			run: func(ctx context.Context, x *Exchange, a wire.ProposalFilter, page seller.Page) (seller.Listing[parley.Proposal], error) {
				return x.Service.Proposals(ctx, x.Call, seller.ProposalFilter{
					Status: parley.ProposalStatus(a.Status), ProductID: a.ProductID, Page: page,
				})
			},
			render: wire.ProposalOf,
			id:     func(p parley.Proposal) string { return p.ID },
		}),
	change(Tool{
		Name: "withdraw_proposal", Example: `{"proposal_id": "prop-01k1h3v8mq4t7c9w2x5y6z0a1b3k", "reason": "The campaign was cancelled"}`, Title: "Withdraw a proposal", Keyless: true, Destructive: true,
		Description: "Take a proposal back, which ends its negotiation.",
	}, changing[withdrawArguments, parley.Proposal, wire.ProposalResponse]{
		request: func(a *withdrawArguments) (string, any) {
			return "POST /proposals/" + a.ProposalID + "/withdraw", &a.WithdrawRequest
		},
		run: func(ctx context.Context, x *Exchange, a *withdrawArguments, encode seller.Encode[parley.Proposal]) (seller.Answer, error) {
			return x.Service.WithdrawProposal(ctx, x.Call, a.ProposalID, a.Reason, encode)
		},
		render: wire.ProposalOf,
		status: http.StatusOK,
	}),
	change(Tool{
		Name: "negotiate", Example: `{"quote_id": "qt-01k1h3v8mq4t7c9w2x5y6z0a1b3d", "action": "counter", "price": 26.00}`, Needs: subjectAndPrice, Title: "Negotiate a price", Keyless: true,
		Description: "Say one thing in a negotiation over a quote or a proposal: counter with a price, make a final_offer, accept the seller's last " +
			"price, or reject and walk away. The answer is the seller's: accept, counter, final_offer or reject, with seller_price. With " +
			"expected_round it is refused when somebody else has spoken meanwhile. What was agreed is booked with book_deal.",
	}, changing[negotiateArguments, seller.Turn, wire.RoundResponse]{
		request: func(a *negotiateArguments) (string, any) { return "POST /api/v1/negotiations/messages", a.message() },
		run: func(ctx context.Context, x *Exchange, a *negotiateArguments, encode seller.Encode[seller.Turn]) (seller.Answer, error) {
			answer, err := x.Service.Negotiate(ctx, x.Call, a.message().Domain(), encode)
			return answer, wire.CalledSo(err, map[string]string{"buyer_price": "price", "round_number": "expected_round"})
		},
		render: func(_ wire.View, turn seller.Turn) wire.RoundResponse { return wire.RoundOf(turn, wire.InContract) },
		status: http.StatusOK,
	}),
	one(Tool{Name: "get_negotiation", Example: `{"negotiation_id": "neg-01k1h3v8mq4t7c9w2x5y6z0a1b3n"}`, Title: "Read a negotiation", Keyless: true, Description: "Read a negotiation, round by round."},
		func(ctx context.Context, x *Exchange, a *negotiationArguments) (parley.Negotiation, error) {
			return x.Service.Negotiation(ctx, x.Call, a.NegotiationID)
		}, wire.NegotiationRecordOf),
	list(Tool{Name: "list_negotiations", Example: `{"status": "active"}`, Title: "List negotiations", Description: "List negotiations, a page at a time."},
		listing[wire.NegotiationFilter, parley.Negotiation, wire.NegotiationRecord]{
			plural: "negotiations",
			run: func(ctx context.Context, x *Exchange, a wire.NegotiationFilter, page seller.Page) (seller.Listing[parley.Negotiation], error) {
				return x.Service.Negotiations(ctx, x.Call, seller.NegotiationFilter{
					Status: parley.NegotiationStatus(a.Status), ProductID: a.ProductID, ProposalID: a.ProposalID, QuoteID: a.QuoteID, Page: page,
				})
			},
			render: wire.NegotiationRecordOf,
			id:     func(n parley.Negotiation) string { return n.ID },
		}),
}

type proposalArguments struct {
	ProposalID string `json:"proposal_id" maxLength:"128"`
}

type negotiationArguments struct {
	NegotiationID string `json:"negotiation_id" maxLength:"128"`
}

type withdrawArguments struct {
	wire.WithdrawRequest
	ProposalID string `json:"proposal_id" maxLength:"128"`
}

// negotiateArguments are one thing that a buyer says.
type negotiateArguments struct {
	wire.Idempotency
	wire.Conversation
	QuoteID       string          `json:"quote_id,omitempty" maxLength:"128" doc:"One of quote_id, proposal_id and negotiation_id."`
	ProposalID    string          `json:"proposal_id,omitempty" maxLength:"128"`
	NegotiationID string          `json:"negotiation_id,omitempty" maxLength:"128"`
	Action        string          `json:"action" maxLength:"64" doc:"counter, final_offer, accept or reject."`
	Price         *contract.Price `json:"price,omitempty" doc:"The CPM offered, with counter and final_offer."`
	ExpectedRound *int            `json:"expected_round,omitempty" minimum:"1" maximum:"1000" doc:"The number that your round should get: the last one's, and one more."`
	Rationale     string          `json:"rationale,omitempty" maxLength:"2000" doc:"For people; it moves no price."`
}

// flightOfProposal needs both days, which the API's schema lets be null.
func flightOfProposal(arguments map[string]any, missing *parley.Problems) {
	for _, name := range [...]string{"end_date", "start_date"} {
		if day, there := arguments[name]; there && day == nil {
			missing.Add(name, "is required")
		}
	}
}

// subjectAndPrice needs what a round is about, and the price of an offer.
func subjectAndPrice(arguments map[string]any, missing *parley.Problems) {
	OneOf("quote_id", "proposal_id", "negotiation_id")(arguments, missing)
	if action := arguments["action"]; (action == string(parley.ActionCounter) || action == string(parley.ActionFinalOffer)) && !given(arguments, "price") {
		missing.Add("price", "is required with %v", action)
	}
}

// message is the API's request for the same.
func (a *negotiateArguments) message() *wire.NegotiationMessage {
	return &wire.NegotiationMessage{
		Idempotency: a.Idempotency, Conversation: a.Conversation, Action: a.Action, QuoteID: a.QuoteID, ProposalID: a.ProposalID,
		NegotiationID: a.NegotiationID, BuyerPrice: a.Price, RoundNumber: a.ExpectedRound, Rationale: a.Rationale,
	}
}
