package client

import (
	"context"
	"iter"

	"parley/wire/document"
)

// MediaKit reads everything that the seller has packaged.
func (c *Client) MediaKit(ctx context.Context) (document.MediaKit, error) {
	return get[document.MediaKit](ctx, c, "/media-kit", nil)
}

// Packages lists a page of the packages on offer.
func (c *Client) Packages(ctx context.Context, filter document.MediaKitFilter) (Listing[document.OfferedPackage], error) {
	return list[document.OfferedPackage](ctx, c, "/media-kit/packages", "packages", filter)
}

// AllPackages walks the packages on offer, page by page.
func (c *Client) AllPackages(ctx context.Context, filter document.MediaKitFilter) iter.Seq2[document.OfferedPackage, error] {
	return each(&filter.Paging, func() (Listing[document.OfferedPackage], error) { return c.Packages(ctx, filter) })
}

// Package reads a package on offer.
func (c *Client) Package(ctx context.Context, packageID string) (document.OfferedPackage, error) {
	return get[document.OfferedPackage](ctx, c, at("/media-kit/packages/", packageID), nil)
}

// SearchMediaKit looks for packages by words in their names, tags, formats, categories, places, products and descriptions.
func (c *Client) SearchMediaKit(ctx context.Context, search document.MediaKitSearch) (document.MediaKitResults, error) {
	return post[document.MediaKitResults](ctx, c, "/media-kit/search", search)
}
