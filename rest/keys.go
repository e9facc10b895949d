package rest

import (
	"context"
	"net/http"
	"slices"
	"time"

	"parley"
	"parley/seller"
	"parley/wire"
	"parley/wire/contract"
)

var keyRoutes = []Route{
	change(Route{
		Method: http.MethodPost, Path: "/auth/api-keys", Access: AccessOperator, Scopes: admin,
		ID: "createBuyerKey", Tag: "Keys", Summary: "Make a buyer's key",
		Description: "The identity vouched for here decides the buyer's tier: a seat, an agency or an advertiser. api_key is shown " +
			"once; not even a replay of this request shows it again.",
		Example: `{"label": "Acme trading desk", "seat_id": "seat-42", "agency_id": "agency-7", ` +
			`"dsp_platform": "The Trade Desk", "expires_in_days": 365}`,
	}, changing[none, BuyerKeyRequest, seller.CreatedKey, CreatedKey]{
		run: func(
			ctx context.Context, x *exchange, _ none, body *BuyerKeyRequest, encode seller.Encode[seller.CreatedKey],
		) (seller.Answer, error) {
			return x.service.CreateKey(ctx, x.call, body.Domain(), encode)
		},
		render:  renderCreatedKey,
		status:  http.StatusCreated,
		example: sampleKey,
	}),
	change(Route{
		Method: http.MethodPost, Path: "/auth/api-keys/operator", Access: AccessOperator, Scopes: admin,
		ID: "createOperatorKey", Tag: "Keys", Summary: "Make an operator's key",
		Description: "It names what its holder may do: a viewer reads, approver, finance and legal decide the approvals that name them and work at the deal desk, an admin does everything.",
		Example:     `{"label": "Deal desk, Kim", "roles": ["approver"]}`,
	}, changing[none, OperatorKeyRequest, seller.CreatedKey, CreatedKey]{
		run: func(
			ctx context.Context, x *exchange, _ none, body *OperatorKeyRequest, encode seller.Encode[seller.CreatedKey],
		) (seller.Answer, error) {
			return x.service.CreateKey(ctx, x.call, body.Domain(), encode)
		},
		render:  renderCreatedKey,
		status:  http.StatusCreated,
		example: sampleOperatorKey,
	}),
	list(Route{
		Method: http.MethodGet, Path: "/auth/api-keys", Access: AccessOperator, Scopes: viewer,
		ID: "listKeys", Tag: "Keys", Summary: "List keys",
	}, listing[keyFilter, parley.Key, Key]{
		plural: "api_keys",
		run: func(
			ctx context.Context, x *exchange, filter keyFilter, page seller.Page,
		) (seller.Listing[parley.Key], error) {
			return x.service.Keys(ctx, x.call, seller.KeyFilter{Role: parley.Role(filter.Role), Page: page})
		},
		render:  renderKey,
		id:      func(key parley.Key) string { return key.ID },
		example: sampleKey.Key,
	}),
	read(Route{
		Method: http.MethodGet, Path: "/auth/api-keys/{key_id}", Access: AccessCredential,
		ID: "getKey", Tag: "Keys", Summary: "Read a key", Description: "A buyer may read its own.",
	}, func(ctx context.Context, x *exchange, path keyPath) (Key, error) {
		key, err := x.service.Key(ctx, x.call, path.KeyID)
		return renderKey(x.View, key), err
	}, func(x *exchange) Key { return renderKey(x.View, sampleKey.Key) }),
	revokeRoute(http.MethodDelete, "/auth/api-keys/{key_id}", "deleteKey"),
	revokeRoute(http.MethodPost, "/auth/api-keys/{key_id}/revoke", "revokeKey"),
}

func revokeRoute(method, path, id string) Route {
	return change(Route{
		Method: method, Path: path, Access: AccessOperator, Scopes: admin,
		ID: id, Tag: "Keys", Summary: "Revoke a key",
		Description: "For good, and at once on every node. Revoking a key again changes nothing.",
	}, changing[keyPath, none, parley.Key, Key]{
		run: func(
			ctx context.Context, x *exchange, path keyPath, _ *none, encode seller.Encode[parley.Key],
		) (seller.Answer, error) {
			return x.service.RevokeKey(ctx, x.call, path.KeyID, encode)
		},
		render:  renderKey,
		status:  http.StatusOK,
		example: sampleKey.Key,
	})
}

