package storagetest

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"parley"
	"parley/storage"
)

// sold is a product that has been imported.
func (f *fixture) sold() parley.Product {
	f.Helper()
	p := f.product("p")
	f.stock(p)
	return p
}

// appendQuote is the shape of an append: it looks at a key, a product, the prices and the ledger, and adds a quote.
func appendQuote(f *fixture, key parley.Key, q parley.Quote, look func(storage.Credential, parley.Product, int64, []parley.DayCapacity) error) error {
	ctx := f.Context()
	return f.store.Append(ctx, func(tx *storage.Tx) error {
		credential, product := tx.Credential(key.Hash), tx.Product(q.ProductID)
		version, days := storage.PricingRules.Version(&tx.Reader), tx.Capacity(q.ProductID, q.Flight)
		c, noCredential := credential.Get(ctx)
		p, noProduct := product.Get(ctx)
		v, noVersion := version.Get(ctx)
		d, noDays := days.Get(ctx)
		if err := errors.Join(noCredential, noProduct, noVersion, noDays); err != nil {
			return err
		}
		if err := look(c, p, v, d); err != nil {
			return err
		}
		tx.InsertQuote(q)
		return nil
	})
}

var appends = map[string]func(*testing.T, *fixture){
	"store all rows or none": func(t *testing.T, f *fixture) {
		p := f.sold()
		quote := f.quote(p.ID, "buyer/a")
		event := parley.Event{ID: f.id("evt-"), Type: parley.EventQuoteCreated, OccurredAt: noon, QuoteID: quote.ID}
		add := func(tx *storage.Tx) error {
			tx.InsertQuote(quote)
			tx.InsertEvent(event)
			tx.InsertAudit(parley.AuditEntry{At: noon, Actor: "a", Action: "quote.create", Resource: "quote", ResourceID: quote.ID})
			return nil
		}
		if err := f.store.Append(t.Context(), add); err != nil {
			t.Fatal(err)
		}
		same(f, read(f, func(r *storage.Reader) *storage.Pending[parley.Quote] { return r.Quote(quote.ID) }), quote)
		read(f, func(r *storage.Reader) *storage.Pending[parley.Event] { return r.Event(event.ID) })
		quote.ID = f.id("qt-") // the event is refused
		f.code(f.store.Append(t.Context(), add), parley.CodeConflict)
		missing(f, func(r *storage.Reader) *storage.Pending[parley.Quote] { return r.Quote(quote.ID) })
		same(f, read(f, func(r *storage.Reader) *storage.Pending[storage.Listing[parley.AuditEntry]] {
			return r.Audits(storage.AuditFilter{})
		}).Total, int64(1))
	},
	"change nothing else": func(t *testing.T, f *fixture) {
		k := f.key(parley.RoleBuyer)
		err := f.store.Append(t.Context(), func(tx *storage.Tx) error {
			tx.InsertKey(k)
			return nil
		})
		if !errors.Is(err, storage.ErrNotAppended) {
			t.Errorf("the error is %v", err)
		}
		missing(f, func(r *storage.Reader) *storage.Pending[parley.Key] { return r.Key(k.ID) })
	},
	"see every change that was made before": func(t *testing.T, f *fixture) {
		p, key := f.sold(), f.key(parley.RoleBuyer)
		f.write(func(tx *storage.Tx) { tx.InsertKey(key) })
		var revoked bool
		var version, reserved int64
		var name string
		quote := func() {
			t.Helper()
			err := appendQuote(f, key, f.quote(p.ID, "buyer/a"), func(c storage.Credential, p parley.Product, v int64, days []parley.DayCapacity) error {
				name, revoked, version, reserved = p.Name, c.Key.RevokedAt != nil, v, days[0].Reserved
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		quote()
		quote() // from whatever the store remembers
		before := version
		f.write(func(tx *storage.Tx) { tx.Reserve(p.ID, flight, 10) })
		if quote(); reserved != 1 {
			t.Errorf("%d reserved on the first day, want 1", reserved)
		}
		f.write(func(tx *storage.Tx) { storage.PricingRules.Insert(tx, f.rule()) })
		if quote(); version == before {
			t.Error("the version of the prices is the old one")
		}
		f.write(func(tx *storage.Tx) { tx.RevokeKey(key.ID, noon) })
		if quote(); !revoked {
			t.Error("the key is still live")
		}
		p.Name = "renamed"
		f.stock(p)
		if quote(); name != p.Name {
			t.Errorf("the product is still %q", name)
		}
	},
	"are refused for what is stored": func(t *testing.T, f *fixture) {
		p, key := f.sold(), f.key(parley.RoleBuyer)
		f.write(func(tx *storage.Tx) { tx.InsertKey(key) })
		quote := func() error {
			return appendQuote(f, key, f.quote(p.ID, "buyer/a"), func(_ storage.Credential, found parley.Product, _ int64, _ []parley.DayCapacity) error {
				if found.Name != "wanted" {
					return errMind
				}
				return nil
			})
		}
		if err := quote(); !errors.Is(err, errMind) {
			t.Fatal(err)
		}
		p.Name = "wanted"
		f.stock(p)
		if err := quote(); err != nil {
			t.Errorf("refused for what is no longer stored: %v", err)
		}
	},
	"see what an abandoned change left as it was": func(t *testing.T, f *fixture) {
		p, key := f.sold(), f.key(parley.RoleBuyer)
		f.write(func(tx *storage.Tx) { tx.InsertKey(key) })
		if err := f.store.Tx(t.Context(), func(tx *storage.Tx) error {
			get(t.Context(), f, tx.RevokeKey(key.ID, noon))
			return errMind
		}); !errors.Is(err, errMind) {
			t.Fatal(err)
		}
		err := appendQuote(f, key, f.quote(p.ID, "buyer/a"), func(c storage.Credential, _ parley.Product, _ int64, _ []parley.DayCapacity) error {
			same(f, c.Key.RevokedAt, nil)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	},
	"do not feel their neighbours' failures": func(t *testing.T, f *fixture) {
		const n = 60
		p := f.sold()
		taken := f.quote(p.ID, "buyer/a")
		f.write(func(tx *storage.Tx) { tx.InsertQuote(taken) })
		quotes := make([]parley.Quote, n)
		for i := range quotes {
			quotes[i] = f.quote(p.ID, "buyer/a")
		}
		errs := race(n, func(i int) (err error) {
			defer func() {
				if p := recover(); p != nil {
					err = errMind
				}
			}()
			store := f.store.Append
			if i%3 == 0 {
				store = f.store.Tx
			}
			return store(t.Context(), func(tx *storage.Tx) error {
				tx.InsertQuote(quotes[i])
				switch i % 4 {
				case 1:
					return errMind
				case 2:
					tx.InsertQuote(taken)
				case 3:
					panic("oh")
				}
				return nil
			})
		})
		for i, err := range errs {
			_, found := try(f, func(r *storage.Reader) *storage.Pending[parley.Quote] { return r.Quote(quotes[i].ID) })
			if stored := found == nil; stored != (i%4 == 0) || stored != (err == nil) {
				t.Errorf("append %d: answered %v, stored %v", i, err, stored)
			}
		}
	},
	"answer a key once to fifty at a time": func(t *testing.T, f *fixture) {
		const n = 50
		p := f.sold()
		var replays atomic.Int64
		errs := race(n, func(i int) error {
			quote := f.quote(p.ID, fmt.Sprint("buyer/", i))
			return f.store.Append(t.Context(), func(tx *storage.Tx) error {
				stored, err := tx.ClaimAnswer("scope", "key").Get(t.Context())
				if stored != nil {
					replays.Add(1)
				}
				if err != nil || stored != nil {
					return err
				}
				tx.InsertQuote(quote)
				tx.InsertAnswer("scope", "key", storage.Answer{Fingerprint: "f", Status: 201, CreatedAt: noon})
				return nil
			})
		})
		same(f, tally(errs), map[parley.Code]int{"": n})
		same(f, replays.Load(), int64(n-1))
		same(f, read(f, func(r *storage.Reader) *storage.Pending[storage.Listing[parley.Quote]] {
			return r.Quotes(storage.QuoteFilter{Now: noon})
		}).Total, int64(1))
	},
	"of a cancelled context store nothing": func(t *testing.T, f *fixture) {
		p := f.sold()
		quote := f.quote(p.ID, "buyer/a")
		cancelled, cancel := context.WithCancel(t.Context())
		err := f.store.Append(cancelled, func(tx *storage.Tx) error {
			tx.InsertQuote(quote)
			cancel()
			return nil
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("err = %v", err)
		}
		missing(f, func(r *storage.Reader) *storage.Pending[parley.Quote] { return r.Quote(quote.ID) })
	},
	"of contexts that end in between are stored when they say so": func(t *testing.T, f *fixture) {
		// Half of the callers give up at some time after they have begun, among others who share their transactions.
		const n, rounds = 40, 10
		p := f.sold()
		for range rounds {
			quotes := make([]parley.Quote, n)
			for i := range quotes {
				quotes[i] = f.quote(p.ID, "buyer/a")
			}
			errs := race(n, func(i int) error {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				return f.store.Append(ctx, func(tx *storage.Tx) error {
					tx.InsertQuote(quotes[i])
					if i%2 == 0 {
						go cancel()
					}
					return nil
				})
			})
			for i, err := range errs {
				_, found := try(f, func(r *storage.Reader) *storage.Pending[parley.Quote] { return r.Quote(quotes[i].ID) })
				if err == nil && found != nil {
					t.Errorf("append %d was told that it is stored: %v", i, found)
				}
				if err != nil && (i%2 == 1 || !errors.Is(err, context.Canceled)) {
					t.Errorf("append %d: %v", i, err)
				}
			}
		}
	},
	"race with the revocation of their key": func(t *testing.T, f *fixture) {
		// After the revocation has been acknowledged no append that begins sees a live key.
		p, key := f.sold(), f.key(parley.RoleBuyer)
		f.write(func(tx *storage.Tx) { tx.InsertKey(key) })
		var over atomic.Bool
		const n = 24
		for i, err := range race(n, func(i int) error {
			if i == 0 {
				err := f.store.Tx(t.Context(), func(tx *storage.Tx) error {
					tx.RevokeKey(key.ID, noon)
					return nil
				})
				over.Store(true)
				return err
			}
			for range 20 {
				began := over.Load()
				err := appendQuote(f, key, f.quote(p.ID, "buyer/a"), func(c storage.Credential, _ parley.Product, _ int64, _ []parley.DayCapacity) error {
					if began && c.Key.Live(noon.Add(time.Hour)) {
						return errMind
					}
					return nil
				})
				if err != nil {
					return err
				}
			}
			return nil
		}) {
			if err != nil {
				t.Errorf("%d: %v", i, err)
			}
		}
	},
}
