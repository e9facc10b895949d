package client

import (
	"context"
	"iter"

	"parley/wire/document"
)

// BookDeal turns a quote into a deal, at the price quoted or, when a negotiation about the quote has ended in agreement,
// at the price agreed. ErrContention tells with available_impressions that the inventory is short, or with deal_id that
// the quote is booked already.
func (c *Client) BookDeal(ctx context.Context, request document.BookingRequest) (document.DealResponse, error) {
	request.IdempotencyKey = keyed(request.IdempotencyKey)
	return post[document.DealResponse](ctx, c, "/api/v1/deals", request)
}

// Deal reads a deal.
func (c *Client) Deal(ctx context.Context, dealID string) (document.DealResponse, error) {
	return get[document.DealResponse](ctx, c, at("/api/v1/deals/", dealID), nil)
}

// Deals lists a page of this buyer's deals.
func (c *Client) Deals(ctx context.Context, filter document.DealFilter) (Listing[document.DealResponse], error) {
	return list[document.DealResponse](ctx, c, "/api/v1/deals", "deals", filter)
}

// AllDeals walks this buyer's deals, page by page.
func (c *Client) AllDeals(ctx context.Context, filter document.DealFilter) iter.Seq2[document.DealResponse, error] {
	return each(&filter.Paging, func() (Listing[document.DealResponse], error) { return c.Deals(ctx, filter) })
}

// DealPerformance reads what is known of how a deal runs, and of what was delivered.
func (c *Client) DealPerformance(ctx context.Context, dealID string) (document.DealPerformance, error) {
	return get[document.DealPerformance](ctx, c, at("/api/v1/deals/", dealID, "/performance"), nil)
}
