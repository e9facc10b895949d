package client

import (
	"context"
	"iter"
	"time"

	"parley"
	"parley/wire/document"
)

// CreateOrder opens an order, which starts as a draft.
func (c *Client) CreateOrder(ctx context.Context, request document.OrderRequest) (document.OrderResponse, error) {
	request.IdempotencyKey = keyed(request.IdempotencyKey)
	return post[document.OrderResponse](ctx, c, "/api/v1/orders", request)
}

// Order reads an order.
func (c *Client) Order(ctx context.Context, orderID string) (document.OrderResponse, error) {
	return get[document.OrderResponse](ctx, c, at("/api/v1/orders/", orderID), nil)
}

// Orders lists a page of this buyer's orders.
func (c *Client) Orders(ctx context.Context, filter document.OrderFilter) (Listing[document.OrderResponse], error) {
	return list[document.OrderResponse](ctx, c, "/api/v1/orders", "orders", filter)
}

// AllOrders walks this buyer's orders, page by page.
func (c *Client) AllOrders(ctx context.Context, filter document.OrderFilter) iter.Seq2[document.OrderResponse, error] {
	return each(&filter.Paging, func() (Listing[document.OrderResponse], error) { return c.Orders(ctx, filter) })
}

// OrderHistory reads how an order moved, oldest first.
func (c *Client) OrderHistory(ctx context.Context, orderID string) ([]document.OrderMove, error) {
	history, err := get[document.OrderHistory](ctx, c, at("/api/v1/orders/", orderID, "/history"), nil)
	return history.Transitions, err
}

// OrderAuditFilter narrows an order's audit; zero members match all.
type OrderAuditFilter struct {
	Actor string    `query:"actor"` // as the history names it
	From  time.Time `query:"from"`  // at or after
	To    time.Time `query:"to"`    // before
}

// OrderAudit finds who moved an order, when and why, oldest first.
func (c *Client) OrderAudit(ctx context.Context, orderID string, filter OrderAuditFilter) ([]document.OrderMove, error) {
	audit, err := get[document.OrderAudit](ctx, c, at("/api/v1/orders/", orderID, "/audit"), query(filter))
	return audit.AuditLog, err
}

// OrderReport counts this buyer's orders.
func (c *Client) OrderReport(ctx context.Context) (document.OrderReport, error) {
	return get[document.OrderReport](ctx, c, "/api/v1/orders/report", nil)
}

// TransitionOrder moves an order. ErrContention tells with current_status and allowed_transitions that it is not in a
// state that allows the move.
func (c *Client) TransitionOrder(ctx context.Context, orderID string, request document.TransitionRequest) (document.TransitionResponse, error) {
	request.IdempotencyKey = keyed(request.IdempotencyKey)
	return post[document.TransitionResponse](ctx, c, at("/api/v1/orders/", orderID, "/transition"), request)
}

// CancelOrder takes back an order that is not with the ad server yet. Its deal goes on, and can be ordered again.
func (c *Client) CancelOrder(ctx context.Context, orderID, reason string) (document.TransitionResponse, error) {
	return c.TransitionOrder(ctx, orderID, document.TransitionRequest{ToStatus: parley.OrderCancelled, Reason: reason})
}
