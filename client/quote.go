package client

import (
	"context"
	"iter"

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

// Quotes lists a page of this buyer's quotes.
func (c *Client) Quotes(ctx context.Context, page document.Paging) (Listing[document.QuoteResponse], error) {
	return list[document.QuoteResponse](ctx, c, "/api/v1/quotes", "quotes", page)
}

// AllQuotes walks this buyer's quotes, page by page.
func (c *Client) AllQuotes(ctx context.Context, page document.Paging) iter.Seq2[document.QuoteResponse, error] {
	return each(&page, func() (Listing[document.QuoteResponse], error) { return c.Quotes(ctx, page) })
}
