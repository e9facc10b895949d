package mcp

import (
	"context"
	"net/http"

	"parley"
	"parley/seller"
	"parley/wire"
)

const quotesLine = "POST /api/v1/quotes"

var quoteTools = []tool{
	change(tool{
		name: "request_quote", title: "Ask for a quote", keyless: true,
		description: "Ask for an exact price, good until expires_at. It holds no inventory: book_deal does. target_cpm is recorded and " +
			"moves no price; negotiate does.",
	}, changing[wire.QuoteRequest, parley.Quote, wire.QuoteResponse]{
		request: func(a *wire.QuoteRequest) (string, any) { return quotesLine, a },
		run: func(ctx context.Context, x *exchange, a *wire.QuoteRequest, encode seller.Encode[parley.Quote]) (seller.Answer, error) {
			return x.service().RequestQuote(ctx, x.call, a.Domain(), encode)
		},
		render: wire.QuoteOf,
		status: http.StatusCreated,
	}),
	question(tool{
		name: "get_quote", title: "Read a quote", keyless: true, description: "Read a quote. After its expiry that is quote_expired.",
	}, func(ctx context.Context, x *exchange, a *quoteArguments) (wire.QuoteResponse, error) {
		quote, err := x.service().Quote(ctx, x.call, a.QuoteID)
		if err != nil {
			return wire.QuoteResponse{}, err
		}
		return wire.QuoteOf(x.View, quote), nil
	}),
	list(tool{name: "list_quotes", title: "List quotes", description: "List your quotes, a page at a time."},
		listing[wire.QuoteFilter, parley.Quote, wire.QuoteResponse]{
			plural: "quotes",
			run: func(ctx context.Context, x *exchange, a wire.QuoteFilter, page seller.Page) (seller.Listing[parley.Quote], error) {
				return x.service().Quotes(ctx, x.call, seller.QuoteFilter{Status: parley.QuoteStatus(a.Status), ProductID: a.ProductID, Page: page})
			},
			render: wire.QuoteOf,
			id:     func(q parley.Quote) string { return q.ID },
		}),
}

type quoteArguments struct {
	QuoteID string `json:"quote_id" maxLength:"128"`
}
