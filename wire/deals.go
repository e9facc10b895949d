package wire

import (
	"context"
	"encoding/json"
	"time"

	"parley"
	"parley/openrtb"
	"parley/seller"
	"parley/wire/contract"
)

// DealSelection says which deals are meant.
type DealSelection struct {
	Status    string `json:"status,omitempty" query:"status" enum:"proposed,negotiating,accepted,booked,active,makegood_pending,partially_cancelled,completed,cancelled,rejected,expired"`
	DealType  string `json:"deal_type,omitempty" query:"deal_type" enum:"PG,PD,PA"`
	ProductID string `json:"product_id,omitempty" query:"product_id" maxLength:"128"`
	Buyer     string `json:"buyer,omitempty" query:"buyer" maxLength:"128" doc:"The id of a seat, an agency or an advertiser."`
	Search    string `json:"search,omitempty" query:"search" maxLength:"200" doc:"Words, each of which is in the deal id, the product's name, the buyer's names or ids, or begins a word there."`
}

// DealFilter narrows a list of deals.
type DealFilter struct {
	DealSelection
	Sort string `json:"sort,omitempty" query:"sort" enum:"cpm,impressions,start" doc:"What to order by instead of the time of booking: the CPM, the volume or the first day of the flight. The least comes first; with order newest, the greatest. Of a list that is narrowed, the newest 10,000 deals are ordered."`
	Paging
}

// Asked implements Pager.
func (f DealFilter) Asked() Paging {
	asked := f.Paging
	asked.sorted = f.Sort != ""
	return asked
}

// Domain is what the flow takes.
func (f DealFilter) Domain(page seller.Page) seller.DealFilter {
	filter := f.DealSelection.Domain(page)
	filter.Sort = seller.DealSort(f.Sort)
	return filter
}

// Domain is what the flow takes.
func (f DealSelection) Domain(page seller.Page) seller.DealFilter {
	return seller.DealFilter{
		Status: parley.DealStatus(f.Status), DealType: parley.DealType(f.DealType), ProductID: f.ProductID,
		Buyer: f.Buyer, Search: f.Search, Page: page,
	}
}

// BookingRequest is the body that books a quote, in either dialect.
type BookingRequest struct {
	Idempotency
	Conversation
	QuoteID       string          `json:"quote_id" maxLength:"128"`
	BuyerIdentity *Identity       `json:"buyer_identity,omitempty"`
	Notes         string          `json:"notes,omitempty" maxLength:"2000"`
	Consent       Object          `json:"consent_context,omitempty"`
	AudiencePlan  Object          `json:"audience_plan,omitempty"`
	MaxCPM        *contract.Price `json:"max_cpm,omitempty" doc:"The highest CPM that you would book at. Above it the answer is ceiling_exceeded, and nothing is booked."`
}

// contractDialect tells a request of the contract by what only the contract has.
func (b *BookingRequest) contractDialect() bool { return b.Consent != nil || b.AudiencePlan != nil }

// Domain is what the flow takes.
func (b *BookingRequest) Domain() seller.BookingRequest {
	return seller.BookingRequest{
		QuoteID: b.QuoteID, Identity: identityOf(b.BuyerIdentity), Notes: b.Notes,
		Carried: parley.Carried{ConsentContext: json.RawMessage(b.Consent), AudiencePlan: json.RawMessage(b.AudiencePlan)},
		MaxCPM:  moneyOf(b.MaxCPM),
	}
}

// CancelRequest is the body that cancels something.
type CancelRequest struct {
	Idempotency
	Reason string `json:"reason,omitempty" maxLength:"2000"`
}

