package client

import (
	"context"

	"parley/wire/document"
)

// QuotePackage asks for a quote of each product of a package, all of them or none. Each can be negotiated by itself.
func (c *Client) QuotePackage(ctx context.Context, packageID string, request document.PackageQuoteRequest) (document.PackageQuotes, error) {
	request.IdempotencyKey = keyed(request.IdempotencyKey)
	return post[document.PackageQuotes](ctx, c, at("/api/v1/packages/", packageID, "/quotes"), request)
}

// BookPackage turns quotes of a package into deals, all of them or none, each as BookDeal books one. The *Error of a quote that
// cannot be booked names it as quote_id.
func (c *Client) BookPackage(ctx context.Context, packageID string, request document.PackageBookingRequest) (document.PackageDeals, error) {
	request.IdempotencyKey = keyed(request.IdempotencyKey)
	return post[document.PackageDeals](ctx, c, at("/api/v1/packages/", packageID, "/deals"), request)
}
