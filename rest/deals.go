package rest

import (
	"context"
	"net/http"

	"parley"
	"parley/seller"
	"parley/wire"
)

var dealRoutes = []Route{
	change(Route{
		Method: http.MethodPost, Path: "/api/v1/deals", Access: AccessBuyer,
		ID: "bookDeal", Tag: "Deals", Summary: "Book a quote",
		Description: "Turns a quote into a deal at the price quoted. A guaranteed deal reserves its impressions day by day; when " +
			"they are not there, the answer is contention with available_impressions. A booking that the publisher has to " +
			"approve answers 202 with the status proposed.",
		Example: `{"quote_id": "qt-01k1h3v8mq4t7c9w2x5y6z0a1b3d", "notes": "Launch flight", ` +
			`"idempotency_key": "5b1c5a3e-6d0c-4c83-9d6e-0d4a1f5f2a11"}`,
		Failures: []int{http.StatusNotFound, http.StatusConflict, http.StatusGone},
	}, changing[none, wire.BookingRequest, parley.Deal, wire.DealResponse]{
		run: func(
			ctx context.Context, x *exchange, _ none, body *wire.BookingRequest, encode seller.Encode[parley.Deal],
		) (seller.Answer, error) {
			return x.service.BookDeal(ctx, x.call, body.Domain(), encode)
		},
		render:  wire.DealOf,
		status:  http.StatusCreated,
		other:   http.StatusAccepted,
		when:    wire.AwaitsApproval,
		example: sampleDeal,
	}),
	list(Route{
		Method: http.MethodGet, Path: "/api/v1/deals", Access: AccessCredential,
		ID: "listDeals", Tag: "Deals", Summary: "List deals",
	}, listing[wire.DealFilter, parley.Deal, wire.DealResponse]{
		plural: "deals",
		run: func(
			ctx context.Context, x *exchange, filter wire.DealFilter, page seller.Page,
		) (seller.Listing[parley.Deal], error) {
			return x.service.Deals(ctx, x.call, filter.Domain(page))
		},
		render:  wire.DealOf,
		id:      func(deal parley.Deal) string { return deal.ID },
		example: sampleDeal,
	}),
	read(Route{
		Method: http.MethodGet, Path: "/api/v1/deals/{deal_id}", Access: AccessCredential,
		ID: "getDeal", Tag: "Deals", Summary: "Read a deal",
	}, func(ctx context.Context, x *exchange, path dealPath) (wire.DealResponse, error) {
		deal, err := x.service.Deal(ctx, x.call, path.DealID)
		if err != nil {
			return wire.DealResponse{}, err
		}
		return wire.DealOf(x.View, deal), nil
	}, func(x *exchange) wire.DealResponse { return wire.DealOf(x.View, sampleDeal) }),
	change(Route{
		Method: http.MethodPost, Path: "/api/v1/deals/{deal_id}/cancel", Access: AccessOperator, Scopes: approver,
		ID: "cancelDeal", Tag: "Deals", Summary: "Cancel a deal",
		Description: "Ends a deal that has not run its course and gives its inventory back; it needs the role approver. Where one of the publisher's rules for changes " +
			"asks about it, the answer is 202 and the deal goes on: changes has the request that waits, with its approval_id. Once " +
			"that is granted, cancelling again, or applying the request, ends the deal.",
		Example:  `{"reason": "The advertiser withdrew"}`,
		Failures: []int{http.StatusConflict},
	}, changing[dealPath, wire.CancelRequest, parley.Deal, wire.DealResponse]{
		run: func(
			ctx context.Context, x *exchange, path dealPath, body *wire.CancelRequest, encode seller.Encode[parley.Deal],
		) (seller.Answer, error) {
			return x.service.CancelDeal(ctx, x.call, path.DealID, body.Reason, encode)
		},
		render:  wire.DealOf,
		status:  http.StatusOK,
		other:   http.StatusAccepted,
		when:    func(deal parley.Deal) bool { return deal.Status != parley.DealCancelled },
		example: sampleDeal,
	}),
}

type dealPath struct {
	DealID string `path:"deal_id" maxLength:"128"`
}
