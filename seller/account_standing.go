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

// allowedFor is allowed for what the publisher's people do for a buyer, as far as it is something that the buyer could do itself; see
// grantable for what they decide of what waits. path names the buyer in the request.
func (w *work) allowedFor(ctx context.Context, c course, buyer parley.Identity, path string) error {
	if !w.who.IsOperator() {
		return nil
	}
	accounts, err := accountsNamed(ctx, &w.Reader, buyer)
	if err != nil {
		return err
	}
	return c.allowedWith(accounts, path)
}

// allowedWith is allowedFor where the buyer's accounts are known.
func (c course) allowedWith(accounts []parley.AccountRef, path string) error {
	if c.allowed(parley.Principal{Role: parley.RoleBuyer, Accounts: accounts}) != nil {
		return parley.Invalid(path, "is of an account that is paused or blocked, or belongs to one that is")
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
func accountsNamed(ctx context.Context, r *storage.Reader, identity parley.Identity) ([]parley.AccountRef, error) {
	version, err := r.AccountVersion().Get(ctx)
	if err != nil {
		return nil, err
	}
	return r.AccountsOf(identity, version).Get(ctx)
}
