package seller_test

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"parley"
	"parley/seller"
	"parley/storage"
)

// faulty is a real store whose writes are counted, held up, and made to fail.
type faulty struct {
	storage.Store
	mu      sync.Mutex
	writes  int
	refusal error                  // instead of any write
	hold    chan struct{}          // closed when writes may go on; nil: at once
	spoil   func([]string) bool    // of these quotes the removal fails
	broken  func(storage.Tx) error // how it does
}

// Tx implements storage.Store.
func (f *faulty) Tx(ctx context.Context, fn func(storage.Tx) error) error {
	f.mu.Lock()
	f.writes++
	hold, refusal := f.hold, f.refusal
	f.mu.Unlock()
	if hold != nil {
		<-hold
	}
	if refusal != nil {
		return refusal
	}
	return f.Store.Tx(ctx, func(tx storage.Tx) error {
		spoiled := &spoiledTx{Tx: tx, spoil: f.spoil}
		if err := fn(spoiled); err != nil || !spoiled.spoiled {
			return err
		}
		return f.broken(tx)
	})
}

// spoiledTx is a transaction that notes when it does what is to fail.
type spoiledTx struct {
	storage.Tx
	spoil   func([]string) bool
	spoiled bool
}

// DeleteQuotes implements storage.QuoteWriter.
func (t *spoiledTx) DeleteQuotes(ids []string) storage.Pending[int64] {
	t.spoiled = t.spoiled || t.spoil != nil && t.spoil(ids)
	return t.Tx.DeleteQuotes(ids)
}

// TestProbesShareAWrite asks often, and while a write hangs: one write a second is made, and nobody waits for a hanging one
// longer than it wants to.
func TestProbesShareAWrite(t *testing.T) {
	onEach(t, func(t *testing.T, d *desk) {
		store := &faulty{Store: d.store}
		s := seller.New(store, seller.DefaultSettings(), d.clock.read, rand.Reader, slog.New(slog.DiscardHandler))
		for range 100 {
			if err := s.Ready(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if store.writes != 1 {
			t.Errorf("%d writes for a hundred probes at once", store.writes)
		}
		store.refusal = errors.New("the disk is full")
		d.clock.move(time.Second)
		for range 100 {
			if err := s.Ready(t.Context()); !errors.Is(err, store.refusal) {
				t.Fatal(err)
			}
		}
		store.refusal, store.hold = nil, make(chan struct{})
		d.clock.move(time.Second)
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

// TestOneQuoteThatStaysKeepsNoOther has one of many old quotes that cannot be removed.
func TestOneQuoteThatStaysKeepsNoOther(t *testing.T) {
	onEach(t, func(t *testing.T, d *desk) {
		settings := seller.DefaultSettings()
		d.sell(video())
		buyer := d.buyer(acme)
		var quotes []string
		for range 5 {
			quotes = append(quotes, d.quote(buyer, ask(10_000)).ID)
		}
		stuck := quotes[1]
		store := &faulty{
			Store: d.store, spoil: func(ids []string) bool { return slices.Contains(ids, stuck) },
			broken: func(storage.Tx) error { return errors.New("something else refers to it") },
		}
		s := seller.New(store, settings, d.clock.read, rand.Reader, slog.New(slog.DiscardHandler))
		d.clock.move(settings.QuoteTTL)
		if n, err := s.ExpireQuotes(t.Context()); n != 5 || err != nil {
			t.Fatalf("%d expired, %v", n, err)
		}
		d.clock.move(settings.QuoteRetention + time.Hour)
		if n, err := s.RemoveQuotes(t.Context()); n != 5 || err != nil {
			t.Fatalf("%d looked at, %v", n, err)
		}
		for _, id := range quotes {
			_, err := d.service.PricingTrace(t.Context(), seller.Terminal("test"), id)
			if there := err == nil; there != (id == stuck) {
				t.Errorf("%s is there: %v (%v)", id, there, err)
			}
		}
	})
}
