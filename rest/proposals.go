package rest

import (
	"context"
	"net/http"
	"time"

	"parley"
	"parley/seller"
	"parley/wire"
	"parley/wire/contract"
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
	}, changing[none, ProposalRequest, parley.Proposal, ProposalResponse]{
		run: func(
			ctx context.Context, x *exchange, _ none, body *ProposalRequest, encode seller.Encode[parley.Proposal],
		) (seller.Answer, error) {
			return x.service.SubmitProposal(ctx, x.call, body.Domain(), encode)
		},
		render:  renderProposal,
		status:  http.StatusCreated,
		example: sampleProposal,
	}),
	list(Route{
		Method: http.MethodGet, Path: "/proposals", Access: AccessCredential,
		ID: "listProposals", Tag: "Proposals", Summary: "List proposals",
	}, listing[proposalFilter, parley.Proposal, ProposalResponse]{
		plural: "proposals",
		run: func(
			ctx context.Context, x *exchange, filter proposalFilter, page seller.Page,
		) (seller.Listing[parley.Proposal], error) {
			return x.service.Proposals(ctx, x.call, seller.ProposalFilter{
				Status: parley.ProposalStatus(filter.Status), ProductID: filter.ProductID, Page: page,
			})
		},
		render:  renderProposal,
		id:      func(proposal parley.Proposal) string { return proposal.ID },
		example: sampleProposal,
	}),
	read(Route{
		Method: http.MethodGet, Path: "/proposals/{proposal_id}", Access: AccessProposals,
		ID: "getProposal", Tag: "Proposals", Summary: "Read where a proposal stands",
	}, func(ctx context.Context, x *exchange, path proposalPath) (ProposalResponse, error) {
		proposal, err := x.service.Proposal(ctx, x.call, path.ProposalID)
		return renderProposal(x.View, proposal), err
	}, func(x *exchange) ProposalResponse { return renderProposal(x.View, sampleProposal) }),
	read(Route{
		Method: http.MethodGet, Path: "/proposals/{proposal_id}/evaluation", Access: AccessOperator, Scopes: viewer,
		ID: "getEvaluation", Tag: "Proposals", Summary: "Read why a proposal was accepted, countered or rejected",
		Description: "Every step of its evaluation: what was asked, what was available, what was decided and by which rule. " +
			"Amounts are in micros.",
	}, func(ctx context.Context, x *exchange, path proposalPath) (Evaluation, error) {
		proposal, err := x.service.Proposal(ctx, x.call, path.ProposalID)
		return renderEvaluation(proposal), err
	}, func(*exchange) Evaluation { return renderEvaluation(sampleProposal) }),
	change(Route{
		Method: http.MethodPost, Path: "/proposals/{proposal_id}/withdraw", Access: AccessNegotiation,
		ID: "withdrawProposal", Tag: "Proposals", Summary: "Take a proposal back",
		Description: "Nothing can be booked from it any more, and its negotiation and question to the deal desk are over.",
		Example:     `{"reason": "The campaign was cancelled"}`,
		Failures:    []int{http.StatusConflict},
	}, changing[proposalPath, WithdrawRequest, parley.Proposal, ProposalResponse]{
		run: func(
			ctx context.Context, x *exchange, path proposalPath, body *WithdrawRequest, encode seller.Encode[parley.Proposal],
		) (seller.Answer, error) {
			return x.service.WithdrawProposal(ctx, x.call, path.ProposalID, body.Reason, encode)
		},
		render:  renderProposal,
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
	}, changing[none, ProposalBookingRequest, parley.Deal, DealResponse]{
		run: func(
			ctx context.Context, x *exchange, _ none, body *ProposalBookingRequest, encode seller.Encode[parley.Deal],
		) (seller.Answer, error) {
			return x.service.BookProposal(ctx, x.call, body.ProposalID, body.buyer(), encode)
		},
		render:  renderDeal,
		status:  http.StatusCreated,
		other:   http.StatusAccepted,
		when:    awaitsApproval,
		example: sampleDeal,
	}),
}

type proposalPath struct {
	ProposalID string `path:"proposal_id" maxLength:"128"`
}

type proposalFilter struct {
	Status    string `query:"status" enum:"pending_approval,accepted,counter_offered,rejected,booked,withdrawn,expired,failed"`
	ProductID string `query:"product_id" maxLength:"128"`
	Paging
}

