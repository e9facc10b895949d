package client

import (
	"context"

	"parley/wire/document"
)

// CreateQuote asks for a quote.
func (c *Client) CreateQuote(ctx context.Context, request document.QuoteRequest) (document.QuoteResponse, error) {
	request.IdempotencyKey = keyed(request.IdempotencyKey)
	return post[document.QuoteResponse](ctx, c, "/api/v1/quotes", request)
}

// Quote reads a quote; once its time is over that is ErrQuoteExpired.
func (c *Client) Quote(ctx context.Context, quoteID string) (document.QuoteResponse, error) {
	return get[document.QuoteResponse](ctx, c, at("/api/v1/quotes/", quoteID), nil)
}