type keyPath struct {
	KeyID string `path:"key_id" maxLength:"128"`
}

type keyFilter struct {
	Role string `query:"role" enum:"buyer,operator"`
	Paging
}

// BuyerKeyRequest is the body that makes a buyer's key. The identity may also be given as an object of its own.
type BuyerKeyRequest struct {
	Idempotency
	Label         string    `json:"label" maxLength:"200" doc:"Whose key it is."`
	Vouched       *Identity `json:"identity,omitempty" doc:"Instead of the members beside it."`
	AgentURL      string    `json:"agent_url,omitempty" maxLength:"2000" doc:"The registered agent that the key belongs to."`
	ExpiresInDays int       `json:"expires_in_days,omitempty" minimum:"1" maximum:"3653" doc:"The key never expires when absent."`
	Identity
}

func (b *BuyerKeyRequest) Domain() seller.KeyRequest {
	request := seller.KeyRequest{
		Role: parley.RoleBuyer, Label: b.Label, Identity: identityOf(&b.Identity), AgentURL: b.AgentURL,
		ExpiresInDays: b.ExpiresInDays,
	}
	if b.Vouched != nil {
		request.Identity = identityOf(b.Vouched)
	}
	return request
}

// OperatorKeyRequest is the body that makes an operator's key.
type OperatorKeyRequest struct {
	Idempotency
	Label         string   `json:"label" maxLength:"200" doc:"Whose key it is."`
	Roles         []string `json:"roles,omitempty" maxItems:"5" enum:"viewer,approver,finance,legal,admin" doc:"What the key may do; this or scopes is required."`
	Scopes        []string `json:"scopes,omitempty" maxItems:"5" enum:"viewer,approver,finance,legal,admin" doc:"Another name for roles; the key has the roles of both."`
	ExpiresInDays int      `json:"expires_in_days,omitempty" minimum:"1" maximum:"3653" doc:"The key never expires when absent."`
}

func (o *OperatorKeyRequest) Domain() seller.KeyRequest {
	request := seller.KeyRequest{Role: parley.RoleOperator, Label: o.Label, ExpiresInDays: o.ExpiresInDays}
	for _, role := range slices.Concat(o.Roles, o.Scopes) {
		if scope := parley.Scope(role); !slices.Contains(request.Scopes, scope) {
			request.Scopes = append(request.Scopes, scope)
		}
	}
	return request
}

// Key is an API key without its secret.
type Key struct {
	KeyID      string         `json:"key_id"`
	Role       parley.Role    `json:"role"`
	Roles      []parley.Scope `json:"roles" doc:"Of an operator's key; empty means admin, of a key that was made without."`
	Label      string         `json:"label"`
	Hint       string         `json:"hint" doc:"The last four letters of the key."`
	Identity   Identity       `json:"identity"`
	AgentURL   *string        `json:"agent_url"`
	CreatedAt  time.Time      `json:"created_at"`
	CreatedBy  string         `json:"created_by"`
	ExpiresAt  *time.Time     `json:"expires_at"`
	RevokedAt  *time.Time     `json:"revoked_at"`
	LastUsedAt *time.Time     `json:"last_used_at" doc:"Within a minute or so."`
}

// CreatedKey is a new API key.
type CreatedKey struct {
	APIKey *string `json:"api_key" doc:"The key itself, shown this once."`
	Key
}

func renderKey(_ wire.View, k parley.Key) Key {
	return Key{
		KeyID: k.ID, Role: k.Role, Roles: contract.Listed(k.Scopes), Label: k.Label, Hint: k.Hint, Identity: Identity(k.Identity),
		AgentURL: contract.Optional(k.AgentURL), CreatedAt: k.CreatedAt, CreatedBy: k.CreatedBy, ExpiresAt: k.ExpiresAt,
		RevokedAt: k.RevokedAt, LastUsedAt: k.LastUsedAt,
	}
}

func renderCreatedKey(v wire.View, k seller.CreatedKey) CreatedKey {
	return CreatedKey{APIKey: contract.Optional(k.Secret), Key: renderKey(v, k.Key)}
}
