package rest

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"parley"
	"parley/seller"
	"parley/wire"
	"parley/wire/contract"
)

var orderRoutes = []Route{
	change(Route{
		Method: http.MethodPost, Path: "/api/v1/orders", Access: AccessCredential,
		ID: "createOrder", Tag: "Orders", Summary: "Open an order for a deal",
		Description: "The order starts as a draft. A deal has one order, unless the publisher allows several.",
		Example:     `{"deal_id": "PRLY-7K4MC-X9TRP", "metadata": {"po_number": "PO-1138"}}`,
		Failures:    []int{http.StatusNotFound, http.StatusConflict},
	}, changing[none, OrderRequest, parley.Order, OrderResponse]{
		run: func(
			ctx context.Context, x *exchange, _ none, body *OrderRequest, encode seller.Encode[parley.Order],
		) (seller.Answer, error) {
			return x.service.CreateOrder(ctx, x.call, seller.OrderRequest{
				DealID: body.DealID, QuoteID: body.QuoteID, Metadata: json.RawMessage(body.Metadata),
			}, encode)
		},
		render:  renderOrder,
		status:  http.StatusCreated,
		example: sampleOrder,
	}),
	list(Route{
		Method: http.MethodGet, Path: "/api/v1/orders", Access: AccessCredential,
		ID: "listOrders", Tag: "Orders", Summary: "List orders",
	}, listing[orderFilter, parley.Order, OrderResponse]{
		plural: "orders",
		run: func(
			ctx context.Context, x *exchange, filter orderFilter, page seller.Page,
		) (seller.Listing[parley.Order], error) {
			return x.service.Orders(ctx, x.call, seller.OrderFilter{
				Status: parley.OrderStatus(filter.Status), DealID: filter.DealID, Page: page,
			})
		},
		render:  renderOrder,
		id:      func(order parley.Order) string { return order.ID },
		example: sampleOrder,
	}),
	read(Route{
		Method: http.MethodGet, Path: "/api/v1/orders/report", Access: AccessCredential,
		ID: "getOrderReport", Tag: "Orders", Summary: "Count orders by status, transition and actor",
	}, func(ctx context.Context, x *exchange, _ none) (OrderReport, error) {
		report, err := x.service.OrderReport(ctx, x.call)
		return renderOrderReport(x.View, report), err
	}, func(x *exchange) OrderReport { return renderOrderReport(x.View, sampleOrderReport) }),
	read(Route{
		Method: http.MethodGet, Path: "/api/v1/orders/{order_id}", Access: AccessCredential,
		ID: "getOrder", Tag: "Orders", Summary: "Read an order",
	}, func(ctx context.Context, x *exchange, path orderPath) (OrderResponse, error) {
		order, err := x.service.Order(ctx, x.call, path.OrderID)
		return renderOrder(x.View, order), err
	}, func(x *exchange) OrderResponse { return renderOrder(x.View, sampleOrder) }),
	read(Route{
		Method: http.MethodGet, Path: "/api/v1/orders/{order_id}/history", Access: AccessCredential,
		ID: "getOrderHistory", Tag: "Orders", Summary: "Read how an order moved",
	}, func(ctx context.Context, x *exchange, path orderPath) (OrderHistory, error) {
		order, err := x.service.Order(ctx, x.call, path.OrderID)
		return renderOrderHistory(x.View, order), err
	}, func(x *exchange) OrderHistory { return renderOrderHistory(x.View, sampleOrder) }),
	read(Route{
		Method: http.MethodGet, Path: "/api/v1/orders/{order_id}/audit", Access: AccessCredential,
		ID: "getOrderAudit", Tag: "Orders", Summary: "Find who moved an order, when and why",
	}, func(ctx context.Context, x *exchange, params orderAuditParams) (OrderAudit, error) {
		zone := x.Settings.TimeZone
		query := seller.AuditQuery{Actor: params.Actor, Since: either(params.From, params.FromDate).since(zone), Until: either(params.To, params.ToDate).until(zone)}
		order, matching, err := x.service.OrderAudit(ctx, x.call, params.OrderID, query)
		return renderOrderAudit(x.View, order, matching), err
	}, func(x *exchange) OrderAudit { return renderOrderAudit(x.View, sampleOrder, sampleOrder.History) }),
	change(Route{
		Method: http.MethodPost, Path: "/api/v1/orders/{order_id}/transition", Access: AccessCredential,
		ID: "transitionOrder", Tag: "Orders", Summary: "Move an order to another status",
		Description: "A buyer may submit and cancel its own orders; the rest is the publisher's. A move that the order's status " +
			"does not allow is refused with current_status and allowed_transitions. Cancelling an order ends the order alone: its deal stays booked and can be ordered again.",
		Example:  `{"to_status": "submitted", "reason": "Creatives are approved"}`,
		Failures: []int{http.StatusForbidden, http.StatusConflict},
	}, changing[orderPath, TransitionRequest, parley.Order, TransitionResponse]{
		run: func(
			ctx context.Context, x *exchange, path orderPath, body *TransitionRequest, encode seller.Encode[parley.Order],
		) (seller.Answer, error) {
			return x.service.TransitionOrder(ctx, x.call, seller.TransitionRequest{
				OrderID: path.OrderID, To: parley.OrderStatus(body.ToStatus), Reason: body.Reason,
				Metadata: json.RawMessage(body.Metadata),
			}, encode)
		},
		render:  renderTransition,
		status:  http.StatusOK,
		example: sampleOrder,
	}),
}

