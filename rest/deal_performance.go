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
		Description: "What is known: the booked terms, the days of the flight, the orders. Nothing that counts deliveries is connected, so " +
			"that impressions_served, fill_rate, win_rate and avg_cpm_actual are null, and so is delivery_pacing once the flight " +
			"has begun. They are never estimated.",
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
