package seller

import (
	"context"

	"parley"
	"parley/storage"
)

// course is what a change is to a buyer's business, by which its accounts may be kept from it.
type course int

const (
	goesOn course = iota // something that is open already
	starts               // something new
	ends                 // less than there was
)

// errNotNow says nothing of why: that is between the publisher's own people.
var errNotNow = parley.Errorf(parley.CodeForbidden, "The publisher does not take this from you for now. Contact its deal desk.")

// allowed refuses what the accounts of a buyer keep it from, theirs and those above: paused ones start nothing new, and blocked ones
// only end what there is.
func (c course) allowed(who parley.Principal) error {
	if who.Role != parley.RoleBuyer {
		return nil
	}
	switch standing := parley.Standing(who.Accounts); {
	case standing == parley.AccountBlocked && c != ends, standing == parley.AccountPaused && c == starts:
		return errNotNow
	}
	return nil
}

// startsWith is what booking a thing is to whoever books it: what is nobody's is new to everybody.
func startsWith(owner string) course {
	if owner == "" {
		return starts
	}
	return goesOn
}

// accountsOf answers whom a buyer's identity names, and those above them; nobody for other callers.
func (w *work) accountsOf(ctx context.Context, credential *storage.Pending[storage.Credential], who parley.Principal) ([]parley.AccountRef, error) {
	if who.Role != parley.RoleBuyer || credential == nil {
		return nil, nil
	}
	found, err := credential.Get(ctx)
	if err != nil {
		return nil, err
	}
	return w.AccountsOf(who.Identity, found.Accounts).Get(ctx)
}

// accountsNamed answers whom the identity of a buyer names that is not the caller, and those above them, as they are now.
func (w *work) accountsNamed(ctx context.Context, identity parley.Identity) ([]parley.AccountRef, error) {
	version, err := w.AccountVersion().Get(ctx)
	if err != nil {
		return nil, err
	}
	return w.AccountsOf(identity, version).Get(ctx)
}
