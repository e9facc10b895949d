package seller

import (
	"context"
	"strings"
	"time"

	"parley"
	"parley/storage"
)

const (
	signInForgotten = 90 * 24 * time.Hour // after its last use; a page is left unused for 30 days at most
	longestBrowser  = 200                 // characters of what it calls itself
)

// ErrSignInEnded is what a call answers that is part of a session that somebody has ended.
var ErrSignInEnded = parley.Errorf(parley.CodeUnauthorized, "This session was ended. Sign in again.")

// SignInFilter narrows a list of sessions of the desk's page.
type SignInFilter = storage.SignInFilter

// BeginSignIn begins a session of the desk's page with the caller's key, and answers its id.
func (s *Service) BeginSignIn(ctx context.Context, call Call, browser string) (id string, err error) {
	_, err = write(ctx, s, call, nothing[parley.SignIn], func(w *work) (parley.SignIn, error) {
		w.own = true
		who, err := w.authorize(ctx, needScope(parley.ScopeViewer))
		if err != nil {
			return parley.SignIn{}, err
		}
		begun := parley.SignIn{
			ID: s.ids.New(parley.PrefixSignIn), KeyID: who.KeyID, Address: call.Address, Browser: shortBrowser(browser), At: w.now, UsedAt: w.now,
		}
		id = begun.ID
		return begun, w.beginSignIn(begun)
	})
	return id, err
}

func shortBrowser(browser string) string {
	text := []rune(strings.ToValidUTF8(strings.ReplaceAll(browser, "\x00", ""), ""))
	return string(text[:min(len(text), longestBrowser)])
}

func (w *work) beginSignIn(begun parley.SignIn) error {
	w.InsertSignIn(begun, w.now.Add(-signInForgotten))
	return w.audit("sign_in.begin", "sign_in", begun.ID, nil, map[string]any{"key_id": begun.KeyID, "address": begun.Address})
}

// UseSignIn notes that the caller's session is in use.
func (s *Service) UseSignIn(ctx context.Context, call Call) error {
	return s.store.Tx(ctx, func(tx *storage.Tx) error {
		tx.UseSignIn(call.SignIn, call.Address, s.clock())
		return nil
	})
}

// SignIns lists sessions of the desk's page, the newest first where the page asks for it: an admin's all, anybody else's their own.
func (s *Service) SignIns(ctx context.Context, call Call, filter SignInFilter) (Listing[parley.SignIn], error) {
	return read(ctx, s, call, func(v *view) (Listing[parley.SignIn], error) {
		who, err := v.authorize(ctx, needScope(parley.ScopeViewer))
		if err != nil {
			return Listing[parley.SignIn]{}, err
		}
		if !who.Has(parley.ScopeAdmin) {
			filter.KeyID = who.KeyID
		}
		return v.SignIns(filter, v.now).Get(ctx)
	})
}

// EndSignIn ends a session of the desk's page, at once and on every node: one's own, or as an admin anybody's. To others it is one that
// does not exist. Ending it again changes nothing.
func (s *Service) EndSignIn(ctx context.Context, call Call, id string, encode Encode[parley.SignIn]) (Answer, error) {
	return write(ctx, s, call, encode, func(w *work) (parley.SignIn, error) {
		w.own = true
		pending := w.SignIn(id, w.now)
		who, err := w.authorize(ctx, needScope(parley.ScopeViewer))
		if err != nil {
			return parley.SignIn{}, err
		}
		found, err := pending.Get(ctx)
		if err != nil {
			return parley.SignIn{}, err
		}
		if found.KeyID != who.KeyID && !who.Has(parley.ScopeAdmin) {
			return parley.SignIn{}, unknown("session", id)
		}
		if found.EndedAt != nil {
			return found, nil
		}
		at := w.now
		found.EndedAt, found.EndedBy = &at, who.Actor()
		w.EndSignIn(id, found.EndedBy, at)
		return found, w.audit("sign_in.end", "sign_in", id, nil, map[string]any{"key_id": found.KeyID})
	})
}
