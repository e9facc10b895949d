package client

import (
	"context"

	"parley/wire/contract"
	"parley/wire/document"
)

// Avails asks how much of a product can be had; its AvailsStatus says whether that is all, in the words of package contract.
func (c *Client) Avails(ctx context.Context, request document.AvailsRequest) (document.AvailsResponse, error) {
	return post[document.AvailsResponse](ctx, c, "/products/avails", request)
}

// SearchAvails asks the same of several products, as OpenDirect 2.1 writes it: the request names them in ProductIDs, with AccountID,
// AdvertiserBrandID, Currency and the flight in ContractStart and ContractEnd. A record for each comes in the order asked.
func (c *Client) SearchAvails(ctx context.Context, request document.AvailsRequest) (contract.AvailsCollection, error) {
	return post[contract.AvailsCollection](ctx, c, "/products/avails", request)
}
