package rest

import (
	"net/http"

	"parley"
	"parley/seller"
	"parley/wire"
)

var dealShareRoutes = []Route{
	one(Route{
		Method: http.MethodGet, Path: "/api/v1/deals/{deal_id}/shares", Access: AccessOperator, Scopes: viewer,
		ID: "listDealShares", Tag: "Deals", Summary: "List the links to a deal's sheet",
	}, wire.GetDealShares, []parley.DealShare{sampleShare}),
	act(Route{
		Access: AccessOperator, Scopes: desk,
		ID: "shareDeal", Tag: "Deals", Summary: "Make a link to a deal's sheet",
		Description: "Anybody who has the link reads what the deal's buyer may know of it, as it is then, and how to run it in the buyer's own " +
			"DSP: no floor, and nothing of the desk's. It lasts for 90 days, or until it is ended. The path is in the first answer alone.",
		Example:  repeatedExample,
		Failures: []int{http.StatusNotFound, http.StatusConflict},
	}, wire.ShareDeal, seller.SharedDeal{DealShare: sampleShare, Secret: "ask_live_EXAMPLE"}),
	act(Route{
		Access: AccessOperator, Scopes: desk,
		ID: "endDealShare", Tag: "Deals", Summary: "End a link to a deal's sheet",
		Example:  repeatedExample,
		Failures: []int{http.StatusNotFound, http.StatusConflict},
	}, wire.EndShare, sampleShare),
}
