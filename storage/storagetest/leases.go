package storagetest

import (
	"sync/atomic"
	"testing"
	"time"

	"parley"
	"parley/storage"
)

var leases = map[string]func(*testing.T, *fixture){
	"belong to one holder at a time": func(t *testing.T, f *fixture) {
		for _, step := range []struct {
			holder     string
			now, until time.Duration
			want       bool
		}{
			{"a", 0, 10, true}, {"b", 5, 15, false}, {"a", 8, 18, true}, {"b", 17, 27, false}, {"b", 18, 28, true}, {"a", 19, 29, false},
		} {
			f.tx(func(tx *storage.Tx) error {
				same(f, get(t.Context(), f, tx.Lease("sweep", step.holder, noon.Add(step.now*time.Second), noon.Add(step.until*time.Second))), step.want)
				return nil
			})
		}
		f.tx(func(tx *storage.Tx) error {
			same(f, get(t.Context(), f, tx.Lease("other", "a", noon, noon.Add(time.Second))), true)
			return nil
		})
	},
	"of a clock that was ahead are not waited for": func(t *testing.T, f *fixture) {
		take := func(holder string, now, until time.Time) (holds bool) {
			f.tx(func(tx *storage.Tx) error {
				holds = get(t.Context(), f, tx.Lease("sweep", holder, now, until))
				return nil
			})
			return holds
		}
		ahead := noon.Add(48 * time.Hour)
		same(f, take("ahead", ahead, ahead.Add(10*time.Second)), true)
		same(f, take("b", noon, noon.Add(10*time.Second)), true)
		same(f, take("c", noon.Add(-9*time.Second), noon.Add(time.Second)), false) // a clock that differs by less
		same(f, take("ahead", ahead, ahead), true)                                 // it has run out by that clock
		same(f, take("b", noon, noon), false)                                      // and nobody gives back what is another's
		f.tx(func(tx *storage.Tx) error {
			same(f, get(t.Context(), f, tx.LeaseHolder("sweep")), "ahead")
			same(f, get(t.Context(), f, tx.LeaseHolder("nobody's")), "")
			return nil
		})
	},
	"go to one of many": func(t *testing.T, f *fixture) {
		var holders atomic.Int64
		errs := race(20, func(i int) error {
			return f.store.Tx(t.Context(), func(tx *storage.Tx) error {
				holds, err := tx.Lease("sweep", string(rune('a'+i)), noon, noon.Add(time.Hour)).Get(t.Context())
				if holds {
					holders.Add(1)
				}
				return err
			})
		})
		same(f, tally(errs), map[parley.Code]int{"": 20})
		same(f, holders.Load(), int64(1))
	},
}
