package rest

import (
	"net/http"

	"parley/seller"
	"parley/wire"
)

var productRoutes = []Route{
	list(Route{
		Method: http.MethodGet, Path: "/products", Access: AccessCatalog,
		ID: "listProducts", Tag: "Catalog", Summary: "List what is for sale",
		Description: "With a key that names a seat, an agency or an advertiser, price is that buyer's price; without one, " +
			"price_range is 20% to either side of it.",
	}, wire.ListProducts, sampleProduct),
	one(Route{
		Method: http.MethodGet, Path: "/products/{product_id}", Access: AccessCatalog,
		ID: "getProduct", Tag: "Catalog", Summary: "Read a product",
	}, wire.GetProduct, sampleProduct),
	ask(Route{
		Method: http.MethodPost, Path: "/pricing", Access: AccessCatalog,
		ID: "getPrice", Tag: "Catalog", Summary: "Ask what a volume costs",
		Description: "A price without a quote: nothing is stored, and nothing is promised.",
		Example:     `{"product_id": "ctv-sports-live", "volume": 10000000}`,
		Failures:    []int{http.StatusNotFound},
	}, wire.GetPrice, wire.PriceOf(sampleProduct, seller.PriceRequest{Impressions: 10_000_000})),
}
