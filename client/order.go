package client

import (
	"context"
	"encoding/json"
	"iter"
	"time"

	"parley"
)

// OrderRequest opens an order for a deal.
type OrderRequest struct {
	DealID         string          `json:"deal_id"`
	QuoteID        string          `json:"quote_id,omitempty"` // when given, the one that the deal was booked from
	Metadata       json.RawMessage `json:"metadata,omitempty"` // an object of the buyer's own
	IdempotencyKey string          `json:"idempotency_key"`    // empty: minted for the call
}

// Order tracks the fulfilment of a deal.
type Order struct {
	OrderID   string             `json:"order_id"`
	Status    parley.OrderStatus `json:"status"`
	DealID    string             `json:"deal_id"`
	QuoteID   string             `json:"quote_id"`
	Metadata  json.RawMessage    `json:"metadata"`
	AuditLog  []OrderMove        `json:"audit_log"` // oldest first
	CreatedAt time.Time          `json:"created_at"`
	UpdatedAt time.Time          `json:"updated_at"`
}

// OrderMove is one transition of an order.
type OrderMove struct {
	From     parley.OrderStatus `json:"from_status"` // empty for the order's creation
	To       parley.OrderStatus `json:"to_status"`
	Actor    string             `json:"actor"`
	Reason   string             `json:"reason"`
	Metadata json.RawMessage    `json:"metadata"`
	At       time.Time          `json:"at"`
}

// CreateOrder opens an order, which starts as a draft.
func (c *Client) CreateOrder(ctx context.Context, request OrderRequest) (Order, error) {
	request.IdempotencyKey = keyed(request.IdempotencyKey)
	return post[Order](ctx, c, "/api/v1/orders", request)
}

// Order reads an order.
func (c *Client) Order(ctx context.Context, orderID string) (Order, error) {
	return get[Order](ctx, c, at("/api/v1/orders/", orderID), nil)
}

// OrderFilter narrows a list of orders; empty members match all.
type OrderFilter struct {
	Status parley.OrderStatus
	DealID string
	Page
}

// Orders lists a page of this buyer's orders.
func (c *Client) Orders(ctx context.Context, filter OrderFilter) (Listing[Order], error) {
	q := query{}
	q.set("status", string(filter.Status))
	q.set("deal_id", filter.DealID)
	filter.into(q)
	return list[Order](ctx, c, "/api/v1/orders", "orders", q)
}

// AllOrders walks this buyer's orders, page by page.
func (c *Client) AllOrders(ctx context.Context, filter OrderFilter) iter.Seq2[Order, error] {
	return each(&filter.Page, func() (Listing[Order], error) { return c.Orders(ctx, filter) })
}

// OrderHistory reads how an order moved, oldest first.
func (c *Client) OrderHistory(ctx context.Context, orderID string) ([]OrderMove, error) {
	body, err := get[struct {
		Transitions []OrderMove `json:"transitions"`
	}](ctx, c, at("/api/v1/orders/", orderID, "/history"), nil)
	return body.Transitions, err
}

// OrderAuditFilter narrows an order's audit; zero members match all.
type OrderAuditFilter struct {
	Actor string    // as the history names it
	From  time.Time // at or after
	To    time.Time // before
}

// OrderAudit finds who moved an order, when and why, oldest first.
func (c *Client) OrderAudit(ctx context.Context, orderID string, filter OrderAuditFilter) ([]OrderMove, error) {
	q := query{}
	q.set("actor", filter.Actor)
	q.set("from", instant(filter.From))
	q.set("to", instant(filter.To))
	body, err := get[struct {
		AuditLog []OrderMove `json:"audit_log"`
	}](ctx, c, at("/api/v1/orders/", orderID, "/audit"), q)
	return body.AuditLog, err
}

// OrderReport counts this buyer's orders.
type OrderReport struct {
	Total       int64                        `json:"total_count"`
	ByStatus    map[parley.OrderStatus]int64 `json:"by_status"`
	Transitions map[string]int64             `json:"transitions"` // how often each move was made, such as draft->submitted
	Actors      map[string]int64             `json:"actors"`      // moves by actor
}

// OrderReport counts this buyer's orders.
func (c *Client) OrderReport(ctx context.Context) (OrderReport, error) {
	return get[OrderReport](ctx, c, "/api/v1/orders/report", nil)
}

// TransitionRequest moves an order. A buyer may submit and cancel its own.
type TransitionRequest struct {
	To             parley.OrderStatus `json:"to_status"`
	Reason         string             `json:"reason,omitempty"`
	Metadata       json.RawMessage    `json:"metadata,omitempty"`
	IdempotencyKey string             `json:"idempotency_key"` // empty: minted for the call
}

// TransitionOrder moves an order. ErrContention tells with current_status and allowed_transitions that it is not in a
// state that allows the move.
func (c *Client) TransitionOrder(ctx context.Context, orderID string, request TransitionRequest) (Order, error) {
	request.IdempotencyKey = keyed(request.IdempotencyKey)
	return post[Order](ctx, c, at("/api/v1/orders/", orderID, "/transition"), request)
}

// instant is a time as parameters have it; empty for the zero time.
func instant(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}
