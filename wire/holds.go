package wire

import (
	"context"
	"time"

	"parley"
	"parley/seller"
	"parley/wire/contract"
	"parley/wire/document"
)

type (
	// HoldRequest is the body that has a quote held.
	HoldRequest = document.HoldRequest
	// HoldFilter narrows a list of holds.
	HoldFilter = document.HoldFilter
	// Hold is what is kept free for a buyer.
	Hold = document.Hold
)

// HoldOf writes a hold.
func HoldOf(v View, h parley.Hold) Hold {
	rendered := Hold{
		HoldID: h.ID, QuoteID: h.QuoteID, ProductID: h.ProductID, Impressions: h.Impressions, FlightStart: h.Flight.Start,
		FlightEnd: h.Flight.End, Status: h.Status, ByPublisher: h.ByDesk, Until: h.Until, DealID: contract.Optional(h.DealID),
		CreatedAt: h.CreatedAt, EndedAt: h.EndedAt,
	}
	if v.Caller.IsOperator() {
		rendered.Buyer = &h.Owner
	}
	return rendered
}

// What is asked of holds.
var (
	HoldQuote = act("POST /api/v1/quotes/{quote_id}/hold", Made, HoldOf,
		func(ctx context.Context, x *Exchange, id string, body *HoldRequest, encode seller.Encode[parley.Hold]) (seller.Answer, error) {
			request := seller.HoldRequest{QuoteID: id}
			if body.Hours != nil {
				request.For = time.Duration(*body.Hours) * time.Hour
			}
			return x.Service.HoldQuote(ctx, x.Call, request, encode)
		})
	ReleaseHold = act("DELETE /api/v1/quotes/{quote_id}/hold", Done, HoldOf, byID[none]((*seller.Service).ReleaseHold))
	GetHold     = Lookup[parley.Hold, Hold]{(*seller.Service).QuoteHold, HoldOf}
	ListHolds   = List[HoldFilter, parley.Hold, Hold]{
		Plural: "holds", Render: HoldOf, ID: func(h parley.Hold) string { return h.ID },
		Find: func(ctx context.Context, x *Exchange, f HoldFilter, page seller.Page) (seller.Listing[parley.Hold], error) {
			return x.Service.Holds(ctx, x.Call, seller.HoldFilter{
				Status: parley.HoldStatus(f.Status), ProductID: f.ProductID, QuoteID: f.QuoteID, Page: page,
			})
		},
	}
)
