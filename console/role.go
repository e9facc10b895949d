package console

import (
	"slices"

	"parley"
)

// role is who may send a form, or see a page that is nothing but one: operators with any of these scopes.
type role []parley.Scope

// The roles that routes have.
var (
	anyone     = role{parley.ScopeViewer}
	desk       = role{parley.ScopeApprover, parley.ScopeFinance, parley.ScopeLegal}
	approvers  = role{parley.ScopeApprover}
	deliverers = role{parley.ScopeDelivery}
	admins     = role{parley.ScopeAdmin}
)

// check refuses whom a route is not for, before anything is read or done for it. The service decides for itself once more.
func (r role) check(who parley.Principal) error {
	if slices.ContainsFunc(r, who.Has) {
		return nil
	}
	return parley.NeedsRole(r)
}
