package rest

import (
	"net/http"

	"parley/wire"
)

var dealRoutes = []Route{
	act(Route{
		Access: AccessBuyer,
		ID:     "bookDeal", Tag: "Deals", Summary: "Book a quote",
		Description: "Turns a quote into a deal at the price quoted. A guaranteed deal reserves its impressions day by day; when " +
			"they are not there, the answer is contention with available_impressions. A booking that the publisher has to " +
			"approve answers 202 with the status proposed.",
		Example: `{"quote_id": "qt-01k1h3v8mq4t7c9w2x5y6z0a1b3d", "notes": "Launch flight", ` +
			`"idempotency_key": "5b1c5a3e-6d0c-4c83-9d6e-0d4a1f5f2a11"}`,
		Failures: []int{http.StatusNotFound, http.StatusConflict, http.StatusGone},
	}, wire.BookDeal, sampleDeal),
	list(Route{
		Method: http.MethodGet, Path: "/api/v1/deals", Access: AccessCredential,
		ID: "listDeals", Tag: "Deals", Summary: "List deals",
	}, wire.ListDeals, sampleDeal),
	one(Route{
		Method: http.MethodGet, Path: "/api/v1/deals/{deal_id}", Access: AccessCredential,
		ID: "getDeal", Tag: "Deals", Summary: "Read a deal",
	}, wire.GetDeal, sampleDeal),
	act(Route{
		Access: AccessOperator, Scopes: approver,
		ID: "cancelDeal", Tag: "Deals", Summary: "Cancel a deal",
		Description: "Ends a deal that has not run its course and gives its inventory back; it needs the role approver. Where one of the publisher's rules for changes " +
			"asks about it, the answer is 202 and the deal goes on: changes has the request that waits, with its approval_id. Once " +
			"that is granted, cancelling again, or applying the request, ends the deal.",
		Example:  `{"reason": "The advertiser withdrew"}`,
		Failures: []int{http.StatusConflict},
	}, wire.CancelDeal, sampleDeal),
}
