package storagetest

import (
	"sync/atomic"
	"testing"
	"time"

	"parley"
	"parley/storage"
)

var answers = map[string]func(*testing.T, *fixture){
	"are kept under scope and key": func(t *testing.T, f *fixture) {
		answer := storage.Answer{Fingerprint: "f", Status: 201, Body: []byte("{\"a\":\x00}"), CreatedAt: noon}
		empty := storage.Answer{Fingerprint: "g", Status: 204, CreatedAt: noon}
		f.tx(func(tx *storage.Tx) error {
			if got := get(t.Context(), f, tx.ClaimAnswer("s", "k")); got != nil {
				t.Errorf("found %v in an empty store", got)
			}
			tx.InsertAnswer("s", "k", answer)
			tx.InsertAnswer("s", "K", empty)
			return nil
		})
		f.tx(func(tx *storage.Tx) error {
			same(f, get(t.Context(), f, tx.ClaimAnswer("s", "k")), &answer)
			same(f, get(t.Context(), f, tx.ClaimAnswer("s", "K")), &empty)
			same(f, get(t.Context(), f, tx.ClaimAnswer("S", "k")), nil)
			return nil
		})
		f.refused(parley.CodeContention, func(tx *storage.Tx) { tx.InsertAnswer("s", "k", answer) })
	},
	"are given once to fifty at a time": func(t *testing.T, f *fixture) {
		const n = 50
		var effects atomic.Int64
		errs := race(n, func(i int) error {
			return f.store.Tx(t.Context(), func(tx *storage.Tx) error {
				stored, err := tx.ClaimAnswer("scope", "key").Get(t.Context())
				if err != nil || stored != nil {
					return err
				}
				effects.Add(1)
				tx.InsertKey(f.key(parley.RoleBuyer))
				tx.InsertAnswer("scope", "key", storage.Answer{Fingerprint: "f", Status: 200, CreatedAt: noon})
				return nil
			})
		})
		same(f, tally(errs), map[parley.Code]int{"": n})
		same(f, effects.Load(), int64(1))
	},
	"are forgotten by age": func(t *testing.T, f *fixture) {
		f.write(func(tx *storage.Tx) {
			for i, key := range []string{"a", "b", "c", "d"} {
				tx.InsertAnswer("s", key, storage.Answer{Fingerprint: "f", Status: 200, CreatedAt: noon.Add(time.Duration(i) * time.Hour)})
			}
		})
		for _, want := range []int64{2, 1, 0} {
			f.tx(func(tx *storage.Tx) error {
				same(f, get(t.Context(), f, tx.DeleteAnswers(noon.Add(3*time.Hour), 2, 0)), want)
				return nil
			})
		}
		f.tx(func(tx *storage.Tx) error {
			if get(t.Context(), f, tx.ClaimAnswer("s", "d")) == nil {
				t.Error("an answer made at the instant itself is gone")
			}
			return nil
		})
	},
}
