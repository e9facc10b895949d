package rest

import (
	"net/http"

	"parley/wire"
)

var quoteRoutes = []Route{
	act(Route{
		Access: AccessQuotes,
		ID:     "createQuote", Tag: "Quotes", Summary: "Ask for a quote",
		Description: "Prices a product for this buyer and looks at the inventory over the flight. The quote can be booked " +
			"until expires_at; it holds no inventory. target_cpm is recorded and answered with target_met; it never moves the price.",
		Example: `{"product_id": "ctv-sports-live", "deal_type": "PG", "impressions": 10000000, "flight_start": "2026-08-01", ` +
			`"flight_end": "2026-08-31", "target_cpm": 30.00, "idempotency_key": "0e2f7f5c-4d6b-4c0a-9a5e-2f1f0a6b7c8d"}`,
		Failures: []int{http.StatusNotFound, http.StatusConflict},
	}, wire.CreateQuote, sampleQuote),
	list(Route{
		Method: http.MethodGet, Path: "/api/v1/quotes", Access: AccessCredential,
		ID: "listQuotes", Tag: "Quotes", Summary: "List quotes",
	}, wire.ListQuotes, sampleQuote),
	one(Route{
		Method: http.MethodGet, Path: "/api/v1/quotes/{quote_id}", Access: AccessQuotes,
		ID: "getQuote", Tag: "Quotes", Summary: "Read a quote",
		Description: "After its expiry a quote answers 410 to its buyer.",
		Failures:    []int{http.StatusGone},
	}, wire.GetQuote, sampleQuote),
	one(Route{
		Method: http.MethodGet, Path: "/api/v1/quotes/{quote_id}/pricing-trace", Access: AccessOperator, Scopes: viewer,
		ID: "getPricingTrace", Tag: "Pricing", Summary: "Read every step of a quote's price",
		Description: "What the price was computed from: base, discounts, rules, rounding and floor, with the version of the " +
			"rate card and rules. The buyer sees the rationale alone.",
	}, wire.GetPricingTrace, sampleQuote),
}
