package wire

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"parley"
	"parley/seller"
	"parley/wire/contract"
)

// OrderFilter narrows a list of orders.
type OrderFilter struct {
	Status string `json:"status,omitempty" query:"status" enum:"draft,submitted,pending_approval,approved,in_progress,syncing,booked,completed,cancelled,rejected,failed,unbooked"`
	DealID string `json:"deal_id,omitempty" query:"deal_id" maxLength:"128"`
	Paging
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

// TransitionOf writes an order that has moved.
func TransitionOf(v View, o parley.Order) TransitionResponse {
	rendered := TransitionResponse{OrderResponse: OrderOf(v, o), AllowedNext: []parley.OrderStatus{}}
	rendered.Transition = rendered.AuditLog[len(rendered.AuditLog)-1]
	for _, to := range o.Status.Next() {
		if v.Caller.MayMoveOrder(o.Status, to) {
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
	CreatedAt     time.Time          `json:"created_at"`

	ChangeRequests     []ChangeResponse `json:"change_requests" doc:"All that were asked of the order or of its whole deal, whatever the question."`
	ChangeRequestCount int              `json:"change_request_count"`
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

// OrderOf writes an order.
func OrderOf(v View, o parley.Order) OrderResponse {
	return OrderResponse{
		OrderID: o.ID, Status: o.Status, DealID: o.DealID, QuoteID: contract.Optional(o.QuoteID), Metadata: Object(o.Metadata),
		AuditLog: movesOf(v, o, o.History), CreatedAt: o.CreatedAt, UpdatedAt: o.UpdatedAt,
		Order: contract.OrderOf(o),
	}
}

// movesOf renders some of an order's moves, in their order. Their ids are the order's and their place in its history.
func movesOf(v View, o parley.Order, history []parley.OrderTransition) []OrderMove {
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

// OrderHistoryOf writes how an order moved.
func OrderHistoryOf(v View, o parley.Order) OrderHistory {
	return OrderHistory{OrderID: o.ID, CurrentStatus: o.Status, Transitions: movesOf(v, o, o.History), Count: len(o.History)}
}

// OrderAuditOf writes the moves that a question matched.
func OrderAuditOf(v View, a seller.OrderAudit) OrderAudit {
	moves := movesOf(v, a.Order, a.Moves)
	rendered := OrderAudit{
		OrderID: a.Order.ID, AuditLog: moves, TotalCount: len(moves), CurrentStatus: a.Order.Status, Transitions: moves, Count: len(moves),
		CreatedAt: a.Order.CreatedAt, ChangeRequests: []ChangeResponse{}, ChangeRequestCount: len(a.Changes),
	}
	for _, c := range a.Changes {
		rendered.ChangeRequests = append(rendered.ChangeRequests, ChangeOf(v, c))
	}
	return rendered
}

// OrderReportOf writes the counts of orders.
func OrderReportOf(v View, report parley.OrderReport) OrderReport {
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

// What is asked of orders.
var (
	GetOrder        = Lookup[parley.Order, OrderResponse]{(*seller.Service).Order, OrderOf}
	GetOrderHistory = Lookup[parley.Order, OrderHistory]{(*seller.Service).Order, OrderHistoryOf}
	ListOrders      = List[OrderFilter, parley.Order, OrderResponse]{
		Plural: "orders", Render: OrderOf, ID: func(order parley.Order) string { return order.ID },
		Find: func(ctx context.Context, x *Exchange, f OrderFilter, page seller.Page) (seller.Listing[parley.Order], error) {
			return x.Service.Orders(ctx, x.Call, seller.OrderFilter{
				Status: parley.OrderStatus(f.Status), DealID: f.DealID, Page: page,
			})
		},
	}
	CreateOrder = act("POST /api/v1/orders", Made, OrderOf,
		func(ctx context.Context, x *Exchange, _ string, body *OrderRequest, encode seller.Encode[parley.Order]) (seller.Answer, error) {
			return x.Service.CreateOrder(ctx, x.Call, seller.OrderRequest{
				DealID: body.DealID, QuoteID: body.QuoteID, Metadata: json.RawMessage(body.Metadata),
			}, encode)
		})
	TransitionOrder = act("POST /api/v1/orders/{order_id}/transition", Done, TransitionOf,
		func(ctx context.Context, x *Exchange, id string, body *TransitionRequest, encode seller.Encode[parley.Order]) (seller.Answer, error) {
			return x.Service.TransitionOrder(ctx, x.Call, seller.TransitionRequest{
				OrderID: id, To: parley.OrderStatus(body.ToStatus), Reason: body.Reason,
				Metadata: json.RawMessage(body.Metadata),
			}, encode)
		})
)
