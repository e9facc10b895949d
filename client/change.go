package client

import (
	"context"
	"iter"

	"parley"
	"parley/wire/document"
)

// RequestChange asks for a deal to be changed. A minor change is approved at once, unless a rule of the seller's stops it, and
// takes effect with ApplyChange.
func (c *Client) RequestChange(ctx context.Context, request document.ChangeCreate) (document.ChangeResponse, error) {
	request.IdempotencyKey = keyed(request.IdempotencyKey)
	return post[document.ChangeResponse](ctx, c, "/api/v1/change-requests", request)
}

// CancelDeal asks for a deal to be ended, all of it, which a person at the seller's decides where its rules say so; an approved request takes
// effect with ApplyChange.
func (c *Client) CancelDeal(ctx context.Context, dealID, reason string) (document.ChangeResponse, error) {
	return c.RequestChange(ctx, document.ChangeCreate{ChangeType: parley.ChangeCancellation, DealID: dealID, Reason: reason})
}

// Change reads a change request.
func (c *Client) Change(ctx context.Context, changeRequestID string) (document.ChangeResponse, error) {
	return get[document.ChangeResponse](ctx, c, at("/api/v1/change-requests/", changeRequestID), nil)
}

// ApplyChange makes an approved change. One that can no longer be made has the status failed, one that the publisher has to be
// asked about once more, for its price or its rules have moved, pending_approval; neither is an error.
func (c *Client) ApplyChange(ctx context.Context, changeRequestID string) (document.ChangeResponse, error) {
	return post[document.ChangeResponse](ctx, c, at("/api/v1/change-requests/", changeRequestID, "/apply"), document.Repeated{})
}

// Changes lists a page of this buyer's change requests.
func (c *Client) Changes(ctx context.Context, filter document.ChangeFilter) (Listing[document.ChangeResponse], error) {
	return list[document.ChangeResponse](ctx, c, "/api/v1/change-requests", "change_requests", filter)
}

// AllChanges walks this buyer's change requests, page by page.
func (c *Client) AllChanges(ctx context.Context, filter document.ChangeFilter) iter.Seq2[document.ChangeResponse, error] {
	return each(&filter.Paging, func() (Listing[document.ChangeResponse], error) { return c.Changes(ctx, filter) })
}
