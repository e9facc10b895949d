package rest

import (
	"context"
	"net/http"

	"parley/seller"
	"parley/wire"
)

type findParams struct {
	Text string `query:"q" maxLength:"200" doc:"Words, or beginnings of words; a slip of typing is forgiven."`
}

var findRoutes = []Route{
	read(Route{
		Method: http.MethodGet, Path: "/api/v1/find", Access: AccessOperator, Scopes: viewer,
		ID: "find", Tag: "Operations", Summary: "Find deals, products, buyers, agents and quotes by words",
	}, func(ctx context.Context, x *exchange, params findParams) (wire.Findings, error) {
		found, err := x.Service.Find(ctx, x.Call, params.Text)
		return wire.FindingsOf(x.View, found), err
	}, func(x *exchange) wire.Findings {
		return wire.FindingsOf(x.View, seller.Findings{Found: []seller.Found{
			{Kind: seller.FoundDeal, ID: sampleDeal.ID, Title: sampleDeal.ID, Note: "Live sports for Harbour, booked"},
		}})
	}),
}
