package rest

import (
	"context"
	"encoding/json"
	"net/http"

	"parley"
	"parley/seller"
	"parley/wire"
)

var orderRoutes = []Route{
	change(Route{
		Method: http.MethodPost, Path: "/api/v1/orders", Access: AccessCredential,
		ID: "createOrder", Tag: "Orders", Summary: "Open an order for a deal",
		Description: "The order starts as a draft. A deal has one order, unless the publisher allows several.",
		Example:     `{"deal_id": "PRLY-7K4MC-X9TRP", "metadata": {"po_number": "PO-1138"}}`,
		Failures:    []int{http.StatusNotFound, http.StatusConflict},
	}, changing[none, wire.OrderRequest, parley.Order, wire.OrderResponse]{
		run: func(
			ctx context.Context, x *exchange, _ none, body *wire.OrderRequest, encode seller.Encode[parley.Order],
		) (seller.Answer, error) {
			return x.service.CreateOrder(ctx, x.call, seller.OrderRequest{
				DealID: body.DealID, QuoteID: body.QuoteID, Metadata: json.RawMessage(body.Metadata),
			}, encode)
		},
		render:  wire.OrderOf,
		status:  http.StatusCreated,
		example: sampleOrder,
	}),
	list(Route{
		Method: http.MethodGet, Path: "/api/v1/orders", Access: AccessCredential,
		ID: "listOrders", Tag: "Orders", Summary: "List orders",
	}, listing[wire.OrderFilter, parley.Order, wire.OrderResponse]{
		plural: "orders",
		run: func(
			ctx context.Context, x *exchange, filter wire.OrderFilter, page seller.Page,
		) (seller.Listing[parley.Order], error) {
			return x.service.Orders(ctx, x.call, seller.OrderFilter{
				Status: parley.OrderStatus(filter.Status), DealID: filter.DealID, Page: page,
			})
		},
		render:  wire.OrderOf,
		id:      func(order parley.Order) string { return order.ID },
		example: sampleOrder,
	}),
	one(Route{
		Method: http.MethodGet, Path: "/api/v1/orders/report", Access: AccessCredential,
		ID: "getOrderReport", Tag: "Orders", Summary: "Count orders by status, transition and actor",
		Description: "Of a period: the orders made in it, with their moves up to now, and the change requests made in it.",
	}, func(ctx context.Context, x *exchange, params wire.Between) (parley.OrderReport, error) {
		return x.service.OrderReport(ctx, x.call, params.Period(x.Settings.TimeZone))
	}, wire.OrderReportOf, sampleOrderReport),
	one(Route{
		Method: http.MethodGet, Path: "/api/v1/orders/{order_id}", Access: AccessCredential,
		ID: "getOrder", Tag: "Orders", Summary: "Read an order",
	}, func(ctx context.Context, x *exchange, path orderPath) (parley.Order, error) {
		return x.service.Order(ctx, x.call, path.OrderID)
	}, wire.OrderOf, sampleOrder),
	one(Route{
		Method: http.MethodGet, Path: "/api/v1/orders/{order_id}/history", Access: AccessCredential,
		ID: "getOrderHistory", Tag: "Orders", Summary: "Read how an order moved",
	}, func(ctx context.Context, x *exchange, path orderPath) (parley.Order, error) {
		return x.service.Order(ctx, x.call, path.OrderID)
	}, wire.OrderHistoryOf, sampleOrder),
	read(Route{
		Method: http.MethodGet, Path: "/api/v1/orders/{order_id}/audit", Access: AccessCredential,
		ID: "getOrderAudit", Tag: "Orders", Summary: "Find who moved an order, when and why",
	}, func(ctx context.Context, x *exchange, params orderAuditParams) (wire.OrderAudit, error) {
		query := seller.AuditQuery{Actor: params.Actor, Period: params.Period(x.Settings.TimeZone)}
		audit, err := x.service.OrderAudit(ctx, x.call, params.OrderID, query)
		return wire.OrderAuditOf(x.View, audit), err
	}, func(x *exchange) wire.OrderAudit {
		return wire.OrderAuditOf(x.View, seller.OrderAudit{Order: sampleOrder, Moves: sampleOrder.History, Changes: []parley.ChangeRequest{sampleChange}})
	}),
	change(Route{
		Method: http.MethodPost, Path: "/api/v1/orders/{order_id}/transition", Access: AccessCredential,
		ID: "transitionOrder", Tag: "Orders", Summary: "Move an order to another status",
		Description: "A buyer may submit and cancel its own orders; the rest is the publisher's. A move that the order's status " +
			"does not allow is refused with current_status and allowed_transitions. Cancelling an order ends the order alone: its deal stays booked and can be ordered again.",
		Example:  `{"to_status": "submitted", "reason": "Creatives are approved"}`,
		Failures: []int{http.StatusForbidden, http.StatusConflict},
	}, changing[orderPath, wire.TransitionRequest, parley.Order, wire.TransitionResponse]{
		run: func(
			ctx context.Context, x *exchange, path orderPath, body *wire.TransitionRequest, encode seller.Encode[parley.Order],
		) (seller.Answer, error) {
			return x.service.TransitionOrder(ctx, x.call, seller.TransitionRequest{
				OrderID: path.OrderID, To: parley.OrderStatus(body.ToStatus), Reason: body.Reason,
				Metadata: json.RawMessage(body.Metadata),
			}, encode)
		},
		render:  wire.TransitionOf,
		status:  http.StatusOK,
		example: sampleOrder,
	}),
}

type orderPath struct {
	OrderID string `path:"order_id" maxLength:"128"`
}

type orderAuditParams struct {
	OrderID string `path:"order_id" maxLength:"128"`
	Actor   string `query:"actor" maxLength:"200" doc:"As the history names it, or its kind, such as buyer."`
	wire.Between
}
