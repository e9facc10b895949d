package wire

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"parley"
	"parley/seller"
	"parley/wire/contract"
	"parley/wire/document"
)

// TransitionOf writes an order that has moved.
func TransitionOf(v View, o parley.Order) document.TransitionResponse {
	rendered := document.TransitionResponse{OrderResponse: OrderOf(v, o), AllowedNext: []parley.OrderStatus{}}
	rendered.Transition = rendered.AuditLog[len(rendered.AuditLog)-1]
	for _, to := range o.Status.Next() {
		if v.Caller.MayMoveOrder(o.Status, to) {
			rendered.AllowedNext = append(rendered.AllowedNext, to)
		}
	}
	return rendered
}

// OrderOf writes an order.
func OrderOf(v View, o parley.Order) document.OrderResponse {
	return document.OrderResponse{
		OrderID: o.ID, Status: o.Status, DealID: o.DealID, QuoteID: contract.Optional(o.QuoteID), Metadata: document.Object(o.Metadata),
		AuditLog: movesOf(v, o, o.History), Version: o.Version, CreatedAt: o.CreatedAt, UpdatedAt: o.UpdatedAt,
		Order: contract.OrderOf(o),
	}
}

// movesOf renders some of an order's moves, in their order. Their ids are the order's and their place in its history.
func movesOf(v View, o parley.Order, history []parley.OrderTransition) []document.OrderMove {
	moves := make([]document.OrderMove, len(history))
	place := 0
	for i, t := range history {
		for place++; place < len(o.History) && !sameMove(o.History[place-1], t); {
			place++
		}
		moves[i] = document.OrderMove{
			TransitionID: fmt.Sprintf("%s-%d", o.ID, place),
			FromStatus:   contract.Optional(t.From), ToStatus: t.To, Actor: actorFor(v.Caller, t.Actor), Reason: t.Reason,
			Metadata: document.Object(t.Metadata), At: t.At, Timestamp: t.At,
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
func OrderHistoryOf(v View, o parley.Order) document.OrderHistory {
	return document.OrderHistory{OrderID: o.ID, CurrentStatus: o.Status, Transitions: movesOf(v, o, o.History), Count: len(o.History)}
}

// OrderAuditQuestion asks for the audit of an order.
type OrderAuditQuestion struct {
	OrderID string `path:"order_id" maxLength:"128"`
	Actor   string `query:"actor" maxLength:"200" doc:"As the history names it, or its kind, such as buyer."`
	Between
}

// OrderAuditOf writes the moves that a question matched.
func OrderAuditOf(v View, a seller.OrderAudit) document.OrderAudit {
	moves := movesOf(v, a.Order, a.Moves)
	rendered := document.OrderAudit{
		OrderID: a.Order.ID, AuditLog: moves, TotalCount: len(moves), CurrentStatus: a.Order.Status, Transitions: moves, Count: len(moves),
		CreatedAt: a.Order.CreatedAt, ChangeRequests: []document.ChangeResponse{}, ChangeRequestCount: len(a.Changes),
	}
	for _, c := range a.Changes {
		rendered.ChangeRequests = append(rendered.ChangeRequests, ChangeOf(v, c))
	}
	return rendered
}

// OrderReportOf writes the counts of orders.
func OrderReportOf(v View, report parley.OrderReport) document.OrderReport {
	rendered := document.OrderReport{
		TotalCount: report.Total, ByStatus: map[string]int64{}, Transitions: map[string]int64{}, Actors: map[string]int64{},
		TotalOrders: report.Total, ActorTypeCounts: map[string]int64{},
		ChangeRequests: document.ChangeCounts{ByStatus: map[string]int64{}},
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
		rendered.AverageMoves = document.Tenths((rendered.TotalTransitions*20 + report.Total) / (2 * report.Total))
	}
	return rendered
}

// What is asked of orders.
var (
	ReportOrders = Question[Between, parley.OrderReport, document.OrderReport]{
		Find: func(ctx context.Context, x *Exchange, q Between) (parley.OrderReport, error) {
			return x.Service.OrderReport(ctx, x.Call, q.Period(x.Settings.TimeZone))
		},
		Render: OrderReportOf,
	}
	GetOrderAudit = Question[OrderAuditQuestion, seller.OrderAudit, document.OrderAudit]{
		Find: func(ctx context.Context, x *Exchange, q OrderAuditQuestion) (seller.OrderAudit, error) {
			return x.Service.OrderAudit(ctx, x.Call, q.OrderID, seller.AuditQuery{Actor: q.Actor, Period: q.Period(x.Settings.TimeZone)})
		},
		Render: OrderAuditOf,
	}
	GetOrder        = Lookup[parley.Order, document.OrderResponse]{(*seller.Service).Order, OrderOf}
	GetOrderHistory = Lookup[parley.Order, document.OrderHistory]{(*seller.Service).Order, OrderHistoryOf}
	ListOrders      = List[document.OrderFilter, parley.Order, document.OrderResponse]{
		Plural: "orders", Render: OrderOf, ID: func(order parley.Order) string { return order.ID },
		Find: func(ctx context.Context, x *Exchange, f document.OrderFilter, page seller.Page) (seller.Listing[parley.Order], error) {
			return x.Service.Orders(ctx, x.Call, seller.OrderFilter{
				Status: f.Status, DealID: f.DealID, Page: page,
			})
		},
	}
	CreateOrder = act("POST /api/v1/orders", Made, OrderOf,
		func(ctx context.Context, x *Exchange, _ string, body *document.OrderRequest, encode seller.Encode[parley.Order]) (seller.Answer, error) {
			return x.Service.CreateOrder(ctx, x.Call, seller.OrderRequest{
				DealID: body.DealID, QuoteID: body.QuoteID, Metadata: json.RawMessage(body.Metadata),
			}, encode)
		})
	TransitionOrder = act("POST /api/v1/orders/{order_id}/transition", Done, TransitionOf,
		func(ctx context.Context, x *Exchange, id string, body *document.TransitionRequest, encode seller.Encode[parley.Order]) (seller.Answer, error) {
			expected, err := x.MadeFrom(body.Version)
			if err != nil {
				return seller.Answer{}, err
			}
			return x.Service.TransitionOrder(ctx, x.Call, seller.TransitionRequest{
				OrderID: id, To: body.ToStatus, Reason: body.Reason, Version: expected,
				Metadata: json.RawMessage(body.Metadata),
			}, encode)
		})
)
