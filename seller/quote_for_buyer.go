package seller

import (
	"context"

	"parley"
)

// quotedFor is the buyer that a quote is priced for and belongs to: the caller, or, of an operator's request that names one,
// the buyer of that key.
func (w *work) quotedFor(ctx context.Context, who parley.Principal, keyID string) (parley.Principal, error) {
	const path = "buyer_key_id"
	if keyID == "" {
		return who, nil
	}
	if !who.IsOperator() {
		return who, parley.Invalid(path, "goes with an operator's key; what a buyer asks for is its own")
	}
	key, err := w.Key(keyID).Get(ctx)
	if err != nil && !parley.Is(err, parley.CodeNotFound) {
		return who, err
	}
	if err != nil || key.Role != parley.RoleBuyer || !key.Live(w.now) {
		return who, parley.Invalid(path, "names no buyer's key that is in use")
	}
	credential, err := w.Credential(key.Hash).Get(ctx)
	if err != nil {
		return who, err
	}
	if _, may := credential.Trust.Ceiling(); !may {
		return who, parley.Invalid(path, "is the key of an agent that is blocked")
	}
	buyer := key.Principal(credential.Trust)
	buyer.Accounts, err = w.AccountsOf(key.Identity, credential.Accounts).Get(ctx)
	if err != nil {
		return who, err
	}
	return buyer, starts.allowedWith(buyer.Accounts, path)
}

// quoteOwner is whose a quote is. An operator's that names no buyer is the publisher's own: it can be read, and not booked.
func quoteOwner(who parley.Principal) string {
	if who.IsOperator() {
		return parley.OwnerPublisher
	}
	return who.Owner()
}

// writer is the operator who works; empty when it is a buyer, or nobody known.
func (w *work) writer() string {
	if w.who.IsOperator() {
		return w.who.Actor()
	}
	return ""
}
