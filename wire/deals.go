package wire

import (
	"context"
	"encoding/json"

	"parley"
	"parley/openrtb"
	"parley/seller"
	"parley/wire/contract"
	"parley/wire/document"
)

// DealsMeant is what the flow takes.
func DealsMeant(f document.DealSelection, page seller.Page) seller.DealFilter {
	return seller.DealFilter{
		Status: f.Status, DealType: f.DealType, ProductID: f.ProductID,
		Account: f.AccountID, Buyer: f.Buyer, RunsFrom: f.RunsFrom, RunsTo: f.RunsTo, Search: f.Search, Page: page,
	}
}

// BookingRequestOf is what the flow takes.
func BookingRequestOf(b *document.BookingRequest) seller.BookingRequest {
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

func dealExt(d parley.Deal) document.DealExt {
	ext := document.DealExt{DealIDs: []document.DealAlias{}}
	for _, a := range d.Aliases {
		ext.DealIDs = append(ext.DealIDs, document.DealAlias{System: a.System, ID: a.ID, Seat: contract.Optional(a.Seat)})
	}
	return ext
}

// AwaitsApproval tells whether a booking is the publisher's to approve yet.
func AwaitsApproval(deal parley.Deal) bool { return deal.Status == parley.DealProposed }

// DealOf writes a deal.
func DealOf(v View, d parley.Deal) document.DealResponse {
	expires := (d.Flight.End + 1).Begins(v.Settings.TimeZone)
	ofContract := contract.DealOf(d, v.Settings.SellerID, expires)
	return document.DealResponse{
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
		ActivationInstructions: ofContract.ActivationInstructions,
		OpenRTBParams:          OpenRTBOf(openrtb.ParamsOf(d)),
		Notes:                  d.Notes,
		Changes:                dealChanges(d.Changes),
		CreatedAt:              d.CreatedAt,
		UpdatedAt:              d.UpdatedAt,
		SellerID:               v.Settings.SellerID,
		AudiencePlanSnapshot:   d.Carried.AudiencePlan,
		AgentURL:               contract.Optional(d.Carried.AgentURL),
		Deal:                   ofContract,
		Ext:                    dealExt(d),
	}
}

func dealChanges(changes []parley.ChangeRequest) []document.DealChange {
	shown := make([]document.DealChange, len(changes))
	for i, c := range changes {
		shown[i] = document.DealChange{
			ChangeRequestID: c.ID, ChangeType: c.Type, Severity: c.Severity, Status: c.Status, Reason: c.Reason, ProposedValues: c.Proposed,
			AskedBy: c.AskedBy, RequestedAt: c.RequestedAt, ApprovalID: contract.Optional(c.ApprovalID), ApprovedBy: contract.Optional(c.ApprovedBy), ApprovedAt: c.ApprovedAt, LapsesAt: c.LapsesAt,
		}
	}
	return shown
}

// OpenRTBOf writes the OpenRTB object of a deal; null of one that has none.
func OpenRTBOf(params *openrtb.Deal) *document.OpenRTBParams {
	if params == nil {
		return nil
	}
	rendered := &document.OpenRTBParams{
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
	GetDeal   = Lookup[parley.Deal, document.DealResponse]{(*seller.Service).Deal, DealOf}
	ListDeals = List[document.DealFilter, parley.Deal, document.DealResponse]{
		Plural: "deals", Render: DealOf, ID: func(deal parley.Deal) string { return deal.ID },
		Find: func(ctx context.Context, x *Exchange, f document.DealFilter, page seller.Page) (seller.Listing[parley.Deal], error) {
			filter := DealsMeant(f.DealSelection, page)
			filter.Sort = seller.DealSort(f.Sort)
			return x.Service.Deals(ctx, x.Call, filter)
		},
	}
	BookDeal = Act[document.BookingRequest, parley.Deal, document.DealResponse]{
		Line: "POST /api/v1/deals", Render: DealOf, Status: Made, Else: Held,
		When: AwaitsApproval,
		Run:  byBody((*seller.Service).BookDeal, BookingRequestOf),
	}
	CancelDeal = Act[CancelRequest, parley.Deal, document.DealResponse]{
		Line: "POST /api/v1/deals/{deal_id}/cancel", Render: DealOf, Status: Done, Else: Held,
		When: func(deal parley.Deal) bool { return deal.Status != parley.DealCancelled },
		Run:  byBoth((*seller.Service).CancelDeal, func(b *CancelRequest) string { return b.Reason }),
	}
)
