package storagetest

import (
	"context"
	"errors"
	"testing"

	"parley"
	"parley/storage"
)

var errMind = errors.New("changed my mind")

var transactions = map[string]func(*testing.T, *fixture){
	"an error rolls everything back": func(t *testing.T, f *fixture) {
		k := f.key(parley.RoleBuyer)
		err := f.store.Tx(t.Context(), func(tx *storage.Tx) error {
			tx.InsertKey(k)
			same(f, get(t.Context(), f, tx.Key(k.ID)).ID, k.ID)
			return errMind
		})
		if !errors.Is(err, errMind) {
			t.Fatalf("the error is %v", err)
		}
		missing(f, func(r *storage.Reader) *storage.Pending[parley.Key] { return r.Key(k.ID) })
	},
	"after a refusal nothing can be committed": func(t *testing.T, f *fixture) {
		k, other := f.key(parley.RoleBuyer), f.key(parley.RoleBuyer)
		f.write(func(tx *storage.Tx) { tx.InsertKey(k) })
		err := f.store.Tx(t.Context(), func(tx *storage.Tx) error {
			tx.InsertKey(other)
			tx.InsertKey(k)
			_, err := tx.Key(other.ID).Get(t.Context())
			f.code(err, parley.CodeConflict)
			return nil
		})
		f.code(err, parley.CodeConflict)
		missing(f, func(r *storage.Reader) *storage.Pending[parley.Key] { return r.Key(other.ID) })
	},
	"a row that is missing does not end a transaction": func(t *testing.T, f *fixture) {
		k := f.key(parley.RoleBuyer)
		f.tx(func(tx *storage.Tx) error {
			_, err := tx.Key("nobody").Get(t.Context())
			f.code(err, parley.CodeNotFound)
			tx.InsertKey(k)
			return nil
		})
		read(f, func(r *storage.Reader) *storage.Pending[parley.Key] { return r.Key(k.ID) })
	},
	"an answer that has come sends nothing more": func(t *testing.T, f *fixture) {
		k, twice := f.key(parley.RoleBuyer), f.key(parley.RoleBuyer)
		f.write(func(tx *storage.Tx) { tx.InsertKey(twice) })
		err := f.store.Tx(t.Context(), func(tx *storage.Tx) error {
			none := tx.Key(k.ID)
			if _, err := none.Get(t.Context()); !parley.Is(err, parley.CodeNotFound) {
				t.Errorf("a key that is not there: %v", err)
			}
			tx.InsertKey(twice)
			if _, err := none.Get(t.Context()); !parley.Is(err, parley.CodeNotFound) {
				t.Errorf("the answer has become %v", err)
			}
			return nil
		})
		f.code(err, parley.CodeConflict)
	},
	"what asks once is answered from one snapshot": func(t *testing.T, f *fixture) {
		k := f.key(parley.RoleBuyer)
		f.write(func(tx *storage.Tx) { tx.InsertKey(k) })
		ask := func(id string, again bool) error {
			return f.store.Ask(t.Context(), func(r *storage.Reader) error {
				one, other := r.Key(id), r.Key(k.ID)
				_, err := one.Get(t.Context())
				if _, wrong := other.Get(t.Context()); wrong != nil || !again {
					return errors.Join(wrong, err)
				}
				_, err = r.Key(id).Get(t.Context())
				return err
			})
		}
		if err := ask(k.ID, false); err != nil {
			t.Error(err)
		}
		f.code(ask("nobody", false), parley.CodeNotFound)
		if err := ask(k.ID, true); !errors.Is(err, storage.ErrAskedAgain) {
			t.Errorf("a second question: %v", err)
		}
	},
	"an answer stays what it was": func(t *testing.T, f *fixture) {
		k := f.key(parley.RoleBuyer)
		f.write(func(tx *storage.Tx) { tx.InsertKey(k) })
		f.tx(func(tx *storage.Tx) error {
			before := tx.Key(k.ID)
			tx.RevokeKey(k.ID, noon)
			after := tx.Key(k.ID)
			if get(t.Context(), f, after).RevokedAt == nil || get(t.Context(), f, before).RevokedAt != nil {
				t.Error("the answers do not follow the order of the questions")
			}
			return nil
		})
	},
	"a snapshot does not move": func(t *testing.T, f *fixture) {
		err := f.store.Read(t.Context(), func(r *storage.Reader) error {
			before := get(t.Context(), f, r.Keys(storage.KeyFilter{}))
			f.write(func(tx *storage.Tx) { tx.InsertKey(f.key(parley.RoleBuyer)) })
			after := get(t.Context(), f, r.Keys(storage.KeyFilter{}))
			same(f, after.Total, before.Total)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	},
	"a panic comes out and leaves nothing": func(t *testing.T, f *fixture) {
		k := f.key(parley.RoleBuyer)
		func() {
			defer func() {
				if got := recover(); got != "oh" {
					t.Errorf("recovered %v", got)
				}
			}()
			_ = f.store.Tx(t.Context(), func(tx *storage.Tx) error {
				tx.InsertKey(k)
				get(t.Context(), f, tx.Key(k.ID))
				panic("oh")
			})
		}()
		missing(f, func(r *storage.Reader) *storage.Pending[parley.Key] { return r.Key(k.ID) })
		f.write(func(tx *storage.Tx) { tx.InsertKey(k) })
	},
	"a cancelled context stores nothing": func(t *testing.T, f *fixture) {
		k := f.key(parley.RoleBuyer)
		cancelled, cancel := context.WithCancel(t.Context())
		cancel()
		ran := false
		err := f.store.Tx(cancelled, func(tx *storage.Tx) error {
			ran = true
			return nil
		})
		if !errors.Is(err, context.Canceled) || ran {
			t.Errorf("err = %v, ran = %v", err, ran)
		}
		during, cancel := context.WithCancel(t.Context())
		err = f.store.Tx(during, func(tx *storage.Tx) error {
			tx.InsertKey(k)
			get(during, f, tx.Key(k.ID))
			cancel()
			return nil
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("err = %v", err)
		}
		missing(f, func(r *storage.Reader) *storage.Pending[parley.Key] { return r.Key(k.ID) })
		if err := f.store.Read(cancelled, func(*storage.Reader) error { return nil }); !errors.Is(err, context.Canceled) {
			t.Errorf("Read under a cancelled context: %v", err)
		}
		f.write(func(tx *storage.Tx) { tx.InsertKey(k) })
	},
	"neighbours do not feel each other's failures": func(t *testing.T, f *fixture) {
		const n = 60
		keys := make([]parley.Key, n)
		for i := range keys {
			keys[i] = f.key(parley.RoleBuyer)
		}
		taken := f.key(parley.RoleBuyer)
		f.write(func(tx *storage.Tx) { tx.InsertKey(taken) })
		errs := race(n, func(i int) (err error) {
			defer func() {
				if p := recover(); p != nil {
					err = errMind
				}
			}()
			return f.store.Tx(t.Context(), func(tx *storage.Tx) error {
				tx.InsertKey(keys[i])
				switch i % 4 {
				case 1:
					return errMind
				case 2:
					tx.InsertKey(taken)
				case 3:
					panic("oh")
				}
				return nil
			})
		})
		for i, err := range errs {
			_, found := try(f, func(r *storage.Reader) *storage.Pending[parley.Key] { return r.Key(keys[i].ID) })
			if stored := found == nil; stored != (i%4 == 0) || stored != (err == nil) {
				t.Errorf("transaction %d: answered %v, stored %v", i, err, stored)
			}
		}
	},
	"text that no database takes is refused": func(t *testing.T, f *fixture) {
		for _, label := range []string{"a\x00b", "\xff"} {
			k := f.key(parley.RoleBuyer)
			k.Label = label
			f.refused(parley.CodeValidation, func(tx *storage.Tx) { tx.InsertKey(k) })
		}
	},
	"the store answers a ping": func(t *testing.T, f *fixture) {
		if err := f.store.Ping(t.Context()); err != nil {
			t.Error(err)
		}
	},
	"that fail halfway take nothing of the others with them": func(t *testing.T, f *fixture) {
		const n, rounds = 32, 4
		p := f.sold()
		taken := f.quote(p.ID, "buyer/a")
		f.write(func(tx *storage.Tx) { tx.InsertQuote(taken) })
		for range rounds {
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
				return f.store.Tx(t.Context(), func(tx *storage.Tx) error {
					tx.InsertQuote(quotes[i])
					if _, err := tx.Quote(quotes[i].ID).Get(t.Context()); err != nil { // which writes it
						return err
					}
					switch i % 8 {
					case 5:
						return errMind
					case 6:
						tx.InsertQuote(taken)
					case 7:
						panic("oh")
					}
					return nil
				})
			})
			for i, err := range errs {
				_, found := try(f, func(r *storage.Reader) *storage.Pending[parley.Quote] { return r.Quote(quotes[i].ID) })
				if stored := found == nil; stored != (i%8 < 5) || stored != (err == nil) {
					t.Errorf("transaction %d: answered %v, stored %v", i, err, stored)
				}
			}
		}
	},
}
