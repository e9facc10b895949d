package client

import (
	"context"
	"iter"

	"parley/wire/document"

	"parley"
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

// DealFilter narrows a list of deals; empty members match all.
type DealFilter struct {
	Status    parley.DealStatus
	DealType  parley.DealType
	ProductID string
	Search    string // words, or beginnings of words, of the deal id or the product's name
	Page
}

// Deals lists a page of this buyer's deals.
func (c *Client) Deals(ctx context.Context, filter DealFilter) (Listing[document.DealResponse], error) {
	q := query{}
	q.set("status", string(filter.Status))
	q.set("deal_type", string(filter.DealType))
	q.set("product_id", filter.ProductID)
	q.set("search", filter.Search)
	filter.into(q)
	return list[document.DealResponse](ctx, c, "/api/v1/deals", "deals", q)
}

// AllDeals walks this buyer's deals, page by page.
func (c *Client) AllDeals(ctx context.Context, filter DealFilter) iter.Seq2[document.DealResponse, error] {
	return each(&filter.Page, func() (Listing[document.DealResponse], error) { return c.Deals(ctx, filter) })
}
