package rest

import (
	"net/http"
	"slices"
	"strings"

	"parley"
	"parley/seller"
)

var errCredentialForm = parley.Errorf(parley.CodeUnauthorized,
	"Send one API key, as 'Authorization: Bearer KEY' or as 'X-Api-Key: KEY'.")

// secretOf answers the API key that a request presents, or "". A key that is too long to be one is refused here.
func secretOf(r *http.Request) (string, error) {
	const longest = 256
	secret := ""
	for _, value := range r.Header.Values("Authorization") {
		scheme, key, _ := strings.Cut(value, " ")
		key = strings.TrimSpace(key)
		if !strings.EqualFold(scheme, "Bearer") || key == "" || secret != "" && key != secret {
			return "", errCredentialForm
		}
		secret = key
	}
	for _, key := range r.Header.Values("X-Api-Key") {
		key = strings.TrimSpace(key)
		if key == "" || secret != "" && key != secret {
			return "", errCredentialForm
		}
		secret = key
	}
	if len(secret) > longest {
		return "", errCredentialForm
	}
	return secret, nil
}

// admit refuses a caller that a route is not for.
func (route Route) admit(who parley.Principal, anonymous seller.AnonymousAccess) error {
	switch who.Role {
	case parley.RoleAnonymous:
		if route.Access == AccessPublic || route.Access == AccessCatalog && anonymous.Catalog || route.Access == AccessQuotes && anonymous.Quotes ||
			(route.Access == AccessProposals || route.Access == AccessNegotiation) && anonymous.Proposals {
			return nil
		}
		return parley.Errorf(parley.CodeUnauthorized, "This needs an API key. Send it as 'Authorization: Bearer KEY'.")
	case parley.RoleBuyer:
		if route.Access == AccessOperator {
			return parley.Errorf(parley.CodeForbidden, "This is the publisher's own: it needs an operator's key.")
		}
	case parley.RoleOperator:
		if route.Access == AccessBuyer || route.Access == AccessNegotiation {
			return parley.Errorf(parley.CodeForbidden, "This is done with a buyer's key; an operator's key cannot buy.")
		}
		scopes := route.Scopes
		if len(scopes) == 0 && route.Changes {
			scopes = desk
		}
		if len(scopes) > 0 && !slices.ContainsFunc(scopes, who.Has) {
			return parley.Errorf(parley.CodeForbidden, "This key's roles do not allow it; it needs the role %q.", scopes[0])
		}
	}
	return nil
}
