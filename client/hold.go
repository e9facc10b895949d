package client

import (
	"context"
	"iter"
	"net/http"

	"parley/wire/document"
)

// HoldQuote keeps the impressions of a guaranteed quote free for this buyer for a while. Asked again, it answers the hold that there is;
// ErrContention tells that it would go beyond what the publisher lets a buyer hold.
func (c *Client) HoldQuote(ctx context.Context, quoteID string, request document.HoldRequest) (document.Hold, error) {
	request.IdempotencyKey = keyed(request.IdempotencyKey)
	return post[document.Hold](ctx, c, at("/api/v1/quotes/", quoteID, "/hold"), request)
}

// ReleaseHold ends the hold of a quote.
func (c *Client) ReleaseHold(ctx context.Context, quoteID string) (document.Hold, error) {
	var hold document.Hold
	err := c.call(ctx, http.MethodDelete, at("/api/v1/quotes/", quoteID, "/hold"), nil, nil, &hold)
	return hold, err
}

// Hold reads the newest hold of a quote, also one that has ended.
func (c *Client) Hold(ctx context.Context, quoteID string) (document.Hold, error) {
	return get[document.Hold](ctx, c, at("/api/v1/quotes/", quoteID, "/hold"), nil)
}

// Holds lists a page of this buyer's holds.
func (c *Client) Holds(ctx context.Context, filter document.HoldFilter) (Listing[document.Hold], error) {
	return list[document.Hold](ctx, c, "/api/v1/holds", "holds", filter)
}

// AllHolds walks this buyer's holds, page by page.
func (c *Client) AllHolds(ctx context.Context, filter document.HoldFilter) iter.Seq2[document.Hold, error] {
	return each(&filter.Paging, func() (Listing[document.Hold], error) { return c.Holds(ctx, filter) })
}
