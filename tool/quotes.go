package tool

import (
	"context"
	"net/http"

	"parley"
	"parley/seller"
	"parley/wire"
)

const quotesLine = "POST /api/v1/quotes"

var quoteTools = []Tool{
	change(Tool{
		Name: "request_quote", Example: `{"product_id": "ctv-sports-live", "deal_type": "PG", "impressions": 5000000, "flight_start": "2026-08-01", "flight_end": "2026-08-31"}`, Needs: volumeOfPG, Title: "Ask for a quote", Keyless: true,
		Description: "Ask for an exact price, good until expires_at. It holds no inventory: book_deal does. target_cpm is recorded and " +
			"moves no price; negotiate does.",
	}, changing[wire.QuoteRequest, parley.Quote, wire.QuoteResponse]{
		request: func(a *wire.QuoteRequest) (string, any) { return quotesLine, a },
		run: func(ctx context.Context, x *Exchange, a *wire.QuoteRequest, encode seller.Encode[parley.Quote]) (seller.Answer, error) {
			request := a.Domain()
			request.Carried.ContextID = x.ContextID
			return x.Service.RequestQuote(ctx, x.Call, request, encode)
		},
		render: wire.QuoteOf,
		status: http.StatusCreated,
	}),
	one(Tool{
		Name: "get_quote", Example: `{"quote_id": "qt-01k1h3v8mq4t7c9w2x5y6z0a1b3d"}`, Title: "Read a quote", Keyless: true, Description: "Read a quote. After its expiry that is quote_expired.",
	}, func(ctx context.Context, x *Exchange, a *QuoteArguments) (parley.Quote, error) {
		return x.Service.Quote(ctx, x.Call, a.QuoteID)
	}, wire.QuoteOf),
	list(Tool{Name: "list_quotes", Example: `{"status": "available"}`, Title: "List quotes", Description: "List your quotes, a page at a time."},
		listing[wire.QuoteFilter, parley.Quote, wire.QuoteResponse]{
			plural: "quotes",
			run: func(ctx context.Context, x *Exchange, a wire.QuoteFilter, page seller.Page) (seller.Listing[parley.Quote], error) {
				return x.Service.Quotes(ctx, x.Call, seller.QuoteFilter{Status: parley.QuoteStatus(a.Status), ProductID: a.ProductID, Page: page})
			},
			render: wire.QuoteOf,
			id:     func(q parley.Quote) string { return q.ID },
		}),
}

// volumeOfPG needs the volume of a guaranteed deal.
func volumeOfPG(arguments map[string]any, missing *parley.Problems) {
	if arguments["deal_type"] == string(parley.ProgrammaticGuaranteed) && !given(arguments, "impressions") {
		missing.Add("impressions", "is required for deal type PG")
	}
}

// QuoteArguments name a quote.
type QuoteArguments struct {
	QuoteID string `json:"quote_id" maxLength:"128"`
}
