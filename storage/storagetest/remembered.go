package storagetest

import (
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"parley"
	"parley/storage"
)

// facts are what stores may remember.
type facts struct {
	live, named, ruled, reserved, sent bool
}

// ways are how somebody can look at what is stored.
var ways = map[string]func(*fixture, func(*storage.Reader) error) error{
	"reads": func(f *fixture, look func(*storage.Reader) error) error { return f.store.Read(f.Context(), look) },
	"appends": func(f *fixture, look func(*storage.Reader) error) error {
		return f.store.Append(f.Context(), func(tx *storage.Tx) error { return look(&tx.Reader) })
	},
	"transactions": func(f *fixture, look func(*storage.Reader) error) error {
		return f.store.Tx(f.Context(), func(tx *storage.Tx) error { return look(&tx.Reader) })
	},
	"transactions that share a commit": func(f *fixture, look func(*storage.Reader) error) error {
		return errors.Join(race(8, func(int) error {
			return f.store.Tx(f.Context(), func(tx *storage.Tx) error { return look(&tx.Reader) })
		})...)
	},
}

// look asks for what stores may remember of a key and a product, one thing after the other.
func (f *fixture) look(r *storage.Reader, key parley.Key, product string) (facts, error) {
	ctx := f.Context()
	credential, noCredential := r.Credential(key.Hash).Get(ctx)
	byID, noID := r.CredentialOf(key.ID).Get(ctx)
	p, noProduct := r.Product(product).Get(ctx)
	pricing, noPricing := storage.PricingRules.Version(r).Get(ctx)
	days, noDays := r.Capacity(product, flight).Get(ctx)
	destinations, noDestinations := r.EachDestination().Get(ctx)
	if err := errors.Join(noCredential, noID, noProduct, noPricing, noDays, noDestinations); err != nil {
		return facts{}, err
	}
	if (byID.Key.RevokedAt == nil) != (credential.Key.RevokedAt == nil) {
		return facts{}, errors.New("a key is another by its id than by its secret")
	}
	return facts{
		live: credential.Key.RevokedAt == nil, named: p.Name != "renamed", ruled: pricing > 1, reserved: days[0].Reserved > 0,
		sent: len(destinations) > 0,
	}, nil
}

var remembered = map[string]func(*testing.T, *fixture){
	"is what is stored after every change": func(t *testing.T, f *fixture) {
		p, key := f.sold(), f.key(parley.RoleBuyer)
		f.write(func(tx *storage.Tx) { tx.InsertKey(key) })
		check := func(want facts) {
			t.Helper()
			for name, way := range ways {
				for range 2 { // the second is told what the first was
					err := way(f, func(r *storage.Reader) error {
						found, err := f.look(r, key, p.ID)
						if err == nil && found != want {
							t.Errorf("%s see %+v, want %+v", name, found, want)
						}
						return err
					})
					if err != nil {
						t.Fatalf("%s: %v", name, err)
					}
				}
			}
		}
		now := facts{live: true, named: true}
		check(now)
		for _, change := range []struct {
			make func(*storage.Tx)
			seen func(*facts)
		}{
			{func(tx *storage.Tx) { storage.PricingRules.Insert(tx, f.rule()) }, func(n *facts) { n.ruled = true }},
			{func(tx *storage.Tx) {
				renamed := p
				renamed.Name, renamed.Version = "renamed", 2
				tx.UpdateProduct(renamed, flight.Start)
			}, func(n *facts) { n.named = false }},
			{func(tx *storage.Tx) { tx.InsertDestination(f.destination("one")) }, func(n *facts) { n.sent = true }},
			{func(tx *storage.Tx) { tx.RevokeKey(key.ID, noon) }, func(n *facts) { n.live = false }},
			{func(tx *storage.Tx) { tx.Reserve(p.ID, flight, 10) }, func(n *facts) { n.reserved = true }},
		} {
			changed := now
			change.seen(&changed)
			// What is taken back was seen by nobody else, and is not remembered by whoever saw it.
			err := f.store.Tx(t.Context(), func(tx *storage.Tx) error {
				if _, err := f.look(&tx.Reader, key, p.ID); err != nil {
					return err
				}
				change.make(tx)
				found, err := f.look(&tx.Reader, key, p.ID)
				if err == nil && found != changed {
					t.Errorf("whoever makes a change sees %+v after it, want %+v", found, changed)
				}
				return errors.Join(err, errMind)
			})
			if !errors.Is(err, errMind) {
				t.Fatal(err)
			}
			check(now)
			f.write(change.make)
			now = changed
			check(now)
		}
	},
	"of a key ends with its revocation, whoever works beside": func(t *testing.T, f *fixture) {
		p, key := f.sold(), f.key(parley.RoleBuyer)
		f.write(func(tx *storage.Tx) { tx.InsertKey(key) })
		var over atomic.Bool
		const n = 24
		for i, err := range race(n, func(i int) error {
			if i == 0 {
				err := f.store.Tx(t.Context(), func(tx *storage.Tx) error { tx.RevokeKey(key.ID, noon); return nil })
				over.Store(true)
				return err
			}
			for range 20 {
				began := over.Load()
				look := func(r *storage.Reader) error {
					c, err := r.Credential(key.Hash).Get(t.Context())
					if err == nil && began && c.Key.Live(noon.Add(time.Hour)) {
						return errMind
					}
					return err
				}
				err := error(nil)
				if i%2 == 0 {
					err = f.store.Read(t.Context(), look)
				} else {
					err = f.store.Tx(t.Context(), func(tx *storage.Tx) error {
						tx.HoldDays(p.ID, flight, flight)
						return look(&tx.Reader)
					})
				}
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
