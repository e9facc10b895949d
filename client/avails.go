package client

import (
	"context"

	"parley/wire/document"

	"parley"
)

// AvailsRequest asks how much of a product can be had over a flight.
type AvailsRequest struct {
	ProductID   string       `json:"product_id"`
	FlightStart *parley.Date `json:"flight_start,omitempty"` // nil: the seller's default flight
	FlightEnd   *parley.Date `json:"flight_end,omitempty"`
	Impressions int64        `json:"impressions,omitempty"` // 0: whatever is free
	Budget      *Price       `json:"budget,omitempty"`      // an amount, and no CPM: what may be spent at most; nil: no limit
}

// Avails asks how much of a product can be had; its AvailsStatus says whether that is all, in the words of package contract.
func (c *Client) Avails(ctx context.Context, request AvailsRequest) (document.AvailsResponse, error) {
	return post[document.AvailsResponse](ctx, c, "/products/avails", request)
}