type orderPath struct {
	OrderID string `path:"order_id" maxLength:"128"`
}

type orderFilter struct {
	Status string `query:"status" enum:"draft,submitted,pending_approval,approved,in_progress,syncing,booked,completed,cancelled,rejected,failed,unbooked"`
	DealID string `query:"deal_id" maxLength:"128"`
	Paging
}

type orderAuditParams struct {
	OrderID string  `path:"order_id" maxLength:"128"`
	Actor   string  `query:"actor" maxLength:"200" doc:"As the history names it, or its kind, such as buyer."`
	From    *Moment `query:"from" doc:"At or after a time, or from a day on."`
	To      *Moment `query:"to" doc:"Before a time, or up to the end of a day."`

	FromDate *Moment `query:"from_date" doc:"The same as from."`
	ToDate   *Moment `query:"to_date" doc:"The same as to."`
}

// OrderRequest is the body that opens an order.
type OrderRequest struct {
	Idempotency
	Conversation
	DealID   string `json:"deal_id" maxLength:"128"`
	QuoteID  string `json:"quote_id,omitempty" maxLength:"128" doc:"When given, must be the one that the deal was booked from."`
	Metadata Object `json:"metadata,omitempty"`
}

// TransitionRequest is the body that moves an order. Who moves it is what the credential says.
type TransitionRequest struct {
	Idempotency
	Conversation
	ToStatus string `json:"to_status" maxLength:"64"`
	Reason   string `json:"reason,omitempty" maxLength:"2000"`
	Metadata Object `json:"metadata,omitempty"`
}

// OrderResponse is an order with its history.
type OrderResponse struct {
	OrderID   string             `json:"order_id"`
	Status    parley.OrderStatus `json:"status"`
	DealID    string             `json:"deal_id"`
	QuoteID   *string            `json:"quote_id"`
	Metadata  Object             `json:"metadata"`
	AuditLog  []OrderMove        `json:"audit_log" doc:"Oldest first."`
	CreatedAt time.Time          `json:"created_at"`
	UpdatedAt time.Time          `json:"updated_at"`
	Order     contract.Order     `json:"order" doc:"The same order as the shared contract writes it."`
}

// TransitionResponse is an order that has moved, with the move and those that may follow.
type TransitionResponse struct {
	OrderResponse
	Transition  OrderMove            `json:"transition" doc:"The last move: this one, or the one to the publisher's approval that it led to."`
	AllowedNext []parley.OrderStatus `json:"allowed_next" doc:"Where this caller may move the order from here."`
}

func renderTransition(v wire.View, o parley.Order) TransitionResponse {
	rendered := TransitionResponse{OrderResponse: renderOrder(v, o), AllowedNext: []parley.OrderStatus{}}
	rendered.Transition = rendered.AuditLog[len(rendered.AuditLog)-1]
	for _, to := range o.Status.Next() {
		if v.Caller.IsOperator() || o.Status.BuyerMay(to) {
			rendered.AllowedNext = append(rendered.AllowedNext, to)
		}
	}
	return rendered
}

// OrderMove is one transition of an order.
type OrderMove struct {
	TransitionID string             `json:"transition_id"`
	FromStatus   *string            `json:"from_status" doc:"Null for the order's creation."`
	ToStatus     parley.OrderStatus `json:"to_status"`
	Actor        string             `json:"actor" doc:"To a buyer, the publisher's people are all seller."`
	Reason       string             `json:"reason"`
	Metadata     Object             `json:"metadata"`
	At           time.Time          `json:"at"`
	Timestamp    time.Time          `json:"timestamp" doc:"The same as at."`
}

// OrderHistory is how an order came to where it is.
type OrderHistory struct {
	OrderID       string             `json:"order_id"`
	CurrentStatus parley.OrderStatus `json:"current_status"`
	Transitions   []OrderMove        `json:"transitions" doc:"Oldest first."`
	Count         int                `json:"transition_count"`
}

// OrderAudit are the transitions that a question matched.
type OrderAudit struct {
	OrderID    string      `json:"order_id"`
	AuditLog   []OrderMove `json:"audit_log" doc:"Oldest first."`
	TotalCount int         `json:"total_count"`

	CurrentStatus parley.OrderStatus `json:"current_status"`
	Transitions   []OrderMove        `json:"transitions" doc:"The same as audit_log."`
	Count         int                `json:"transition_count" doc:"The same as total_count."`
}

