package rest

import (
	"context"
	"net/http"

	"parley/wire"
	"parley/wire/document"

	"parley"
)

var availsRoutes = []Route{
	ask(Route{
		Method: http.MethodPost, Path: "/products/avails", Access: AccessCatalog,
		ID: "getAvails", Tag: "Catalog", Summary: "Ask what of a product is free over a flight",
		Description: "Counted from the inventory ledger: capacity less what is reserved, for an evenly spread booking.",
		Example: `{"product_id": "ctv-sports-live", "flight_start": "2026-08-01", "flight_end": "2026-08-31", ` +
			`"impressions": 5000000}`,
		Failures: []int{http.StatusNotFound},
	}, func(ctx context.Context, x *exchange, body *document.AvailsRequest) (wire.AvailsAnswer, error) {
		request, err := wire.AvailsRequestOf(body, x.Settings.TimeZone)
		if err != nil {
			return wire.AvailsAnswer{}, err
		}
		found, err := x.Service.ProductAvails(ctx, x.Call, request)
		if err != nil {
			return wire.AvailsAnswer{}, wire.CalledSo(err, wire.AvailsNames(body))
		}
		if body.Searches() {
			return wire.CollectionOf(body, found, request.Impressions)
		}
		one := wire.AvailsOf(found[0], request.Impressions)
		if body.ContractProductID != "" && one.EstimatedCPM == nil {
			return wire.AvailsAnswer{}, parley.Invalid("productid", "names a product with no price, which cannot be quoted")
		}
		return wire.AvailsAnswer{One: &one}, nil
	}, func(*exchange) wire.AvailsAnswer {
		rendered := wire.AvailsOf(sampleAvails, sampleAsked)
		return wire.AvailsAnswer{One: &rendered}
	}),
}
