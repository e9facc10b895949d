package rest

import (
	"net/http"

	"parley/wire"
)

var holdRoutes = []Route{
	act(Route{
		Access: AccessSubscriber, Scopes: desk,
		ID: "holdQuote", Tag: "Quotes", Summary: "Hold the impressions of a quote",
		Description: "Keeps the impressions of a guaranteed quote free for its buyer until an instant, with its quote's end as the latest; " +
			"booking the quote takes them. Asked again, the hold that there is is answered. How many holds on a product a buyer can have " +
			"at a time, how long one lasts and how much of what is free they can have are the publisher's settings; beyond them the " +
			"answer is contention. An operator holds for the quote's buyer, which keeps the quote open as long.",
		Example:  `{"hours": 24}`,
		Failures: []int{http.StatusNotFound, http.StatusConflict, http.StatusGone},
	}, wire.HoldQuote, sampleHold),
	act(Route{
		Access: AccessSubscriber, Scopes: desk,
		ID: "releaseHold", Tag: "Quotes", Summary: "Give back what is held of a quote",
		Description: "A hold that has ended is answered as it is.",
	}, wire.ReleaseHold, sampleHold),
	one(Route{
		Method: http.MethodGet, Path: "/api/v1/quotes/{quote_id}/hold", Access: AccessCredential,
		ID: "getHold", Tag: "Quotes", Summary: "Read the newest hold of a quote",
	}, wire.GetHold, sampleHold),
	list(Route{
		Method: http.MethodGet, Path: "/api/v1/holds", Access: AccessCredential,
		ID: "listHolds", Tag: "Quotes", Summary: "List holds",
	}, wire.ListHolds, sampleHold),
}
