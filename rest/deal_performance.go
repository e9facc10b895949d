package rest

import (
	"net/http"

	"parley"
	"parley/seller"
	"parley/wire"
)

var dealPerformanceRoutes = []Route{
	one(Route{
		Method: http.MethodGet, Path: "/api/v1/deals/{deal_id}/performance", Access: AccessCredential,
		ID: "getDealPerformance", Tag: "Deals", Summary: "Read how a deal runs",
		Description: "What is known: the booked terms, the days of the flight, the orders, and what the source says whose figures of the " +
			"deal's delivery count. What it does not say is null, and never estimated.",
	}, wire.GetDealPerformance, seller.DealPerformance{Deal: sampleDeal, Orders: []parley.Order{sampleOrder}, FlightDays: 31}),
}
