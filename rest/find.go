package rest

import (
	"net/http"

	"parley/seller"
	"parley/wire"
)

var findRoutes = []Route{
	read(Route{
		Method: http.MethodGet, Path: "/api/v1/find", Access: AccessOperator, Scopes: viewer,
		ID: "find", Tag: "Operations", Summary: "Find deals, products, buyers, agents and quotes by words",
	}, wire.GetFindings, seller.Findings{Found: []seller.Found{
		{Kind: seller.FoundDeal, ID: sampleDeal.ID, Title: sampleDeal.ID, Note: "Live sports for Harbour, booked"},
	}}),
}