// ProposalRequest is the body that proposes a deal.
type ProposalRequest struct {
	Idempotency
	Conversation
	ProductID    string          `json:"product_id" maxLength:"128" doc:"From GET /products."`
	DealType     string          `json:"deal_type" maxLength:"64" doc:"PG, PD or PA, or their long forms such as preferred_deal."`
	Price        *contract.Price `json:"price" doc:"The CPM that the buyer would pay."`
	Impressions  int64           `json:"impressions" minimum:"1"`
	StartDate    *parley.Date    `json:"start_date" format:"date"`
	EndDate      *parley.Date    `json:"end_date" format:"date" doc:"The last day, included."`
	BuyerID      string          `json:"buyer_id,omitempty" maxLength:"128" doc:"The buyer's seat. Recorded, like the two that follow; only a credential raises the tier."`
	AgencyID     string          `json:"agency_id,omitempty" maxLength:"128"`
	AdvertiserID string          `json:"advertiser_id,omitempty" maxLength:"128"`
	AgentURL     string          `json:"agent_url,omitempty" maxLength:"2000"`
	AudiencePlan Object          `json:"audience_plan,omitempty" doc:"Judged as that of a quote: what the product does not carry is refused with 400, and unsupported names each."`
}

func (p *ProposalRequest) Domain() seller.ProposalRequest {
	request := seller.ProposalRequest{
		ProductID: p.ProductID, DealType: p.DealType, Impressions: p.Impressions, Start: p.StartDate, End: p.EndDate,
		Identity: parley.Identity{SeatID: p.BuyerID, AgencyID: p.AgencyID, AdvertiserID: p.AdvertiserID},
		Carried:  parley.Carried{AgentURL: p.AgentURL, AudiencePlan: []byte(p.AudiencePlan)},
	}
	if p.Price != nil {
		request.Price = p.Price.Money
	}
	return request
}

// WithdrawRequest is the body that takes a proposal back.
type WithdrawRequest struct {
	Idempotency
	Conversation
	Reason string `json:"reason,omitempty" maxLength:"2000"`
}

// ProposalBookingRequest is the body that books a proposal.
type ProposalBookingRequest struct {
	Idempotency
	Conversation
	ProposalID  string `json:"proposal_id" maxLength:"128"`
	DSPPlatform string `json:"dsp_platform,omitempty" maxLength:"200" doc:"Where the deal will be bid on, such as The Trade Desk."`
	SeatID      string `json:"seat_id,omitempty" maxLength:"128" doc:"The seat that the deal will be bid in, where the key names none."`
	// BuyerIdentity is where the contract's messages have both.
	BuyerIdentity *Identity `json:"buyer_identity,omitempty"`
}

// buyer is what the body says of its buyer.
func (b *ProposalBookingRequest) buyer() parley.Identity {
	return parley.Identity{DSPPlatform: b.DSPPlatform, SeatID: b.SeatID}.Or(identityOf(b.BuyerIdentity))
}

// ProposalResponse is a proposal as its buyer may read it.
type ProposalResponse struct {
	ProposalID                string                  `json:"proposal_id"`
	Recommendation            parley.Recommendation   `json:"recommendation" doc:"accept, counter or reject: what the evaluation came to."`
	Status                    parley.ProposalStatus   `json:"status" doc:"accepted, counter_offered, rejected, pending_approval, booked, withdrawn, expired or failed."`
	Product                   contract.ProductSummary `json:"product"`
	DealType                  parley.DealType         `json:"deal_type"`
	Price                     *contract.Decimal       `json:"price" doc:"The CPM proposed."`
	Currency                  parley.Currency         `json:"currency"`
	Terms                     Terms                   `json:"terms" doc:"As proposed; the flight is the one on the table, once the seller has offered other dates."`
	CounterTerms              *CounterTerms           `json:"counter_terms" doc:"What the seller offers instead."`
	AgreedPrice               *contract.Decimal       `json:"agreed_price"`
	AgreedImpressions         *int64                  `json:"agreed_impressions"`
	NegotiationID             *string                 `json:"negotiation_id"`
	ApprovalID                *string                 `json:"approval_id"`
	DealID                    *string                 `json:"deal_id"`
	PricingVerified           bool                    `json:"pricing_verified" doc:"Whether the price is within 1% of a quote of yours for this product that is still good."`
	PricingVerificationReason string                  `json:"pricing_verification_reason"`
	Errors                    []parley.ProposalError  `json:"errors" doc:"Why it was rejected."`
	BuyerTier                 parley.Tier             `json:"buyer_tier"`
	BuyerIdentity             *Identity               `json:"buyer_identity" doc:"As the credential vouches for it; null when it names nobody. Prices, rules and approvals see this alone."`
	ClaimedIdentity           *Identity               `json:"claimed_identity" doc:"What the buyer said of itself beyond that; null when it said nothing. It moves no price."`
	CreatedAt                 time.Time               `json:"created_at"`
	UpdatedAt                 time.Time               `json:"updated_at"`
	ExpiresAt                 time.Time               `json:"expires_at"`
	SellerID                  string                  `json:"seller_id"`
}

