package tool

import (
	"parley"
	"parley/wire"
	"parley/wire/contract"
	"parley/wire/document"
)

var proposalTools = []Tool{
	act(Tool{
		Name: "submit_proposal", Example: `{"product_id": "ctv-sports-live", "deal_type": "PG", "price": 27.50, "impressions": 5000000, "start_date": "2026-08-01", "end_date": "2026-08-31"}`, Needs: flightOfProposal, Title: "Propose a deal", Keyless: true,
		Description: "Propose a deal at a price of your own. It is accepted, countered (see counter_terms), rejected, or put before a person. An " +
			"accepted one is booked with book_deal; a countered one is negotiated with negotiate.",
	}, wire.SubmitProposal),
	one(Tool{Name: "get_proposal", Example: `{"proposal_id": "prop-01k1h3v8mq4t7c9w2x5y6z0a1b3k"}`, Title: "Read a proposal", Keyless: true, Description: "Read a proposal, with the terms on the table."}, "proposal_id", wire.GetProposal),
	list(Tool{Name: "list_proposals", Example: `{"status": "counter_offered"}`, Title: "List proposals", Description: "List proposals, a page at a time."}, wire.ListProposals),
	actAs(Tool{
		Name: "withdraw_proposal", Example: `{"proposal_id": "prop-01k1h3v8mq4t7c9w2x5y6z0a1b3k", "reason": "The campaign was cancelled"}`, Title: "Withdraw a proposal", Keyless: true, Destructive: true,
		Description: "Take a proposal back, which ends its negotiation.",
	}, wire.WithdrawProposal, func(a *withdrawArguments) (string, *document.WithdrawRequest) {
		return a.ProposalID, &a.WithdrawRequest
	}),
	actAs(Tool{
		Name: "negotiate", Example: `{"quote_id": "qt-01k1h3v8mq4t7c9w2x5y6z0a1b3d", "action": "counter", "price": 26.00}`, Needs: subjectAndPrice, Called: map[string]string{"buyer_price": "price", "round_number": "expected_round"},
		Title: "Negotiate a price", Keyless: true,
		Description: "Say one thing in a negotiation over a quote or a proposal: counter with a price, make a final_offer, accept the seller's last " +
			"price, or reject and walk away. The answer is the seller's: accept, counter, final_offer or reject, with seller_price. With " +
			"expected_round it is refused when somebody else has spoken meanwhile. What was agreed is booked with book_deal.",
	}, wire.SendNegotiationMessage, func(a *negotiateArguments) (string, *document.NegotiationMessage) { return "", a.message() }),
	one(Tool{Name: "get_negotiation", Example: `{"negotiation_id": "neg-01k1h3v8mq4t7c9w2x5y6z0a1b3n"}`, Title: "Read a negotiation", Keyless: true, Description: "Read a negotiation, round by round."}, "negotiation_id", wire.GetNegotiation),
	list(Tool{Name: "list_negotiations", Example: `{"status": "active"}`, Title: "List negotiations", Description: "List negotiations, a page at a time."}, wire.ListNegotiations),
}

type withdrawArguments struct {
	document.WithdrawRequest
	ProposalID string `json:"proposal_id" maxLength:"128"`
}

// negotiateArguments are one thing that a buyer says.
type negotiateArguments struct {
	wire.Idempotency
	wire.Conversation
	QuoteID       string                   `json:"quote_id,omitempty" maxLength:"128" doc:"One of quote_id, proposal_id and negotiation_id."`
	ProposalID    string                   `json:"proposal_id,omitempty" maxLength:"128"`
	NegotiationID string                   `json:"negotiation_id,omitempty" maxLength:"128"`
	Action        parley.NegotiationAction `json:"action" maxLength:"64" doc:"counter, final_offer, accept or reject."`
	Price         *contract.Price          `json:"price,omitempty" doc:"The CPM offered, with counter and final_offer."`
	ExpectedRound int                      `json:"expected_round,omitempty" minimum:"1" maximum:"1000" doc:"The number that your round should get: the last one's, and one more."`
	Rationale     string                   `json:"rationale,omitempty" maxLength:"2000" doc:"For people; it moves no price."`
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
func (a *negotiateArguments) message() *document.NegotiationMessage {
	return &document.NegotiationMessage{
		Idempotency: a.Idempotency, Conversation: a.Conversation, Action: a.Action, QuoteID: a.QuoteID, ProposalID: a.ProposalID,
		NegotiationID: a.NegotiationID, BuyerPrice: a.Price, RoundNumber: a.ExpectedRound, Rationale: a.Rationale,
	}
}
