package rest

import (
	"slices"

	"parley"
	"parley/seller"
)

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
		if who.OnlyDelivers() && route.Access != AccessPublic && !slices.Contains(route.Scopes, parley.ScopeDelivery) {
			return parley.Errorf(parley.CodeForbidden, "This key's roles do not allow it; all that it may do is take in what deals delivered.")
		}
		scopes := route.Scopes
		if len(scopes) == 0 && route.Changes {
			scopes = desk
		}
		if len(scopes) > 0 && !slices.ContainsFunc(scopes, who.Has) {
			return parley.NeedsRole(scopes)
		}
	}
	return nil
}
