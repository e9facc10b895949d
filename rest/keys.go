package rest

import (
	"context"
	"net/http"

	"parley"
	"parley/seller"
	"parley/wire"
)

var keyRoutes = []Route{
	change(Route{
		Method: http.MethodPost, Path: "/auth/api-keys", Access: AccessOperator, Scopes: admin,
		ID: "createBuyerKey", Tag: "Keys", Summary: "Make a buyer's key",
		Description: "The identity vouched for here decides the buyer's tier: a seat, an agency or an advertiser. api_key is shown " +
			"once; not even a replay of this request shows it again.",
		Example: `{"label": "Acme trading desk", "seat_id": "seat-42", "agency_id": "agency-7", ` +
			`"dsp_platform": "The Trade Desk", "expires_in_days": 365}`,
	}, changing[none, wire.BuyerKeyRequest, seller.CreatedKey, wire.CreatedKey]{
		run: func(
			ctx context.Context, x *exchange, _ none, body *wire.BuyerKeyRequest, encode seller.Encode[seller.CreatedKey],
		) (seller.Answer, error) {
			return x.service.CreateKey(ctx, x.call, body.Domain(), encode)
		},
		render:  wire.CreatedKeyOf,
		status:  http.StatusCreated,
		example: sampleKey,
	}),
	change(Route{
		Method: http.MethodPost, Path: "/auth/api-keys/operator", Access: AccessOperator, Scopes: admin,
		ID: "createOperatorKey", Tag: "Keys", Summary: "Make an operator's key",
		Description: "It names what its holder may do: a viewer reads, approver, finance and legal decide the approvals that name them and work at the deal desk, an admin does everything.",
		Example:     `{"label": "Deal desk, Kim", "roles": ["approver"]}`,
	}, changing[none, wire.OperatorKeyRequest, seller.CreatedKey, wire.CreatedKey]{
		run: func(
			ctx context.Context, x *exchange, _ none, body *wire.OperatorKeyRequest, encode seller.Encode[seller.CreatedKey],
		) (seller.Answer, error) {
			return x.service.CreateKey(ctx, x.call, body.Domain(), encode)
		},
		render:  wire.CreatedKeyOf,
		status:  http.StatusCreated,
		example: sampleOperatorKey,
	}),
	list(Route{
		Method: http.MethodGet, Path: "/auth/api-keys", Access: AccessOperator, Scopes: viewer,
		ID: "listKeys", Tag: "Keys", Summary: "List keys",
	}, listing[wire.KeyFilter, parley.Key, wire.Key]{
		plural: "api_keys",
		run: func(
			ctx context.Context, x *exchange, filter wire.KeyFilter, page seller.Page,
		) (seller.Listing[parley.Key], error) {
			return x.service.Keys(ctx, x.call, seller.KeyFilter{Role: parley.Role(filter.Role), Page: page})
		},
		render:  wire.KeyOf,
		id:      func(key parley.Key) string { return key.ID },
		example: sampleKey.Key,
	}),
	read(Route{
		Method: http.MethodGet, Path: "/auth/api-keys/{key_id}", Access: AccessCredential,
		ID: "getKey", Tag: "Keys", Summary: "Read a key", Description: "A buyer may read its own.",
	}, func(ctx context.Context, x *exchange, path keyPath) (wire.Key, error) {
		key, err := x.service.Key(ctx, x.call, path.KeyID)
		return wire.KeyOf(x.View, key), err
	}, func(x *exchange) wire.Key { return wire.KeyOf(x.View, sampleKey.Key) }),
	revokeRoute[none](http.MethodDelete, "/auth/api-keys/{key_id}", "deleteKey", ""),
	revokeRoute[wire.Repeated](http.MethodPost, "/auth/api-keys/{key_id}/revoke", "revokeKey", repeatedExample),
}

func revokeRoute[B any](method, path, id, example string) Route {
	return change(Route{
		Method: method, Path: path, Access: AccessOperator, Scopes: admin,
		ID: id, Tag: "Keys", Summary: "Revoke a key",
		Description: "For good, and at once on every node. Revoking a key again changes nothing.", Example: example,
	}, changing[keyPath, B, parley.Key, wire.Key]{
		run: func(
			ctx context.Context, x *exchange, path keyPath, _ *B, encode seller.Encode[parley.Key],
		) (seller.Answer, error) {
			return x.service.RevokeKey(ctx, x.call, path.KeyID, encode)
		},
		render:  wire.KeyOf,
		status:  http.StatusOK,
		example: sampleKey.Key,
	})
}

type keyPath struct {
	KeyID string `path:"key_id" maxLength:"128"`
}
