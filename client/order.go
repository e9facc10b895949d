package client

import (
	"context"
	"iter"
	"time"

	"parley/wire/document"

	"parley"
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

// OrderFilter narrows a list of orders; empty members match all.
type OrderFilter struct {
	Status parley.OrderStatus
	DealID string
	Page
}

// Orders lists a page of this buyer's orders.
func (c *Client) Orders(ctx context.Context, filter OrderFilter) (Listing[document.OrderResponse], error) {
	q := query{}
	q.set("status", string(filter.Status))
	q.set("deal_id", filter.DealID)
	filter.into(q)
	return list[document.OrderResponse](ctx, c, "/api/v1/orders", "orders", q)
}

// AllOrders walks this buyer's orders, page by page.
func (c *Client) AllOrders(ctx context.Context, filter OrderFilter) iter.Seq2[document.OrderResponse, error] {
	return each(&filter.Page, func() (Listing[document.OrderResponse], error) { return c.Orders(ctx, filter) })
}

// OrderHistory reads how an order moved, oldest first.
func (c *Client) OrderHistory(ctx context.Context, orderID string) ([]document.OrderMove, error) {
	history, err := get[document.OrderHistory](ctx, c, at("/api/v1/orders/", orderID, "/history"), nil)
	return history.Transitions, err
}

// OrderAuditFilter narrows an order's audit; zero members match all.
type OrderAuditFilter struct {
	Actor string    // as the history names it
	From  time.Time // at or after
	To    time.Time // before
}

// OrderAudit finds who moved an order, when and why, oldest first.
func (c *Client) OrderAudit(ctx context.Context, orderID string, filter OrderAuditFilter) ([]document.OrderMove, error) {
	q := query{}
	q.set("actor", filter.Actor)
	q.set("from", instant(filter.From))
	q.set("to", instant(filter.To))
	audit, err := get[document.OrderAudit](ctx, c, at("/api/v1/orders/", orderID, "/audit"), q)
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

// instant is a time as parameters have it; empty for the zero time.
func instant(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}
