package tool

import (
	"context"
	"encoding/json"
	"net/http"

	"parley"
	"parley/seller"
	"parley/wire"
)

var orderTools = []Tool{
	change(Tool{
		Name: "create_order", Example: `{"deal_id": "PRLY-7K4MC-X9TRP"}`, Title: "Open an order", Description: "Open an order for a booked deal. It starts as a draft; transition_order submits it.",
	}, changing[wire.OrderRequest, parley.Order, wire.OrderResponse]{
		request: func(a *wire.OrderRequest) (string, any) { return "POST /api/v1/orders", a },
		run: func(ctx context.Context, x *Exchange, a *wire.OrderRequest, encode seller.Encode[parley.Order]) (seller.Answer, error) {
			return x.Service.CreateOrder(ctx, x.Call, seller.OrderRequest{
				DealID: a.DealID, QuoteID: a.QuoteID, Metadata: json.RawMessage(a.Metadata),
			}, encode)
		},
		render: wire.OrderOf,
		status: http.StatusCreated,
	}),
	one(Tool{Name: "get_order", Example: `{"order_id": "ORD-01K1H3V8MQ4T7C9W2X5Y6Z0A1B3P"}`, Title: "Read an order", Description: "Read an order, with how it moved."},
		func(ctx context.Context, x *Exchange, a *orderArguments) (parley.Order, error) {
			return x.Service.Order(ctx, x.Call, a.OrderID)
		}, wire.OrderOf),
	list(Tool{Name: "list_orders", Example: `{"deal_id": "PRLY-7K4MC-X9TRP"}`, Title: "List orders", Description: "List orders, a page at a time."},
		listing[wire.OrderFilter, parley.Order, wire.OrderResponse]{
			plural: "orders",
			run: func(ctx context.Context, x *Exchange, a wire.OrderFilter, page seller.Page) (seller.Listing[parley.Order], error) {
				return x.Service.Orders(ctx, x.Call, seller.OrderFilter{Status: parley.OrderStatus(a.Status), DealID: a.DealID, Page: page})
			},
			render: wire.OrderOf,
			id:     func(o parley.Order) string { return o.ID },
		}),
	change(Tool{
		Name: "transition_order", Example: `{"order_id": "ORD-01K1H3V8MQ4T7C9W2X5Y6Z0A1B3P", "new_status": "submitted"}`, Title: "Move an order",
		Description: "Move an order to another status. A buyer may submit and cancel its own; the rest is the publisher's. A move that its status " +
			"does not allow is refused with allowed_transitions.",
	}, changing[transitionArguments, parley.Order, wire.TransitionResponse]{
		request: func(a *transitionArguments) (string, any) {
			return "POST /api/v1/orders/" + a.OrderID + "/transition", a.body()
		},
		run: func(ctx context.Context, x *Exchange, a *transitionArguments, encode seller.Encode[parley.Order]) (seller.Answer, error) {
			answer, err := x.Service.TransitionOrder(ctx, x.Call, seller.TransitionRequest{
				OrderID: a.OrderID, To: parley.OrderStatus(a.NewStatus), Reason: a.Reason,
			}, encode)
			return answer, wire.CalledSo(err, map[string]string{"to_status": "new_status"})
		},
		render: wire.TransitionOf,
		status: http.StatusOK,
	}),
	change(Tool{
		Name: "request_change", Example: `{"type": "flight_dates", "deal_id": "PRLY-7K4MC-X9TRP", "proposed": {"flight_end": "2026-09-02"}, "reason": "Launch moved"}`, Needs: OneOf("deal_id", "order_id"), Title: "Ask for a change",
		Description: "Ask for a booked deal to be changed: other dates, volume or price, or an end. A small change is approved at once, any other " +
			"waits for the publisher. An approved one is carried out with apply_change.",
	}, changing[changeArguments, parley.ChangeRequest, wire.ChangeResponse]{
		request: func(a *changeArguments) (string, any) { return "POST /api/v1/change-requests", a.body() },
		run: func(ctx context.Context, x *Exchange, a *changeArguments, encode seller.Encode[parley.ChangeRequest]) (seller.Answer, error) {
			input, names, _, err := a.body().Domain(x.Settings.TimeZone, true)
			if err == nil {
				var answer seller.Answer
				if answer, err = x.Service.RequestChange(ctx, x.Call, input, encode); err == nil {
					return answer, nil
				}
			}
			called := map[string]string{"change_type": "type", "proposed_values": "proposed"}
			return seller.Answer{}, wire.CalledSo(wire.CalledSo(err, names), called)
		},
		render: wire.ChangeOf,
		status: http.StatusCreated,
	}),
	one(Tool{Name: "get_change", Example: `{"change_request_id": "CR-01K1H3V8MQ4T7C9W2X5Y6Z0A1B3Q"}`, Title: "Read a change request", Description: "Read a change request."},
		func(ctx context.Context, x *Exchange, a *changeIDArguments) (parley.ChangeRequest, error) {
			return x.Service.Change(ctx, x.Call, a.ChangeRequestID)
		}, wire.ChangeOf),
	list(Tool{Name: "list_changes", Example: `{"status": "pending_approval"}`, Title: "List change requests", Description: "List change requests, a page at a time."},
		listing[wire.ChangeFilter, parley.ChangeRequest, wire.ChangeResponse]{
			plural: "change_requests",
			run: func(ctx context.Context, x *Exchange, a wire.ChangeFilter, page seller.Page) (seller.Listing[parley.ChangeRequest], error) {
				return x.Service.Changes(ctx, x.Call, seller.ChangeFilter{
					Status: parley.ChangeStatus(a.Status), Type: parley.ChangeType(a.ChangeType), DealID: a.DealID, OrderID: a.OrderID, Page: page,
				})
			},
			render: wire.ChangeOf,
			id:     func(c parley.ChangeRequest) string { return c.ID },
		}),
	change(Tool{
		Name: "apply_change", Example: `{"change_request_id": "CR-01K1H3V8MQ4T7C9W2X5Y6Z0A1B3Q"}`, Title: "Apply a change",
		Description: "Carry out an approved change: deal, orders and inventory together, or nothing. It is judged anew, and may wait for the publisher again.",
	}, changing[applyArguments, parley.ChangeRequest, wire.ChangeResponse]{
		request: func(a *applyArguments) (string, any) {
			return "POST /api/v1/change-requests/" + a.ChangeRequestID + "/apply", &a.Idempotency // the API's has no other body
		},
		run: func(ctx context.Context, x *Exchange, a *applyArguments, encode seller.Encode[parley.ChangeRequest]) (seller.Answer, error) {
			return x.Service.ApplyChange(ctx, x.Call, a.ChangeRequestID, encode)
		},
		render: wire.ChangeOf,
		status: http.StatusOK,
		other:  http.StatusAccepted,
		waits:  func(c parley.ChangeRequest) bool { return c.Status == parley.ChangePendingApproval },
	}),
}

