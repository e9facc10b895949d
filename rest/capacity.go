package rest

import (
	"net/http"

	"parley/wire"
)

var capacityRoutes = []Route{
	read(Route{
		Method: http.MethodGet, Path: "/api/v1/products/{product_id}/capacity", Access: AccessOperator, Scopes: viewer,
		ID: "getCapacity", Tag: "Operations", Summary: "Read a product's capacity and reservations by day",
	}, wire.GetCapacity, sampleAvails.Avails),
	read(Route{
		Method: http.MethodGet, Path: "/api/v1/products/{product_id}/availability", Access: AccessOperator, Scopes: viewer,
		ID: "getAvailability", Tag: "Operations", Summary: "Read what of a product is free, held and booked, and by whom",
		Description: "Over the days asked for: what an evenly spread booking could have, how full the days are, what the free impressions " +
			"would come to, the deals and holds that have the others, and the open quotes that contend for what is free.",
	}, wire.GetAvailability, sampleAvailability),
	act(Route{
		Access: AccessOperator, Scopes: admin,
		ID: "setCapacity", Tag: "Operations", Summary: "Declare what each day of a range can carry",
		Description: "Null takes the declaration back, so that the product's own daily impressions hold again. Days that are past stay as they are. It can never go " +
			"under what is already sold. Name the version that you read to have it refused when somebody else has changed these days since.",
		Example:  `{"start_date": "2026-12-24", "end_date": "2026-12-26", "daily_impressions": 2500000}`,
		Failures: []int{http.StatusConflict, http.StatusPreconditionFailed},
	}, wire.SetCapacity, sampleAvails.Avails),
}