// DealResponse is a deal: the documented members, and the contract's object under deal.
type DealResponse struct {
	DealID                 string                  `json:"deal_id" doc:"What a trader types into the DSP."`
	DealType               parley.DealType         `json:"deal_type"`
	Status                 parley.DealStatus       `json:"status" doc:"booked, or proposed while the publisher has to approve it."`
	StatusReason           *string                 `json:"status_reason" doc:"Why a deal that was rejected or expired came to nothing."`
	QuoteID                *string                 `json:"quote_id"`
	ProposalID             *string                 `json:"proposal_id"`
	Product                contract.ProductSummary `json:"product"`
	Price                  *contract.Decimal       `json:"price" doc:"The CPM agreed."`
	PricingModel           string                  `json:"pricing_model"`
	Pricing                Pricing                 `json:"pricing"`
	Terms                  Terms                   `json:"terms"`
	BuyerTier              parley.Tier             `json:"buyer_tier"`
	BuyerIdentity          *Identity               `json:"buyer_identity" doc:"As the credential vouches for it; null when it names nobody. Prices, rules and approvals see this alone."`
	ClaimedIdentity        *Identity               `json:"claimed_identity" doc:"What the buyer said of itself beyond that; null when it said nothing. It moves no price."`
	ExpiresAt              time.Time               `json:"expires_at" doc:"The end of the flight's last day."`
	ActivationInstructions map[string]string       `json:"activation_instructions" doc:"What to do, by DSP; none until the deal is booked."`
	OpenRTBParams          *OpenRTBParams          `json:"openrtb_params" doc:"Null until the deal is booked."`
	Notes                  string                  `json:"notes"`
	Changes                []DealChange            `json:"changes" doc:"Change requests that are not over: asked for, approved and not applied yet, or work that somebody took on."`
	CreatedAt              time.Time               `json:"created_at"`
	UpdatedAt              time.Time               `json:"updated_at"`
	SellerID               string                  `json:"seller_id"`
	AudiencePlanSnapshot   json.RawMessage         `json:"audience_plan_snapshot" doc:"The audience plan as it was when the deal was booked, without members that are null."`
	AgentURL               *string                 `json:"agent_url" doc:"As it was sent when the quote was asked for."`
	AudienceMatchSummary   json.RawMessage         `json:"audience_match_summary" doc:"Always null: this seller does not match audiences."`
	Deal                   contract.Deal           `json:"deal" doc:"The same deal as the shared contract writes it."`
	Ext                    DealExt                 `json:"ext"`
}

// DealExt is what an answer says of a deal beyond what is common.
type DealExt struct {
	DealIDs []DealAlias `json:"deal_ids" doc:"What the deal is called in systems that give deals ids of their own; openrtb_params has this seller's."`
}

// DealAlias is the id of a deal in another system.
type DealAlias struct {
	System string  `json:"system" doc:"Such as google."`
	ID     string  `json:"id" doc:"Under which bids are made there."`
	Seat   *string `json:"seat" doc:"That may bid; null when it is not told."`
}

func dealExt(d parley.Deal) DealExt {
	ext := DealExt{DealIDs: []DealAlias{}}
	for _, a := range d.Aliases {
		ext.DealIDs = append(ext.DealIDs, DealAlias{System: a.System, ID: a.ID, Seat: contract.Optional(a.Seat)})
	}
	return ext
}

// OpenRTBParams is an OpenRTB 2.6 Deal object.
type OpenRTBParams struct {
	ID               string            `json:"id"`
	BidFloor         *contract.Decimal `json:"bidfloor" doc:"CPM: the price agreed, or where bidding starts in a private auction."`
	BidFloorCurrency parley.Currency   `json:"bidfloorcur"`
	AuctionType      int               `json:"at" doc:"3: fixed price, for PG and PD; 1: first price, for PA."`
	Seats            []string          `json:"wseat" doc:"Buyer seats that may bid; empty: any."`
	Domains          []string          `json:"wadomain" doc:"Advertiser domains that may be advertised; empty: any."`
	Guaranteed       int               `json:"guar" doc:"1 for PG."`
}

// AwaitsApproval tells whether a booking is the publisher's to approve yet.
func AwaitsApproval(deal parley.Deal) bool { return deal.Status == parley.DealProposed }

// DealOf writes a deal.
func DealOf(v View, d parley.Deal) DealResponse {
	expires := (d.Flight.End + 1).Begins(v.Settings.TimeZone)
	return DealResponse{
		DealID:                 d.ID,
		DealType:               d.DealType,
		Status:                 d.Status,
		StatusReason:           contract.Optional(d.StatusReason),
		QuoteID:                contract.Optional(d.QuoteID),
		ProposalID:             contract.Optional(d.ProposalID),
		Product:                contract.ProductSummary{ProductID: d.ProductID, Name: d.ProductName, InventoryType: contract.Optional(d.InventoryType)},
		Price:                  contract.DecimalOf(parley.Money{Micros: d.Price.FinalCPM, Currency: d.Price.Currency}),
		PricingModel:           contract.PricingModel,
		Pricing:                pricingOf(d.Price, d.DealType),
		Terms:                  termsOf(d.Impressions, d.Flight, d.DealType),
		BuyerTier:              d.Tier,
		BuyerIdentity:          shownIdentity(d.Identity),
		ClaimedIdentity:        shownIdentity(d.Claimed),
		ExpiresAt:              expires,
		ActivationInstructions: openrtb.ActivationInstructions(d),
		OpenRTBParams:          OpenRTBOf(openrtb.ParamsOf(d)),
		Notes:                  d.Notes,
		Changes:                dealChanges(d.Changes),
		CreatedAt:              d.CreatedAt,
		UpdatedAt:              d.UpdatedAt,
		SellerID:               v.Settings.SellerID,
		AudiencePlanSnapshot:   d.Carried.AudiencePlan,
		AgentURL:               contract.Optional(d.Carried.AgentURL),
		Deal:                   contract.DealOf(d, v.Settings.SellerID, expires),
		Ext:                    dealExt(d),
	}
}

