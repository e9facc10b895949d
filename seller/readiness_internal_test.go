package seller

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"parley"
	"parley/internal/stores"
	"parley/storage"
)

// counted is a store that counts writing transactions, and refuses them when it is told to.
type counted struct {
	storage.Store
	mu      sync.Mutex
	writes  int
	refusal error
	hold    chan struct{} // closed when writes may go on; nil: at once
}

func (c *counted) Ping(context.Context) error { return nil }

func (c *counted) Tx(context.Context, func(storage.Tx) error) error {
	c.mu.Lock()
	c.writes++
	hold, refusal := c.hold, c.refusal
	c.mu.Unlock()
	if hold != nil {
		<-hold
	}
	return refusal
}

// TestProbesShareAWrite asks often, and while a write hangs: one write a second is made, and nobody waits for a hanging one
// longer than it wants to.
func TestProbesShareAWrite(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := &counted{}
		s := New(store, DefaultSettings(), parley.SystemClock, rand.Reader, slog.New(slog.DiscardHandler))
		for range 100 {
			if err := s.Ready(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if store.writes != 1 {
			t.Errorf("%d writes for a hundred probes at once", store.writes)
		}
		store.refusal = errors.New("the disk is full")
		time.Sleep(readinessFor)
		for range 100 {
			if err := s.Ready(t.Context()); !errors.Is(err, store.refusal) {
				t.Fatal(err)
			}
		}
		store.refusal, store.hold = nil, make(chan struct{})
		time.Sleep(readinessFor)
		impatient, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		for range 3 {
			if err := s.Ready(impatient); parley.CodeOf(err) != parley.CodeUnavailable {
				t.Errorf("while a write hangs: %v", err)
			}
		}
		close(store.hold)
		if err := s.Ready(t.Context()); err != nil || store.writes != 3 {
			t.Errorf("afterwards: %v, %d writes", err, store.writes)
		}
	})
}

// TestReadyOnEachStore leaves no lease that anybody holds.
func TestReadyOnEachStore(t *testing.T) {
	stores.Each(t, func(t *testing.T, store storage.Store) {
		s := New(store, DefaultSettings(), parley.SystemClock, rand.Reader, slog.New(slog.DiscardHandler))
		if err := s.Ready(t.Context()); err != nil {
			t.Error(err)
		}
	})
}
