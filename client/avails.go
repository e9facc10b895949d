package client

import (
	"context"

	"parley/wire/document"
)

// Avails asks how much of a product can be had; its AvailsStatus says whether that is all, in the words of package contract.
func (c *Client) Avails(ctx context.Context, request document.AvailsRequest) (document.AvailsResponse, error) {
	return post[document.AvailsResponse](ctx, c, "/products/avails", request)
}