type orderArguments struct {
	OrderID string `json:"order_id" maxLength:"128"`
}

type transitionArguments struct {
	wire.Idempotency
	wire.Conversation
	OrderID   string `json:"order_id" maxLength:"128"`
	NewStatus string `json:"new_status" maxLength:"64" doc:"Such as submitted or cancelled."`
	Reason    string `json:"reason,omitempty" maxLength:"2000"`
}

// body is the API's request for the same.
func (a *transitionArguments) body() *wire.TransitionRequest {
	return &wire.TransitionRequest{Idempotency: a.Idempotency, Conversation: a.Conversation, ToStatus: a.NewStatus, Reason: a.Reason}
}

type changeArguments struct {
	wire.Idempotency
	wire.Conversation
	Type     string            `json:"type" maxLength:"64" doc:"flight_dates, impressions, pricing, creative, targeting, cancellation, makegood or other."`
	DealID   string            `json:"deal_id,omitempty" maxLength:"128" doc:"The deal to change, or"`
	OrderID  string            `json:"order_id,omitempty" maxLength:"128" doc:"an order of it."`
	Proposed wire.Object       `json:"proposed,omitempty" doc:"What the terms should become: flight_start, flight_end, impressions, price; of a cancellation cancel_pct and effective_date."`
	Expected []wire.DiffCreate `json:"expected,omitempty" maxItems:"50" doc:"What they are now, as field and old_value: the request is refused when the deal has others."`
	Reason   string            `json:"reason,omitempty" maxLength:"2000"`
	Makegood wire.Object       `json:"makegood,omitempty" doc:"Required with type makegood."`
}

// body is the API's request for the same.
func (a *changeArguments) body() *wire.ChangeCreate {
	return &wire.ChangeCreate{
		Idempotency: a.Idempotency, Conversation: a.Conversation, ChangeType: a.Type, DealID: a.DealID, OrderID: a.OrderID,
		ProposedValues: a.Proposed, Diffs: a.Expected, Reason: a.Reason, Makegood: a.Makegood,
	}
}

type changeIDArguments struct {
	ChangeRequestID string `json:"change_request_id" maxLength:"128"`
}

type applyArguments struct {
	wire.Idempotency
	ChangeRequestID string `json:"change_request_id" maxLength:"128"`
}
