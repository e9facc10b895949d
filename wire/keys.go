package wire

import (
	"context"
	"slices"

	"parley"
	"parley/seller"
	"parley/wire/contract"
	"parley/wire/document"
)

// KeyFilter narrows a list of keys.
type KeyFilter struct {
	Role      string `json:"role,omitempty" query:"role" enum:"buyer,operator"`
	AccountID string `json:"account_id,omitempty" query:"account_id" maxLength:"128" doc:"Of those that name this account, or one that belongs to it."`
	Paging
}

// BuyerKeyRequest is the body that makes a buyer's key. The identity may also be given as an object of its own.
type BuyerKeyRequest struct {
	Idempotency
	Label         string             `json:"label" maxLength:"200" doc:"Whose key it is."`
	Vouched       *document.Identity `json:"identity,omitempty" doc:"Instead of the members beside it."`
	AgentURL      string             `json:"agent_url,omitempty" maxLength:"2000" doc:"The registered agent that the key belongs to."`
	ExpiresInDays int                `json:"expires_in_days,omitempty" minimum:"1" maximum:"3653" doc:"The key never expires when absent."`
	AccountID     string             `json:"account_id,omitempty" maxLength:"128" doc:"The account that the key belongs to, which completes its identity."`
	document.Identity
}

// Domain is what the flow takes.
func (b *BuyerKeyRequest) Domain() seller.KeyRequest {
	request := seller.KeyRequest{
		Role: parley.RoleBuyer, Label: b.Label, Identity: identityOf(&b.Identity), AgentURL: b.AgentURL,
		ExpiresInDays: b.ExpiresInDays, AccountID: b.AccountID,
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
	Roles         []string `json:"roles,omitempty" maxItems:"6" enum:"viewer,approver,finance,legal,delivery,admin" doc:"What the key may do; this or scopes is required."`
	Scopes        []string `json:"scopes,omitempty" maxItems:"6" enum:"viewer,approver,finance,legal,delivery,admin" doc:"Another name for roles; the key has the roles of both."`
	ExpiresInDays int      `json:"expires_in_days,omitempty" minimum:"1" maximum:"3653" doc:"The key never expires when absent."`
}

// Domain is what the flow takes.
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
type Key = document.Key

// CreatedKey is a new API key.
type CreatedKey struct {
	APIKey *string `json:"api_key" doc:"The key itself, shown this once."`
	Key
}

// KeyOf writes a key.
func KeyOf(_ View, k parley.Key) Key {
	return Key{
		KeyID: k.ID, Role: k.Role, Roles: contract.Listed(k.Scopes), Label: k.Label, Hint: k.Hint, Identity: document.Identity(k.Identity),
		AgentURL: contract.Optional(k.AgentURL), CreatedAt: k.CreatedAt, CreatedBy: k.CreatedBy, ExpiresAt: k.ExpiresAt,
		Replaces: contract.Optional(k.Replaces), RevokedAt: k.RevokedAt, LastUsedAt: k.LastUsedAt,
	}
}

// CreatedKeyOf writes a new key, with its secret while that is known.
func CreatedKeyOf(v View, k seller.CreatedKey) CreatedKey {
	return CreatedKey{APIKey: contract.Optional(k.Secret), Key: KeyOf(v, k.Key)}
}

// What is asked of keys.
var (
	GetKey   = Lookup[parley.Key, Key]{(*seller.Service).Key, KeyOf}
	ListKeys = List[KeyFilter, parley.Key, Key]{
		Plural: "api_keys", Render: KeyOf, ID: func(key parley.Key) string { return key.ID },
		Find: func(ctx context.Context, x *Exchange, f KeyFilter, page seller.Page) (seller.Listing[parley.Key], error) {
			return x.Service.Keys(ctx, x.Call, seller.KeyFilter{Role: parley.Role(f.Role), Account: f.AccountID, Page: page})
		},
	}
	CreateBuyerKey = act("POST /auth/api-keys", Made, CreatedKeyOf,
		byBody((*seller.Service).CreateKey, (*BuyerKeyRequest).Domain))
	CreateOperatorKey = act("POST /auth/api-keys/operator", Made, CreatedKeyOf,
		byBody((*seller.Service).CreateKey, (*OperatorKeyRequest).Domain))
	RotateKey = act("POST /auth/api-keys/{key_id}/rotate", Made, CreatedKeyOf,
		byBoth((*seller.Service).RotateKey, overlapOf))
	RestoreKey = act("POST /auth/api-keys/{key_id}/restore", Made, KeyOf, byID[Repeated]((*seller.Service).RestorePerson))
	DeleteKey  = act("DELETE /auth/api-keys/{key_id}", Done, KeyOf, byID[none]((*seller.Service).RevokeKey))
	RevokeKey  = act("POST /auth/api-keys/{key_id}/revoke", Done, KeyOf, byID[Repeated]((*seller.Service).RevokeKey))
)
