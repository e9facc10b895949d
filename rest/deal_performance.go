package rest

import (
	"context"
	"net/http"

	"parley"
	"parley/seller"
	"parley/wire"
)

var dealPerformanceRoutes = []Route{
	read(Route{
		Method: http.MethodGet, Path: "/api/v1/deals/{deal_id}/performance", Access: AccessCredential,
		ID: "getDealPerformance", Tag: "Deals", Summary: "Read how a deal runs",
		Description: "What is known: the booked terms, the days of the flight, the orders, and what the source says whose figures of the " +
			"deal's delivery count. What it does not say is null, and never estimated.",
	}, func(ctx context.Context, x *exchange, path dealPath) (wire.DealPerformance, error) {
		found, err := x.service.DealPerformance(ctx, x.call, path.DealID)
		if err != nil {
			return wire.DealPerformance{}, err
		}
		return wire.DealPerformanceOf(x.View, found), nil
	}, func(x *exchange) wire.DealPerformance {
		return wire.DealPerformanceOf(x.View, seller.DealPerformance{Deal: sampleDeal, Orders: []parley.Order{sampleOrder}, FlightDays: 31})
	}),
}
