package rest

import (
	"net/http"

	"parley"
	"parley/seller"
	"parley/wire"
)

var orderRoutes = []Route{
	act(Route{
		Access: AccessCredential,
		ID:     "createOrder", Tag: "Orders", Summary: "Open an order for a deal",
		Description: "The order starts as a draft. A deal has one order, unless the publisher allows several.",
		Example:     `{"deal_id": "PRLY-7K4MC-X9TRP", "metadata": {"po_number": "PO-1138"}}`,
		Failures:    []int{http.StatusNotFound, http.StatusConflict},
	}, wire.CreateOrder, sampleOrder),
	list(Route{
		Method: http.MethodGet, Path: "/api/v1/orders", Access: AccessCredential,
		ID: "listOrders", Tag: "Orders", Summary: "List orders",
	}, wire.ListOrders, sampleOrder),
	read(Route{
		Method: http.MethodGet, Path: "/api/v1/orders/report", Access: AccessCredential,
		ID: "getOrderReport", Tag: "Orders", Summary: "Count orders by status, transition and actor",
		Description: "Of a period: the orders made in it, with their moves up to now, and the change requests made in it.",
	}, wire.ReportOrders, sampleOrderReport),
	one(Route{
		Method: http.MethodGet, Path: "/api/v1/orders/{order_id}", Access: AccessCredential,
		ID: "getOrder", Tag: "Orders", Summary: "Read an order",
	}, wire.GetOrder, sampleOrder),
	one(Route{
		Method: http.MethodGet, Path: "/api/v1/orders/{order_id}/history", Access: AccessCredential,
		ID: "getOrderHistory", Tag: "Orders", Summary: "Read how an order moved",
	}, wire.GetOrderHistory, sampleOrder),
	read(Route{
		Method: http.MethodGet, Path: "/api/v1/orders/{order_id}/audit", Access: AccessCredential,
		ID: "getOrderAudit", Tag: "Orders", Summary: "Find who moved an order, when and why",
	}, wire.GetOrderAudit, seller.OrderAudit{Order: sampleOrder, Moves: sampleOrder.History, Changes: []parley.ChangeRequest{sampleChange}}),
	actWith[idChange](Route{
		Access: AccessCredential,
		ID:     "transitionOrder", Tag: "Orders", Summary: "Move an order to another status",
		Description: "A buyer may submit and cancel its own orders; the rest is the publisher's. A move that the order's status " +
			"does not allow is refused with current_status and allowed_transitions. Cancelling an order ends the order alone: its deal stays booked and can be ordered again. " +
			"Name the version that you read, in If-Match or as version, to have it refused when somebody else has moved it since.",
		Example:  `{"to_status": "submitted", "reason": "Creatives are approved"}`,
		Failures: []int{http.StatusConflict, http.StatusPreconditionFailed},
	}, wire.TransitionOrder, sampleOrder),
}
