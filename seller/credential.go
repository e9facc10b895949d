package seller

import (
	"context"
	"sync"
	"time"

	"parley"
	"parley/storage"
)

// screenedFor is how long a screening is remembered. Only the parts of a key that never change are taken from it.
const screenedFor = time.Minute

// screenedLimit bounds the memory of screenings.
const screenedLimit = 10_000

// screenedKeys remembers who presented which secret, so that an edge can refuse a request before it reads the body
// without asking the database each time.
type screenedKeys struct {
	mu      sync.Mutex
	entries map[string]screening
}

type screening struct {
	who   parley.Principal
	until time.Time
}

func (k *screenedKeys) get(hash string, now time.Time) (parley.Principal, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	e, ok := k.entries[hash]
	if !ok || !now.Before(e.until) {
		return parley.Principal{}, false
	}
	return e.who, true
}

func (k *screenedKeys) put(hash string, who parley.Principal, now time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.entries) >= screenedLimit || k.entries == nil {
		k.entries = make(map[string]screening)
	}
	k.entries[hash] = screening{who: who, until: now.Add(screenedFor)}
}

// Screen tells an edge who presents a secret, so that it can refuse early and choose how to render. It may be up to a
// minute old: it refuses nothing that the flow would allow, and what it lets through the flow checks again, in its own
// transaction, against the key as it is then. An empty secret is the anonymous caller.
func (s *Service) Screen(ctx context.Context, call Call) (parley.Principal, error) {
	if call.Operator != nil {
		return *call.Operator, nil
	}
	hash, now := "", s.clock()
	switch {
	case call.Secret != "":
		hash = parley.HashSecret(call.Secret)
	case call.NetworkKey != "":
		hash = "network " + call.NetworkKey
	default:
		return parley.Anonymous, nil
	}
	if who, ok := s.screened.get(hash, now); ok {
		return who, nil
	}
	who, err := s.Identify(ctx, call)
	if err != nil {
		return parley.Principal{}, err
	}
	s.screened.put(hash, who, now)
	return who, nil
}

// Identify finds out who presents a key, as the key is now: for what an edge answers by itself, without a flow that would find out.
// A key that does not hold is CodeUnauthorized.
func (s *Service) Identify(ctx context.Context, call Call) (parley.Principal, error) {
	return read(ctx, s, call, func(v *view) (parley.Principal, error) {
		return v.caller.principal(ctx)
	})
}

// lastUses gathers when keys were used, so that using a key costs no write; a background task stores them.
type lastUses struct {
	mu   sync.Mutex
	uses map[string]time.Time
}

func (l *lastUses) note(keyID string, at time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.uses == nil {
		l.uses = make(map[string]time.Time)
	}
	if l.uses[keyID].Before(at) {
		l.uses[keyID] = at
	}
}

func (l *lastUses) take() map[string]time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	uses := l.uses
	l.uses = nil
	return uses
}

// StoreLastUses writes when keys were last used since the call before. It only ever moves a key's last use forward.
func (s *Service) StoreLastUses(ctx context.Context) error {
	uses := s.lastUses.take()
	if len(uses) == 0 {
		return nil
	}
	return s.store.Tx(ctx, func(tx *storage.Tx) error {
		for id, at := range uses {
			tx.TouchKey(id, at)
		}
		return nil
	})
}
