package wire

import (
	"context"

	"parley"
	"parley/seller"
	"parley/wire/contract"
	"parley/wire/document"
)

// proposalRequestOf is what the flow takes.
func proposalRequestOf(p *document.ProposalRequest) seller.ProposalRequest {
	request := seller.ProposalRequest{
		ProductID: p.ProductID, DealType: string(p.DealType), Impressions: p.Impressions, Start: p.StartDate, End: p.EndDate,
		Identity: parley.Identity{SeatID: p.BuyerID, AgencyID: p.AgencyID, AdvertiserID: p.AdvertiserID},
		Carried:  parley.Carried{AgentURL: p.AgentURL, AudiencePlan: []byte(p.AudiencePlan)},
	}
	if p.Price != nil {
		request.Price = p.Price.Money
	}
	return request
}

// ProposalBookingOf is what the flow takes.
func ProposalBookingOf(b *document.ProposalBookingRequest) seller.ProposalBooking {
	return seller.ProposalBooking{
		ProposalID: b.ProposalID, Identity: parley.Identity{DSPPlatform: b.DSPPlatform, SeatID: b.SeatID}.Or(identityOf(b.BuyerIdentity)),
		MaxCPM: moneyOf(b.MaxCPM),
	}
}

// ProposalOf writes a proposal.
func ProposalOf(v View, p parley.Proposal) document.ProposalResponse {
	currency := p.ProposedCPM.Currency
	rendered := document.ProposalResponse{
		ProposalID: p.ID, Recommendation: p.Recommendation, Status: p.Status,
		Product:  contract.ProductSummary{ProductID: p.ProductID, Name: p.ProductName, InventoryType: contract.Optional(p.InventoryType)},
		DealType: p.DealType, Price: contract.DecimalOf(p.ProposedCPM), Currency: currency,
		Terms:             termsOf(p.Impressions, p.Flight, p.DealType),
		CounterTerms:      counterTermsOf(p.CounterTerms, currency),
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

func counterTermsOf(terms *parley.CounterTerms, currency parley.Currency) *document.CounterTerms {
	if terms == nil {
		return nil
	}
	rendered := &document.CounterTerms{
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

// EvaluationOf writes how a proposal was judged.
func EvaluationOf(_ View, p parley.Proposal) Evaluation {
	return Evaluation{ProposalID: p.ID, Recommendation: p.Recommendation, Ask: p.Ask, Steps: p.Trace}
}

// What is asked of proposals.
var (
	GetProposal   = Lookup[parley.Proposal, document.ProposalResponse]{(*seller.Service).Proposal, ProposalOf}
	GetEvaluation = Lookup[parley.Proposal, Evaluation]{(*seller.Service).Proposal, EvaluationOf}
	ListProposals = List[document.ProposalFilter, parley.Proposal, document.ProposalResponse]{
		Plural: "proposals", Render: ProposalOf, ID: func(proposal parley.Proposal) string { return proposal.ID },
		Find: func(ctx context.Context, x *Exchange, f document.ProposalFilter, page seller.Page) (seller.Listing[parley.Proposal], error) {
			return x.Service.Proposals(ctx, x.Call, seller.ProposalFilter{
				Status: f.Status, ProductID: f.ProductID, Page: page,
			})
		},
	}
	SubmitProposal = act("POST /proposals", Made, ProposalOf, func(ctx context.Context, x *Exchange, _ string, body *document.ProposalRequest, encode seller.Encode[parley.Proposal]) (seller.Answer, error) {
		request := proposalRequestOf(body)
		request.Carried.ContextID = x.ContextID
		return x.Service.SubmitProposal(ctx, x.Call, request, encode)
	})
	WithdrawProposal = act("POST /proposals/{proposal_id}/withdraw", Done, ProposalOf,
		byBoth((*seller.Service).WithdrawProposal, func(b *document.WithdrawRequest) string { return b.Reason }))
	BookProposal = Act[document.ProposalBookingRequest, parley.Deal, document.DealResponse]{
		Line: "POST /deals", Render: DealOf, Status: Made, Else: Held,
		When: AwaitsApproval,
		Run:  byBody((*seller.Service).BookProposal, ProposalBookingOf),
	}
)
