package rest

import (
	"context"
	"net/http"

	"parley"
	"parley/seller"
	"parley/wire"
)

var capacityRoutes = []Route{
	read(Route{
		Method: http.MethodGet, Path: "/api/v1/products/{product_id}/capacity", Access: AccessOperator, Scopes: viewer,
		ID: "getCapacity", Tag: "Operations", Summary: "Read a product's capacity and reservations by day",
	}, func(ctx context.Context, x *exchange, params capacityParams) (Capacity, error) {
		if params.StartDate == nil || params.EndDate == nil {
			return Capacity{}, parley.Invalid("start_date", "and end_date are required")
		}
		avails, err := x.service.Capacity(ctx, x.call, params.ProductID, parley.Flight{Start: *params.StartDate, End: *params.EndDate})
		return renderCapacity(x.View, avails), err
	}, func(x *exchange) Capacity { return renderCapacity(x.View, sampleAvails.Avails) }),
	change(Route{
		Method: http.MethodPut, Path: "/api/v1/products/{product_id}/capacity", Access: AccessOperator, Scopes: admin,
		ID: "setCapacity", Tag: "Operations", Summary: "Declare what each day of a range can carry",
		Description: "Null takes the declaration back, so that the product's own daily impressions hold again. It can never go " +
			"under what is already sold.",
		Example:  `{"start_date": "2026-12-24", "end_date": "2026-12-26", "daily_impressions": 2500000}`,
		Failures: []int{http.StatusConflict},
	}, changing[productPath, CapacityRequest, parley.Avails, Capacity]{
		run: func(
			ctx context.Context, x *exchange, path productPath, body *CapacityRequest, encode seller.Encode[parley.Avails],
		) (seller.Answer, error) {
			return x.service.SetCapacity(ctx, x.call, seller.CapacityRequest{
				ProductID: path.ProductID, Range: parley.Flight{Start: body.StartDate, End: body.EndDate}, Daily: body.Daily,
			}, encode)
		},
		render:  renderCapacity,
		status:  http.StatusOK,
		example: sampleAvails.Avails,
	}),
}

type capacityParams struct {
	ProductID string       `path:"product_id" maxLength:"128"`
	StartDate *parley.Date `query:"start_date" format:"date" doc:"Required."`
	EndDate   *parley.Date `query:"end_date" format:"date" doc:"Required; included."`
}

// CapacityRequest is the body that declares capacity.
type CapacityRequest struct {
	Idempotency
	StartDate parley.Date `json:"start_date" format:"date"`
	EndDate   parley.Date `json:"end_date" format:"date" doc:"Included."`
	Daily     *int64      `json:"daily_impressions" minimum:"0" doc:"Impressions a day, or null."`
}

// Capacity is what each day of a product can carry and what of it is reserved.
type Capacity struct {
	ProductID            string        `json:"product_id"`
	StartDate            parley.Date   `json:"start_date" format:"date"`
	EndDate              parley.Date   `json:"end_date" format:"date"`
	AvailableImpressions *int64        `json:"available_impressions" doc:"For an evenly spread booking; null when no day's capacity is declared."`
	Days                 []CapacityDay `json:"days"`
}

// CapacityDay is one day of it.
type CapacityDay struct {
	Date     parley.Date `json:"date" format:"date"`
	Capacity *int64      `json:"capacity" doc:"Impressions; null when not declared."`
	Reserved int64       `json:"reserved" doc:"Impressions."`
	Declared bool        `json:"declared" doc:"Whether the day has a capacity of its own, rather than the product's daily one."`
}

func renderCapacity(_ wire.View, avails parley.Avails) Capacity {
	rendered := Capacity{
		ProductID: avails.ProductID, StartDate: avails.Flight.Start, EndDate: avails.Flight.End,
		AvailableImpressions: avails.Available, Days: make([]CapacityDay, len(avails.Days)),
	}
	for i, day := range avails.Days {
		rendered.Days[i] = CapacityDay{Date: day.Day, Capacity: day.Capacity, Reserved: day.Reserved, Declared: day.Declared}
	}
	return rendered
}