// OrderReport counts orders.
type OrderReport struct {
	TotalCount  int64            `json:"total_count"`
	ByStatus    map[string]int64 `json:"by_status"`
	Transitions map[string]int64 `json:"transitions" doc:"How often each move was made, such as draft->submitted."`
	Actors      map[string]int64 `json:"actors" doc:"Moves by actor."`

	TotalOrders      int64            `json:"total_orders" doc:"The same as total_count."`
	StatusCounts     map[string]int64 `json:"status_counts" doc:"The same as by_status."`
	TotalTransitions int64            `json:"total_transitions"`
	AverageMoves     Tenths           `json:"avg_transitions_per_order" doc:"To one decimal place; 0 without orders."`
	ActorTypeCounts  map[string]int64 `json:"actor_type_counts" doc:"Moves by the kind of actor, such as buyer or operator."`
	ChangeRequests   ChangeCounts     `json:"change_requests"`
}

// Tenths is a number with one decimal place, in tenths.
type Tenths int64

// MarshalJSON implements json.Marshaler.
func (t Tenths) MarshalJSON() ([]byte, error) {
	return []byte(parley.FormatMicros(int64(t)*(parley.MicrosPerUnit/10), 1)), nil
}

// Schema is a JSON number.
func (Tenths) Schema(huma.Registry) *huma.Schema { return &huma.Schema{Type: huma.TypeNumber} }

// ChangeCounts counts change requests.
type ChangeCounts struct {
	Total    int64            `json:"total"`
	ByStatus map[string]int64 `json:"by_status"`
}

func renderOrder(v wire.View, o parley.Order) OrderResponse {
	return OrderResponse{
		OrderID: o.ID, Status: o.Status, DealID: o.DealID, QuoteID: contract.Optional(o.QuoteID), Metadata: Object(o.Metadata),
		AuditLog: renderMoves(v, o, o.History), CreatedAt: o.CreatedAt, UpdatedAt: o.UpdatedAt,
		Order: contract.OrderOf(o),
	}
}

// renderMoves renders some of an order's moves, in their order. Their ids are the order's and their place in its history.
func renderMoves(v wire.View, o parley.Order, history []parley.OrderTransition) []OrderMove {
	moves := make([]OrderMove, len(history))
	place := 0
	for i, t := range history {
		for place++; place < len(o.History) && !sameMove(o.History[place-1], t); {
			place++
		}
		moves[i] = OrderMove{
			TransitionID: fmt.Sprintf("%s-%d", o.ID, place),
			FromStatus:   contract.Optional(string(t.From)), ToStatus: t.To, Actor: actorFor(v.Caller, t.Actor), Reason: t.Reason,
			Metadata: Object(t.Metadata), At: t.At, Timestamp: t.At,
		}
	}
	return moves
}

func sameMove(a, b parley.OrderTransition) bool {
	return a.From == b.From && a.To == b.To && a.Actor == b.Actor && a.Reason == b.Reason && a.At.Equal(b.At)
}

// actorFor keeps the names of the publisher's people from buyers.
func actorFor(who parley.Principal, actor string) string {
	if !who.IsOperator() && strings.HasPrefix(actor, string(parley.RoleOperator)+":") {
		return "seller"
	}
	return actor
}

func renderOrderHistory(v wire.View, o parley.Order) OrderHistory {
	return OrderHistory{OrderID: o.ID, CurrentStatus: o.Status, Transitions: renderMoves(v, o, o.History), Count: len(o.History)}
}

func renderOrderAudit(v wire.View, o parley.Order, matching []parley.OrderTransition) OrderAudit {
	moves := renderMoves(v, o, matching)
	return OrderAudit{
		OrderID: o.ID, AuditLog: moves, TotalCount: len(moves), CurrentStatus: o.Status, Transitions: moves, Count: len(moves),
	}
}

func renderOrderReport(v wire.View, report parley.OrderReport) OrderReport {
	rendered := OrderReport{
		TotalCount: report.Total, ByStatus: map[string]int64{}, Transitions: map[string]int64{}, Actors: map[string]int64{},
		TotalOrders: report.Total, ActorTypeCounts: map[string]int64{},
		ChangeRequests: ChangeCounts{ByStatus: map[string]int64{}},
	}
	for status, count := range report.ByStatus {
		rendered.ByStatus[string(status)] = count
	}
	rendered.StatusCounts = rendered.ByStatus
	for move, count := range report.Transitions {
		rendered.Transitions[move] = count
		rendered.TotalTransitions += count
	}
	for actor, count := range report.Actors {
		shown := actorFor(v.Caller, actor)
		rendered.Actors[shown] += count
		kind, _, _ := strings.Cut(shown, ":")
		rendered.ActorTypeCounts[kind] += count
	}
	for status, count := range report.Changes {
		rendered.ChangeRequests.ByStatus[string(status)] = count
		rendered.ChangeRequests.Total += count
	}
	if report.Total > 0 {
		rendered.AverageMoves = Tenths((rendered.TotalTransitions*20 + report.Total) / (2 * report.Total))
	}
	return rendered
}