// DealChange is a change request as its deal shows it.
type DealChange struct {
	ChangeRequestID string              `json:"change_request_id"`
	ChangeType      parley.ChangeType   `json:"change_type"`
	Severity        parley.Severity     `json:"severity"`
	Status          parley.ChangeStatus `json:"status" doc:"pending_approval, or approved: to be applied, or, where it changes no terms, taken on."`
	Reason          string              `json:"reason"`
	ProposedValues  json.RawMessage     `json:"proposed_values"`
	AskedBy         parley.Side         `json:"asked_by" enum:"buyer,seller"`
	RequestedAt     time.Time           `json:"requested_at"`
	ApprovalID      *string             `json:"approval_id" doc:"Of the decision that it waits for, or waited for."`
	ApprovedBy      *string             `json:"approved_by"`
	ApprovedAt      *time.Time          `json:"approved_at"`
	LapsesAt        *time.Time          `json:"lapses_at" doc:"From when on it can no longer be applied; null where there is nothing to apply."`
}

func dealChanges(changes []parley.ChangeRequest) []DealChange {
	shown := make([]DealChange, len(changes))
	for i, c := range changes {
		shown[i] = DealChange{
			ChangeRequestID: c.ID, ChangeType: c.Type, Severity: c.Severity, Status: c.Status, Reason: c.Reason, ProposedValues: c.Proposed,
			AskedBy: c.AskedBy, RequestedAt: c.RequestedAt, ApprovalID: contract.Optional(c.ApprovalID), ApprovedBy: contract.Optional(c.ApprovedBy), ApprovedAt: c.ApprovedAt, LapsesAt: c.LapsesAt,
		}
	}
	return shown
}

// OpenRTBOf writes the OpenRTB object of a deal; null of one that has none.
func OpenRTBOf(params *openrtb.Deal) *OpenRTBParams {
	if params == nil {
		return nil
	}
	rendered := &OpenRTBParams{
		ID: params.ID, BidFloor: contract.DecimalOf(params.BidFloor), BidFloorCurrency: params.BidFloor.Currency,
		AuctionType: params.AuctionType, Seats: contract.Listed(params.Seats), Domains: contract.Listed(params.Domains),
	}
	if params.Guaranteed {
		rendered.Guaranteed = 1
	}
	return rendered
}

// What is asked of deals.
var (
	GetDeal   = Lookup[parley.Deal, DealResponse]{(*seller.Service).Deal, DealOf}
	ListDeals = List[DealFilter, parley.Deal, DealResponse]{
		Plural: "deals", Render: DealOf, ID: func(deal parley.Deal) string { return deal.ID },
		Find: func(ctx context.Context, x *Exchange, f DealFilter, page seller.Page) (seller.Listing[parley.Deal], error) {
			return x.Service.Deals(ctx, x.Call, f.Domain(page))
		},
	}
	BookDeal = Act[BookingRequest, parley.Deal, DealResponse]{
		Line: "POST /api/v1/deals", Render: DealOf, Status: Made, Else: Held,
		When: AwaitsApproval,
		Run:  byBody((*seller.Service).BookDeal, (*BookingRequest).Domain),
	}
	CancelDeal = Act[CancelRequest, parley.Deal, DealResponse]{
		Line: "POST /api/v1/deals/{deal_id}/cancel", Render: DealOf, Status: Done, Else: Held,
		When: func(deal parley.Deal) bool { return deal.Status != parley.DealCancelled },
		Run:  byBoth((*seller.Service).CancelDeal, func(b *CancelRequest) string { return b.Reason }),
	}
)
