package wire

import (
	"context"
	"time"

	"parley"
	"parley/seller"
	"parley/wire/contract"
)

// SignInFilter narrows a list of sessions of the desk's page.
type SignInFilter struct {
	KeyID string `json:"key_id,omitempty" query:"key_id" maxLength:"128" doc:"Of the key that was signed in with."`
	Paging
}

// SignIn is a session of the deal desk's page.
type SignIn struct {
	SignInID   string     `json:"sign_in_id"`
	KeyID      string     `json:"key_id" doc:"The key that was signed in with, or that stands for whom an identity provider vouched for."`
	Address    string     `json:"address" doc:"Of the client, when it was last used."`
	Browser    string     `json:"browser" doc:"As it calls itself: its own words."`
	At         time.Time  `json:"at"`
	LastUsedAt time.Time  `json:"last_used_at" doc:"Within a minute or so. Unused for long enough it is over by itself."`
	EndedAt    *time.Time `json:"ended_at" doc:"When somebody ended it, or when its key was revoked, was replaced or ended by itself."`
	EndedBy    *string    `json:"ended_by" doc:"Who ended it, or its key; null where that ended by itself."`
	ExpiresAt  *time.Time `json:"expires_at" doc:"When it is over at the latest. Null for one that was begun with a key that somebody holds: it has no such end."`
}

// SignInOf writes a session.
func SignInOf(_ View, s parley.SignIn) SignIn {
	return SignIn{
		SignInID: s.ID, KeyID: s.KeyID, Address: s.Address, Browser: s.Browser, At: s.At, LastUsedAt: s.UsedAt, EndedAt: s.EndedAt,
		EndedBy: contract.Optional(s.EndedBy), ExpiresAt: s.ExpiresAt,
	}
}

// What is asked of sessions of the desk's page.
var (
	ListSignIns = List[SignInFilter, parley.SignIn, SignIn]{
		Plural: "sign_ins", Render: SignInOf, ID: func(s parley.SignIn) string { return s.ID },
		Find: func(ctx context.Context, x *Exchange, f SignInFilter, page seller.Page) (seller.Listing[parley.SignIn], error) {
			return x.Service.SignIns(ctx, x.Call, seller.SignInFilter{KeyID: f.KeyID, Page: page})
		},
	}
	EndSignIn = act("POST /auth/sign-ins/{sign_in_id}/end", Done, SignInOf, byID[Repeated]((*seller.Service).EndSignIn))
)
