package client

import (
	"context"
	"iter"

	"parley/wire/document"
)

// Products lists a page of what is for sale.
func (c *Client) Products(ctx context.Context, filter document.ProductFilter) (Listing[document.Product], error) {
	return list[document.Product](ctx, c, "/products", "products", filter)
}

// AllProducts walks everything that is for sale, page by page.
func (c *Client) AllProducts(ctx context.Context, filter document.ProductFilter) iter.Seq2[document.Product, error] {
	return each(&filter.Paging, func() (Listing[document.Product], error) { return c.Products(ctx, filter) })
}

// Product reads one product.
func (c *Client) Product(ctx context.Context, productID string) (document.Product, error) {
	return get[document.Product](ctx, c, at("/products/", productID), nil)
}

// Price asks what a volume costs, without a quote.
func (c *Client) Price(ctx context.Context, request document.PriceRequest) (document.PriceResponse, error) {
	return post[document.PriceResponse](ctx, c, "/pricing", request)
}
