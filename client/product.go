package client

import (
	"context"
	"iter"

	"parley/wire/document"

	"parley"
)

// ProductFilter narrows a list of products; empty members match all.
type ProductFilter struct {
	InventoryType string
	DealType      parley.DealType
	Search        string // part of the id or the name
	Page
}

// Products lists a page of what is for sale.
func (c *Client) Products(ctx context.Context, filter ProductFilter) (Listing[document.Product], error) {
	q := query{}
	q.set("inventory_type", filter.InventoryType)
	q.set("deal_type", string(filter.DealType))
	q.set("search", filter.Search)
	filter.into(q)
	return list[document.Product](ctx, c, "/products", "products", q)
}

// AllProducts walks everything that is for sale, page by page.
func (c *Client) AllProducts(ctx context.Context, filter ProductFilter) iter.Seq2[document.Product, error] {
	return each(&filter.Page, func() (Listing[document.Product], error) { return c.Products(ctx, filter) })
}

// Product reads one product.
func (c *Client) Product(ctx context.Context, productID string) (document.Product, error) {
	return get[document.Product](ctx, c, at("/products/", productID), nil)
}

// Price asks what a volume costs, without a quote.
func (c *Client) Price(ctx context.Context, request document.PriceRequest) (document.PriceResponse, error) {
	return post[document.PriceResponse](ctx, c, "/pricing", request)
}
