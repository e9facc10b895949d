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
	}, func(ctx context.Context, x *exchange, params capacityParams) (wire.Capacity, error) {
		if params.StartDate == nil || params.EndDate == nil {
			return wire.Capacity{}, parley.Invalid("start_date", "and end_date are required")
		}
		avails, err := x.Service.Capacity(ctx, x.Call, params.ProductID, parley.Flight{Start: *params.StartDate, End: *params.EndDate})
		return wire.CapacityOf(x.View, avails), err
	}, func(x *exchange) wire.Capacity { return wire.CapacityOf(x.View, sampleAvails.Avails) }),
	read(Route{
		Method: http.MethodGet, Path: "/api/v1/products/{product_id}/availability", Access: AccessOperator, Scopes: viewer,
		ID: "getAvailability", Tag: "Operations", Summary: "Read what of a product is free, held and booked, and by whom",
		Description: "Over the days asked for: what an evenly spread booking could have, how full the days are, what the free impressions " +
			"would come to, the deals and holds that have the others, and the open quotes that contend for what is free.",
	}, func(ctx context.Context, x *exchange, params availabilityParams) (wire.ProductAvailability, error) {
		if params.StartDate == nil || params.EndDate == nil {
			return wire.ProductAvailability{}, parley.Invalid("start_date", "and end_date are required")
		}
		request := seller.AvailabilityRequest{ProductID: params.ProductID, Range: parley.Flight{Start: *params.StartDate, End: *params.EndDate}}
		if params.Impressions != nil {
			request.Impressions = *params.Impressions
		}
		found, err := x.Service.Availability(ctx, x.Call, request)
		return wire.AvailabilityOf(x.View, found), err
	}, func(x *exchange) wire.ProductAvailability { return wire.AvailabilityOf(x.View, sampleAvailability) }),
	act(Route{
		Access: AccessOperator, Scopes: admin,
		ID: "setCapacity", Tag: "Operations", Summary: "Declare what each day of a range can carry",
		Description: "Null takes the declaration back, so that the product's own daily impressions hold again. Days that are past stay as they are. It can never go " +
			"under what is already sold. Name the version that you read to have it refused when somebody else has changed these days since.",
		Example:  `{"start_date": "2026-12-24", "end_date": "2026-12-26", "daily_impressions": 2500000}`,
		Failures: []int{http.StatusConflict, http.StatusPreconditionFailed},
	}, wire.SetCapacity, sampleAvails.Avails),
}

type capacityParams struct {
	ProductID string       `path:"product_id" maxLength:"128"`
	StartDate *parley.Date `query:"start_date" format:"date" doc:"Required."`
	EndDate   *parley.Date `query:"end_date" format:"date" doc:"Required; included."`
}

type availabilityParams struct {
	capacityParams
	Impressions *int64 `query:"impressions" minimum:"1" doc:"A volume that is to lie on these days."`
}
