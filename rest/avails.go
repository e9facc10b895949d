package rest

import (
	"net/http"

	"parley/wire"
)

var availsRoutes = []Route{
	ask(Route{
		Method: http.MethodPost, Path: "/products/avails", Access: AccessCatalog,
		ID: "getAvails", Tag: "Catalog", Summary: "Ask what of a product is free over a flight",
		Description: "Counted from the inventory ledger: capacity less what is reserved, for an evenly spread booking.",
		Example: `{"product_id": "ctv-sports-live", "flight_start": "2026-08-01", "flight_end": "2026-08-31", ` +
			`"impressions": 5000000}`,
		Failures: []int{http.StatusNotFound},
	}, wire.GetAvails, wire.AvailsAnswer{One: new(wire.AvailsOf(sampleAvails, sampleAsked))}),
}
