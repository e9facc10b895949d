package seller

import (
	"context"
	"strings"
	"time"

	"parley"
	"parley/storage"
)

// KeyRequest asks for a new API key.
type KeyRequest struct {
	Role          parley.Role // buyer or operator
	Label         string
	Scopes        []parley.Scope // of an operator: at least one
	Identity      parley.Identity
	AccountID     string // of a buyer: whom the key belongs to, who completes the identity; empty: the identity says it all
	AgentURL      string
	ExpiresInDays int // 0: never
}

// CreatedKey is a key with its secret, which is told once and never stored.
type CreatedKey struct {
	parley.Key
	Secret string
}

// maxKeyDays is the longest life of a key that expires: ten years.
const maxKeyDays = 3653

func (r *KeyRequest) check() error {
	var problems parley.Problems
	if r.Role != parley.RoleBuyer && r.Role != parley.RoleOperator {
		problems.Add("role", "must be buyer or operator")
	}
	if strings.TrimSpace(r.Label) == "" {
		problems.Add("label", "is required: say whose key it is")
	}
	if r.Role == parley.RoleOperator && len(r.Scopes) == 0 {
		problems.Add("roles", "are required: viewer, approver, finance, legal, delivery or admin")
	}
	if r.Role != parley.RoleOperator && len(r.Scopes) > 0 {
		problems.Add("roles", "are an operator key's; a buyer's key has none")
	}
	if r.Role == parley.RoleOperator && r.Identity != (parley.Identity{}) {
		problems.Add("identity", "is a buyer key's; an operator's key has none")
	}
	if r.AgentURL != "" {
		if address, err := normalAgentURL(r.AgentURL); err != nil {
			problems.Add("agent_url", "must be an https or http URL such as https://buyer.example.com/a2a")
		} else {
			r.AgentURL = address
		}
	}
	if r.Role == parley.RoleOperator && r.AccountID != "" {
		problems.Add("account_id", "is a buyer key's; an operator's key has none")
	}
	cleanIdentity(&problems, "", &r.Identity)
	if r.ExpiresInDays < 0 || r.ExpiresInDays > maxKeyDays {
		problems.Add("expires_in_days", "must be from 1 to %d", maxKeyDays)
	}
	return problems.Err()
}

// CreateKey mints an API key. Only an admin can, and the first one comes from the server's own terminal. The secret is in
// the first answer alone: a replay under the same idempotency key answers the key without it.
func (s *Service) CreateKey(ctx context.Context, call Call, request KeyRequest, encode Encode[CreatedKey]) (Answer, error) {
	if err := request.check(); err != nil {
		return Answer{}, err
	}
	return write(ctx, s, call, encode, func(w *work) (CreatedKey, error) {
		who, err := w.authorize(ctx, needScope(parley.ScopeAdmin))
		if err != nil {
			return CreatedKey{}, err
		}
		if request.AccountID != "" {
			if request.Identity, err = w.identityOf(ctx, request.AccountID, request.Identity); err != nil {
				return CreatedKey{}, err
			}
		}
		secret := s.ids.NewSecret()
		key := parley.Key{
			ID: s.ids.New(parley.PrefixKey), Hash: parley.HashSecret(secret), Hint: secret[len(secret)-4:],
			Role: request.Role, Scopes: request.Scopes, Label: strings.TrimSpace(request.Label), Identity: request.Identity,
			AgentURL: request.AgentURL, CreatedAt: w.now, CreatedBy: who.Actor(),
		}
		if request.ExpiresInDays > 0 {
			expires := w.now.Add(time.Duration(request.ExpiresInDays) * 24 * time.Hour)
			key.ExpiresAt = &expires
		}
		if err := w.adopt(ctx, key.Identity); err != nil {
			return CreatedKey{}, err
		}
		w.InsertKey(key)
		if err := w.keepWithoutSecret(key, encode); err != nil {
			return CreatedKey{}, err
		}
		about := aboutKey(key)
		return CreatedKey{Key: key, Secret: secret},
			w.record(parley.Event{Type: parley.EventKeyCreated, Data: data(about)}, "key.create", "key", key.ID, nil, about)
	})
}

// aboutKey is what is told of a key.
func aboutKey(key parley.Key) map[string]any {
	return map[string]any{"key_id": key.ID, "role": key.Role, "label": key.Label}
}

// keepWithoutSecret keeps the answer without the secret, for replays under the same idempotency key.
func (w *work) keepWithoutSecret(key parley.Key, encode Encode[CreatedKey]) error {
	withoutSecret, err := encode(CreatedKey{Key: key})
	if err != nil {
		return parley.Internal(err)
	}
	w.keep = &withoutSecret
	return nil
}

// Keys lists API keys, for the publisher.
func (s *Service) Keys(ctx context.Context, call Call, filter storage.KeyFilter) (storage.Listing[parley.Key], error) {
	return forViewer(ctx, s, call, func(v *view) *storage.Pending[storage.Listing[parley.Key]] { return v.Keys(filter) })
}

// OwnKey stands for the id of the key that asks, for whoever does not know it.
const OwnKey = "self"

// Key reads one API key: an operator any, a buyer its own.
func (s *Service) Key(ctx context.Context, call Call, id string) (parley.Key, error) {
	return read(ctx, s, call, func(v *view) (parley.Key, error) {
		who, err := v.authorize(ctx, needCredential)
		if err != nil {
			return parley.Key{}, err
		}
		if id == OwnKey {
			id = who.KeyID
		}
		if !who.IsOperator() && who.KeyID != id {
			return parley.Key{}, unknown("key", id)
		}
		return v.Key(id).Get(ctx)
	})
}

// RevokeKey ends a key, for good and at once on every node. Revoking it again changes nothing.
func (s *Service) RevokeKey(ctx context.Context, call Call, id string, encode Encode[parley.Key]) (Answer, error) {
	return write(ctx, s, call, encode, func(w *work) (parley.Key, error) {
		if _, err := w.authorize(ctx, needScope(parley.ScopeAdmin)); err != nil {
			return parley.Key{}, err
		}
		key, err := w.RevokeKey(id, w.now).Get(ctx)
		if err != nil {
			return parley.Key{}, err
		}
		if key.RevokedAt == nil || !key.RevokedAt.Equal(w.now) {
			return key, nil
		}
		about := aboutKey(key)
		return key, w.record(parley.Event{Type: parley.EventKeyRevoked, Data: data(about)}, "key.revoke", "key", key.ID, nil, about)
	})
}
