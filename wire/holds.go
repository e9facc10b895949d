package wire

import (
	"context"
	"time"

	"parley"
	"parley/seller"
	"parley/wire/contract"
)

// HoldRequest is the body that has a quote held.
type HoldRequest struct {
	Idempotency
	Conversation
	Hours *int64 `json:"hours,omitempty" minimum:"1" maximum:"8760" doc:"How long to hold; as long as may be when absent."`
}

// HoldFilter narrows a list of holds.
type HoldFilter struct {
	Status    string `json:"status,omitempty" query:"status" enum:"active,taken,released,expired"`
	ProductID string `json:"product_id,omitempty" query:"product_id" maxLength:"128"`
	QuoteID   string `json:"quote_id,omitempty" query:"quote_id" maxLength:"128"`
	Paging
}

// Hold is what is kept free for a buyer.
type Hold struct {
	HoldID      string            `json:"hold_id"`
	QuoteID     string            `json:"quote_id"`
	ProductID   string            `json:"product_id"`
	Impressions int64             `json:"impressions"`
	FlightStart parley.Date       `json:"flight_start" format:"date"`
	FlightEnd   parley.Date       `json:"flight_end" format:"date"`
	Status      parley.HoldStatus `json:"status" doc:"active, taken (its quote was booked), released or expired."`
	ByPublisher bool              `json:"by_publisher" doc:"Whether the publisher holds for the buyer."`
	Until       time.Time         `json:"until" doc:"When it ends by itself."`
	DealID      *string           `json:"deal_id" doc:"Null unless taken."`
	CreatedAt   time.Time         `json:"created_at"`
	EndedAt     *time.Time        `json:"ended_at" doc:"Null until it has ended."`
	Buyer       *string           `json:"buyer" doc:"Whose it is, for the publisher; null for buyers, who see their own."`
}

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
