package document

import (
	"encoding/json"
	"time"

	"parley"
	"parley/wire/contract"
)

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

// UnmarshalJSON implements json.Unmarshaler.
func (p *ProposalResponse) UnmarshalJSON(raw []byte) error {
	type plain ProposalResponse
	err := json.Unmarshal(raw, (*plain)(p))
	in(p.Currency, p.Price, p.AgreedPrice)
	if p.CounterTerms != nil {
		in(p.Currency, p.CounterTerms.ProposedPrice)
	}
	return err
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

// ProposalRequest is the body that proposes a deal.
type ProposalRequest struct {
	Idempotency
	Conversation
	ProductID    string          `json:"product_id" maxLength:"128" doc:"From GET /products."`
	DealType     parley.DealType `json:"deal_type" maxLength:"64" doc:"PG, PD or PA, or their long forms such as preferred_deal."`
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
	BuyerIdentity *Identity       `json:"buyer_identity,omitempty"`
	MaxCPM        *contract.Price `json:"max_cpm,omitempty" doc:"The highest CPM that you would book at. Above it the answer is ceiling_exceeded, and nothing is booked."`
}

// ProposalFilter narrows a list of proposals.
type ProposalFilter struct {
	Status    parley.ProposalStatus `json:"status,omitempty" query:"status" enum:"pending_approval,accepted,counter_offered,rejected,booked,withdrawn,expired,failed"`
	ProductID string                `json:"product_id,omitempty" query:"product_id" maxLength:"128"`
	Paging
}
