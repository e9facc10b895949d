package tool

import (
	"parley"
	"parley/wire"
	"parley/wire/document"
)

var orderTools = []Tool{
	act(Tool{
		Name: "create_order", Example: `{"deal_id": "PRLY-7K4MC-X9TRP"}`, Title: "Open an order", Description: "Open an order for a booked deal. It starts as a draft; transition_order submits it.",
	}, wire.CreateOrder),
	one(Tool{Name: "get_order", Example: `{"order_id": "ORD-01K1H3V8MQ4T7C9W2X5Y6Z0A1B3P"}`, Title: "Read an order", Description: "Read an order, with how it moved."}, "order_id", wire.GetOrder),
	list(Tool{Name: "list_orders", Example: `{"deal_id": "PRLY-7K4MC-X9TRP"}`, Title: "List orders", Description: "List orders, a page at a time."}, wire.ListOrders),
	actAs(Tool{
		Name: "transition_order", Example: `{"order_id": "ORD-01K1H3V8MQ4T7C9W2X5Y6Z0A1B3P", "new_status": "submitted"}`, Called: map[string]string{"to_status": "new_status"},
		Title: "Move an order",
		Description: "Move an order to another status. A buyer may submit and cancel its own; the rest is the publisher's. A move that its status " +
			"does not allow is refused with allowed_transitions.",
	}, wire.TransitionOrder, (*transitionArguments).api),
	actAs(Tool{
		Name: "request_change", Example: `{"type": "flight_dates", "deal_id": "PRLY-7K4MC-X9TRP", "proposed": {"flight_end": "2026-09-02"}, "reason": "Launch moved"}`, Needs: OneOf("deal_id", "order_id"),
		Called: map[string]string{"change_type": "type", "proposed_values": "proposed"}, Title: "Ask for a change",
		Description: "Ask for a booked deal to be changed: other dates, volume or price, or an end. A small change is approved at once, any other " +
			"waits for the publisher. An approved one is carried out with apply_change.",
	}, wire.RequestChange, func(a *changeArguments) (string, *document.ChangeCreate) { return "", a.body() }),
	one(Tool{Name: "get_change", Example: `{"change_request_id": "CR-01K1H3V8MQ4T7C9W2X5Y6Z0A1B3Q"}`, Title: "Read a change request", Description: "Read a change request."}, "change_request_id", wire.GetChange),
	list(Tool{Name: "list_changes", Example: `{"status": "pending_approval"}`, Title: "List change requests", Description: "List change requests, a page at a time."}, wire.ListChanges),
	actAs(Tool{
		Name: "apply_change", Example: `{"change_request_id": "CR-01K1H3V8MQ4T7C9W2X5Y6Z0A1B3Q"}`, Title: "Apply a change",
		Description: "Carry out an approved change: deal, orders and inventory together, or nothing. It is judged anew, and may wait for the publisher again.",
	}, wire.ApplyChange, func(a *applyArguments) (string, *wire.Repeated) {
		return a.ChangeRequestID, &wire.Repeated{Idempotency: a.Idempotency}
	}),
}

type transitionArguments struct {
	wire.Idempotency
	wire.Conversation
	OrderID   string             `json:"order_id" maxLength:"128"`
	NewStatus parley.OrderStatus `json:"new_status" maxLength:"64" doc:"Such as submitted or cancelled."`
	Reason    string             `json:"reason,omitempty" maxLength:"2000"`
	Version   *int64             `json:"version,omitempty" minimum:"1" doc:"Of the order that you read: refused when it has moved since."`
}

// api is the API's request for the same.
func (a *transitionArguments) api() (string, *document.TransitionRequest) {
	return a.OrderID, &document.TransitionRequest{
		Idempotency: a.Idempotency, Conversation: a.Conversation, ToStatus: a.NewStatus, Reason: a.Reason, Version: a.Version,
	}
}

type changeArguments struct {
	wire.Idempotency
	wire.Conversation
	Type     parley.ChangeType     `json:"type" maxLength:"64" doc:"flight_dates, impressions, pricing, creative, targeting, cancellation, makegood or other."`
	DealID   string                `json:"deal_id,omitempty" maxLength:"128" doc:"The deal to change, or"`
	OrderID  string                `json:"order_id,omitempty" maxLength:"128" doc:"an order of it."`
	Proposed document.Object       `json:"proposed,omitempty" doc:"What the terms should become: flight_start, flight_end, impressions, price; of a cancellation cancel_pct and effective_date alone."`
	Expected []document.DiffCreate `json:"expected,omitempty" maxItems:"50" doc:"What they are now, as field and old_value: the request is refused when the deal has others."`
	Reason   string                `json:"reason,omitempty" maxLength:"2000"`
	Makegood document.Object       `json:"makegood,omitempty" doc:"Required with type makegood."`
}

// body is the API's request for the same.
func (a *changeArguments) body() *document.ChangeCreate {
	return &document.ChangeCreate{
		Idempotency: a.Idempotency, Conversation: a.Conversation, ChangeType: a.Type, DealID: a.DealID, OrderID: a.OrderID,
		ProposedValues: a.Proposed, Diffs: a.Expected, Reason: a.Reason, Makegood: a.Makegood,
	}
}

type applyArguments struct {
	wire.Idempotency
	ChangeRequestID string `json:"change_request_id" maxLength:"128"`
}
