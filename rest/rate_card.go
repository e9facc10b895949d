package rest

import (
	"net/http"

	"parley/wire"
)

var rateCardRoutes = []Route{
	read(Route{
		Method: http.MethodGet, Path: "/api/v1/rate-card", Access: AccessOperator, Scopes: viewer,
		ID: "getRateCard", Tag: "Pricing", Summary: "Read the rate card in force",
		Description: "Its ETag names its version.",
	}, wire.GetRateCard, sampleRateCard),
	actWith[Precondition](Route{
		Access: AccessOperator, Scopes: admin,
		ID: "replaceRateCard", Tag: "Pricing", Summary: "Put another rate card in force",
		Description: "At once, on every node. Quotes already made keep their price. Name the version that the change was made " +
			"from, in If-Match or as version, to have it refused when somebody else was faster. A list of entries alone replaces " +
			"the entries, and leaves floors and brackets as they are.",
		Example: `{"version": 3, "entries": [{"inventory_type": "ctv", "base_cpm": 35.00, "currency": "USD"}], ` +
			`"global_floors": [{"floor_cpm": 2.50, "currency": "USD"}], "volume_brackets": [{"impressions": 5000000, "discount_pct": 5}]}`,
		Failures: []int{http.StatusPreconditionFailed},
	}, wire.ReplaceRateCard, sampleRateCard),
	list(Route{
		Method: http.MethodGet, Path: "/api/v1/rate-card/history", Access: AccessOperator, Scopes: viewer,
		ID: "listRateCards", Tag: "Pricing", Summary: "List every version of the rate card",
	}, wire.ListRateCards, sampleRateCard),
}
