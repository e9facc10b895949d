package rest

import (
	"context"
	"net/http"

	"parley"
	"parley/seller"
	"parley/wire"
)

var quoteRoutes = []Route{
	change(Route{
		Method: http.MethodPost, Path: "/api/v1/quotes", Access: AccessQuotes,
		ID: "createQuote", Tag: "Quotes", Summary: "Ask for a quote",
		Description: "Prices a product for this buyer and looks at the inventory over the flight. The quote can be booked " +
			"until expires_at; it holds no inventory. target_cpm is recorded and answered with target_met; it never moves the price.",
		Example: `{"product_id": "ctv-sports-live", "deal_type": "PG", "impressions": 10000000, "flight_start": "2026-08-01", ` +
			`"flight_end": "2026-08-31", "target_cpm": 30.00, "idempotency_key": "0e2f7f5c-4d6b-4c0a-9a5e-2f1f0a6b7c8d"}`,
		Failures: []int{http.StatusNotFound, http.StatusConflict},
	}, changing[none, wire.QuoteRequest, parley.Quote, wire.QuoteResponse]{
		run: func(
			ctx context.Context, x *exchange, _ none, body *wire.QuoteRequest, encode seller.Encode[parley.Quote],
		) (seller.Answer, error) {
			return x.service.RequestQuote(ctx, x.call, body.Domain(), encode)
		},
		render:  wire.QuoteOf,
		status:  http.StatusCreated,
		example: sampleQuote,
	}),
	list(Route{
		Method: http.MethodGet, Path: "/api/v1/quotes", Access: AccessCredential,
		ID: "listQuotes", Tag: "Quotes", Summary: "List quotes",
	}, listing[wire.QuoteFilter, parley.Quote, wire.QuoteResponse]{
		plural: "quotes",
		run: func(
			ctx context.Context, x *exchange, filter wire.QuoteFilter, page seller.Page,
		) (seller.Listing[parley.Quote], error) {
			return x.service.Quotes(ctx, x.call, seller.QuoteFilter{
				Status: parley.QuoteStatus(filter.Status), ProductID: filter.ProductID, Page: page,
			})
		},
		render:  wire.QuoteOf,
		id:      func(quote parley.Quote) string { return quote.ID },
		example: sampleQuote,
	}),
	one(Route{
		Method: http.MethodGet, Path: "/api/v1/quotes/{quote_id}", Access: AccessQuotes,
		ID: "getQuote", Tag: "Quotes", Summary: "Read a quote",
		Description: "After its expiry a quote answers 410 to its buyer.",
		Failures:    []int{http.StatusGone},
	}, func(ctx context.Context, x *exchange, path quotePath) (parley.Quote, error) {
		return x.service.Quote(ctx, x.call, path.QuoteID)
	}, wire.QuoteOf, sampleQuote),
	read(Route{
		Method: http.MethodGet, Path: "/api/v1/quotes/{quote_id}/pricing-trace", Access: AccessOperator, Scopes: viewer,
		ID: "getPricingTrace", Tag: "Pricing", Summary: "Read every step of a quote's price",
		Description: "What the price was computed from: base, discounts, rules, rounding and floor, with the version of the " +
			"rate card and rules. The buyer sees the rationale alone.",
	}, func(ctx context.Context, x *exchange, path quotePath) (wire.PricingTrace, error) {
		quote, err := x.service.PricingTrace(ctx, x.call, path.QuoteID)
		return wire.PricingTrace{QuoteID: quote.ID, ProductID: quote.ProductID, CreatedAt: quote.CreatedAt, Decision: quote.Price}, err
	}, func(*exchange) wire.PricingTrace {
		return wire.PricingTrace{QuoteID: sampleQuote.ID, ProductID: sampleQuote.ProductID, CreatedAt: sampleTime, Decision: samplePrice}
	}),
}

// none is the parameters, or the body, of an operation that has none.
type none struct{}

type quotePath struct {
	QuoteID string `path:"quote_id" maxLength:"128"`
}