// CounterTerms are what the seller offers instead of what was proposed; null is as proposed.
type CounterTerms struct {
	ProposedPrice  *contract.Decimal         `json:"proposed_price"`
	MaxImpressions *int64                    `json:"max_impressions" doc:"The volume that the offer is for and that accepting it agrees to, where it is another than was proposed: less, or more."`
	StartDate      *parley.Date              `json:"start_date" format:"date"`
	EndDate        *parley.Date              `json:"end_date" format:"date"`
	Reason         string                    `json:"reason"`
	NegotiationID  *string                   `json:"negotiation_id"`
	RoundNumber    *int                      `json:"round_number"`
	Action         *parley.NegotiationAction `json:"action" doc:"counter, or final_offer."`
}

func renderProposal(v wire.View, p parley.Proposal) ProposalResponse {
	currency := p.ProposedCPM.Currency
	rendered := ProposalResponse{
		ProposalID: p.ID, Recommendation: p.Recommendation, Status: p.Status,
		Product:  contract.ProductSummary{ProductID: p.ProductID, Name: p.ProductName, InventoryType: contract.Optional(p.InventoryType)},
		DealType: p.DealType, Price: contract.DecimalOf(p.ProposedCPM), Currency: currency,
		Terms:             termsOf(p.Impressions, p.Flight, p.DealType),
		CounterTerms:      renderCounterTerms(p.CounterTerms, currency),
		AgreedPrice:       maybeDecimal(p.AgreedCPM, currency),
		AgreedImpressions: p.AgreedImpressions,
		NegotiationID:     contract.Optional(p.NegotiationID), ApprovalID: contract.Optional(p.ApprovalID),
		DealID:          contract.Optional(p.DealID),
		PricingVerified: p.PricingVerified, PricingVerificationReason: p.VerificationReason, Errors: p.Errors,
		BuyerTier: p.Tier, BuyerIdentity: shownIdentity(p.Identity), ClaimedIdentity: shownIdentity(p.Claimed),
		CreatedAt: p.CreatedAt, UpdatedAt: p.UpdatedAt, ExpiresAt: p.ExpiresAt, SellerID: v.Settings.SellerID,
	}
	if rendered.Errors == nil {
		rendered.Errors = []parley.ProposalError{}
	}
	return rendered
}

func renderCounterTerms(terms *parley.CounterTerms, currency parley.Currency) *CounterTerms {
	if terms == nil {
		return nil
	}
	rendered := &CounterTerms{
		ProposedPrice:  contract.DecimalOf(parley.Money{Micros: terms.ProposedCPM, Currency: currency}),
		MaxImpressions: terms.MaxImpressions, StartDate: terms.FlightStart, EndDate: terms.FlightEnd, Reason: terms.Reason,
		NegotiationID: contract.Optional(terms.NegotiationID),
	}
	if terms.RoundNumber > 0 {
		rendered.RoundNumber, rendered.Action = &terms.RoundNumber, &terms.Action
	}
	return rendered
}

func maybeDecimal(micros *int64, currency parley.Currency) *contract.Decimal {
	if micros == nil {
		return nil
	}
	return contract.DecimalOf(parley.Money{Micros: *micros, Currency: currency})
}

// Evaluation is how the publisher sees what became of a proposal.
type Evaluation struct {
	ProposalID     string                  `json:"proposal_id"`
	Recommendation parley.Recommendation   `json:"recommendation"`
	Ask            parley.PriceDecision    `json:"ask" doc:"What the waterfall asked for. Amounts in micros, rates in basis points."`
	Steps          []parley.EvaluationStep `json:"steps"`
}

func renderEvaluation(p parley.Proposal) Evaluation {
	return Evaluation{ProposalID: p.ID, Recommendation: p.Recommendation, Ask: p.Ask, Steps: p.Trace}
}
