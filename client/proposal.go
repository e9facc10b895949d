package client

import (
	"context"
	"encoding/json"
	"iter"
	"time"

	"parley"
)

// ProposalRequest is an offer on the buyer's own terms.
type ProposalRequest struct {
	ProductID      string          `json:"product_id"`
	DealType       parley.DealType `json:"deal_type"`
	Price          Price           `json:"price"`
	Impressions    int64           `json:"impressions"`
	StartDate      parley.Date     `json:"start_date"`
	EndDate        parley.Date     `json:"end_date"` // the last day, included
	BuyerID        string          `json:"buyer_id,omitempty"`
	AgencyID       string          `json:"agency_id,omitempty"`
	AdvertiserID   string          `json:"advertiser_id,omitempty"`
	AgentURL       string          `json:"agent_url,omitempty"`
	IdempotencyKey string          `json:"idempotency_key"` // empty: minted for the call
}

// Proposal is an offer, and what has become of it.
type Proposal struct {
	ProposalID      string                 `json:"proposal_id"`
	Status          parley.ProposalStatus  `json:"status"`
	Recommendation  parley.Recommendation  `json:"recommendation"`
	Product         ProductSummary         `json:"product"`
	DealType        parley.DealType        `json:"deal_type"`
	Currency        parley.Currency        `json:"currency"`
	Price           *Price                 `json:"price"`        // as proposed
	Terms           Terms                  `json:"terms"`        // as proposed
	AgreedPrice     *Price                 `json:"agreed_price"` // nil until accepted
	AgreedVolume    *int64                 `json:"agreed_impressions"`
	CounterTerms    *CounterTerms          `json:"counter_terms"`
	NegotiationID   string                 `json:"negotiation_id"`
	ApprovalID      string                 `json:"approval_id"`
	DealID          string                 `json:"deal_id"` // empty until booked
	PricingVerified bool                   `json:"pricing_verified"`
	Verification    string                 `json:"pricing_verification_reason"`
	Errors          []parley.ProposalError `json:"errors"`           // why it was rejected
	BuyerIdentity   *parley.Identity       `json:"buyer_identity"`   // as the key vouches for it; nil when it names nobody
	ClaimedIdentity *parley.Identity       `json:"claimed_identity"` // what the request said beyond that; moves no price
	CreatedAt       time.Time              `json:"created_at"`
	ExpiresAt       time.Time              `json:"expires_at"`
}

// UnmarshalJSON implements json.Unmarshaler.
func (p *Proposal) UnmarshalJSON(raw []byte) error {
	type wire Proposal
	if err := json.Unmarshal(raw, (*wire)(p)); err != nil {
		return err
	}
	p.Price.in(p.Currency)
	p.AgreedPrice.in(p.Currency)
	if terms := p.CounterTerms; terms != nil {
		terms.ProposedPrice.in(p.Currency)
		if p.NegotiationID == "" {
			p.NegotiationID = terms.NegotiationID
		}
	}
	return nil
}

// CounterTerms are what the seller offers instead of what was proposed.
type CounterTerms struct {
	ProposedPrice  Price                    `json:"proposed_price"`
	MaxImpressions *int64                   `json:"max_impressions"` // that it is for; nil: as many as were proposed
	StartDate      *parley.Date             `json:"start_date"`      // nil: as proposed
	EndDate        *parley.Date             `json:"end_date"`        // nil: as proposed
	Reason         string                   `json:"reason"`
	NegotiationID  string                   `json:"negotiation_id"`
	RoundNumber    int                      `json:"round_number"`
	Action         parley.NegotiationAction `json:"action"`
}

// Propose makes an offer. A counter-offer is no error: see CounterTerms, and Negotiate.
func (c *Client) Propose(ctx context.Context, request ProposalRequest) (Proposal, error) {
	request.IdempotencyKey = keyed(request.IdempotencyKey)
	return post[Proposal](ctx, c, "/proposals", request)
}

// Proposal reads a proposal as it stands.
func (c *Client) Proposal(ctx context.Context, proposalID string) (Proposal, error) {
	return get[Proposal](ctx, c, at("/proposals/", proposalID), nil)
}

// WithdrawProposal takes a proposal back: nothing can be booked from it any more.
func (c *Client) WithdrawProposal(ctx context.Context, proposalID, reason string) (Proposal, error) {
	request := struct {
		Reason         string `json:"reason,omitempty"`
		IdempotencyKey string `json:"idempotency_key"`
	}{reason, newIdempotencyKey()}
	return post[Proposal](ctx, c, at("/proposals/", proposalID, "/withdraw"), request)
}

// ProposalFilter narrows a list of proposals; empty members match all.
type ProposalFilter struct {
	Status    parley.ProposalStatus
	ProductID string
	Page
}

// Proposals lists a page of this buyer's proposals.
func (c *Client) Proposals(ctx context.Context, filter ProposalFilter) (Listing[Proposal], error) {
	q := query{}
	q.set("status", string(filter.Status))
	q.set("product_id", filter.ProductID)
	filter.into(q)
	return list[Proposal](ctx, c, "/proposals", "proposals", q)
}

// AllProposals walks this buyer's proposals, page by page.
func (c *Client) AllProposals(ctx context.Context, filter ProposalFilter) iter.Seq2[Proposal, error] {
	return each(&filter.Page, func() (Listing[Proposal], error) { return c.Proposals(ctx, filter) })
}

// ProposalDealRequest books an accepted proposal.
type ProposalDealRequest struct {
	ProposalID     string `json:"proposal_id"`
	DSPPlatform    string `json:"dsp_platform,omitempty"` // whose activation instructions to answer
	SeatID         string `json:"seat_id,omitempty"`      // that the deal will be bid in; for a key that names none
	IdempotencyKey string `json:"idempotency_key"`        // empty: minted for the call
}

// BookProposal turns an accepted proposal into a deal at the price agreed. A second call answers the same deal.
func (c *Client) BookProposal(ctx context.Context, request ProposalDealRequest) (Deal, error) {
	request.IdempotencyKey = keyed(request.IdempotencyKey)
	return post[Deal](ctx, c, "/deals", request)
}
