package seller

import (
	"context"
	"maps"
	"slices"
	"time"

	"parley"
)

// PersonSignIn is a session that has begun of whom a provider vouched for. Its secret is told once and never stored.
type PersonSignIn struct {
	parley.SignIn
	Secret string
}

// provider is who changes what stands for people that an OpenID Connect provider vouches for.
var provider = parley.Principal{Role: parley.RoleOperator, KeyID: "oidc", Label: "OpenID Connect", Scopes: []parley.Scope{parley.ScopeAdmin}}

var (
	errNoRole = parley.Errorf(parley.CodeForbidden,
		"You are known, and have no role here. Ask an admin which group at your identity provider has one.")
	errPersonRevoked = parley.Errorf(parley.CodeForbidden, "Your key here was revoked by an admin, who alone can let you in again.")
)

// SignInPerson begins a session of the desk's page, of at most a length, for whom a provider vouched for. They act as a key that nobody
// holds the secret of, which is made at their first sign-in, and replaced when the provider tells another name or other roles. With no
// role left the key ends, with all sessions. One that an admin has revoked lets nobody in, until RestorePerson.
func (s *Service) SignInPerson(ctx context.Context, call Call, person parley.Person, browser string, length time.Duration) (PersonSignIn, error) {
	var begun PersonSignIn
	call.Operator = &provider
	refused := false
	_, err := write(ctx, s, call, nothing[parley.SignIn], func(w *work) (parley.SignIn, error) {
		if _, err := w.authorize(ctx, needScope(parley.ScopeAdmin)); err != nil {
			return parley.SignIn{}, err
		}
		w.LockPerson(person.Issuer, person.Subject)
		former, err := w.PersonKey(person.Issuer, person.Subject).Get(ctx)
		if err != nil {
			return parley.SignIn{}, err
		}
		if former != nil && former.RevokedAt != nil {
			return parley.SignIn{}, errPersonRevoked
		}
		if refused = len(person.Scopes) == 0; refused {
			return parley.SignIn{}, w.endPerson(ctx, former)
		}
		key, err := w.keyOfPerson(ctx, person, former)
		if err != nil {
			return parley.SignIn{}, err
		}
		w.PutPerson(person, key.ID, w.now)
		begun.Secret = s.ids.NewSecret()
		end := w.now.Add(length)
		begun.SignIn = parley.SignIn{
			ID: s.ids.New(parley.PrefixSignIn), KeyID: key.ID, Address: call.Address, Browser: shortBrowser(browser), At: w.now, UsedAt: w.now,
			SecretHash: parley.HashSecret(begun.Secret), ExpiresAt: &end,
		}
		w.who = key.Principal("")
		return begun.SignIn, w.beginSignIn(begun.SignIn)
	})
	if err == nil && refused {
		err = errNoRole
	}
	if err != nil {
		return PersonSignIn{}, err
	}
	return begun, nil
}

// IsPersonOf tells whether whoever calls has a key, or one that it was rotated from or into.
func (s *Service) IsPersonOf(ctx context.Context, call Call, keyID string) (bool, error) {
	return read(ctx, s, call, func(v *view) (bool, error) {
		keys := v.PersonsKeys(keyID)
		who, err := v.authorize(ctx, needCredential)
		if err != nil {
			return false, err
		}
		ids, err := keys.Get(ctx)
		return slices.Contains(ids, who.KeyID), err
	})
}

// keyOfPerson is the key that stands for a person from now on: the former one, where it says the same of them.
func (w *work) keyOfPerson(ctx context.Context, person parley.Person, former *parley.Key) (parley.Key, error) {
	if former != nil && former.Live(w.now) && former.Label == person.Name && slices.Equal(former.Scopes, person.Scopes) {
		return *former, nil
	}
	key := w.personsKey(person.Name, person.Scopes)
	about := aboutKey(key)
	maps.Copy(about, map[string]any{"roles": key.Scopes, "issuer": person.Issuer, "subject": person.Subject})
	if former == nil {
		w.InsertKey(key)
		return key, w.record(parley.Event{Type: parley.EventKeyCreated, Data: data(aboutKey(key))}, "key.create", "key", key.ID, nil, about)
	}
	key.Replaces = former.ID
	if former.Live(w.now) {
		if _, err := w.EndKey(former.ID, w.now, w.now).Get(ctx); err != nil {
			return parley.Key{}, err
		}
	}
	w.InsertKey(key)
	replaced := aboutKey(key)
	maps.Copy(replaced, map[string]any{"replaces": former.ID, "replaced_until": w.now})
	maps.Copy(about, replaced)
	before := aboutKey(*former)
	before["roles"] = former.Scopes
	return key, w.record(parley.Event{Type: parley.EventKeyRotated, Data: data(replaced)}, "key.rotate", "key", former.ID, before, about)
}

// personsKey is another key that stands for a person, whoever has it made: nobody can use it but they.
func (w *work) personsKey(name string, scopes []parley.Scope) parley.Key {
	return parley.Key{
		// The secret is forgotten here: what the person presents is a session's.
		ID: w.service.ids.New(parley.PrefixKey), Hash: parley.HashSecret(w.service.ids.NewSecret()),
		Role: parley.RoleOperator, Scopes: scopes, Label: name, CreatedAt: w.now, CreatedBy: provider.Actor(),
	}
}

// RestorePerson lets a person in again whose key was revoked, from their next sign-in at the provider on: they act as the key that this
// answers, in the place of the revoked one, which stays revoked with its sessions.
func (s *Service) RestorePerson(ctx context.Context, call Call, id string, encode Encode[parley.Key]) (Answer, error) {
	return write(ctx, s, call, encode, func(w *work) (parley.Key, error) {
		pending := w.Key(id)
		if _, err := w.authorize(ctx, needScope(parley.ScopeAdmin)); err != nil {
			return parley.Key{}, err
		}
		former, err := pending.Get(ctx)
		switch {
		case err != nil:
			return parley.Key{}, err
		case !former.OfPerson():
			return parley.Key{}, parley.Errorf(parley.CodeConflict, "The key %q stands for nobody who signs in at an identity provider. Make another key.", id)
		case former.RevokedAt == nil:
			return parley.Key{}, parley.Errorf(parley.CodeConflict, "The key %q is not revoked.", id)
		}
		key := w.personsKey(former.Label, former.Scopes)
		key.Replaces = former.ID
		w.InsertKey(key)
		w.MovePerson(former.ID, key.ID)
		about := aboutKey(key)
		maps.Copy(about, map[string]any{"replaces": former.ID, "replaced_until": *former.RevokedAt})
		return key, w.record(parley.Event{Type: parley.EventKeyRotated, Data: data(about)}, "key.restore", "key", former.ID, aboutKey(former), about)
	})
}

// endPerson ends the key of a person who has no role any more.
func (w *work) endPerson(ctx context.Context, key *parley.Key) error {
	if key == nil || !key.Live(w.now) {
		return nil
	}
	if _, err := w.EndKey(key.ID, w.now, w.now).Get(ctx); err != nil {
		return err
	}
	after := aboutKey(*key)
	after["expires_at"] = w.now
	return w.audit("key.end", "key", key.ID, aboutKey(*key), after)
}
