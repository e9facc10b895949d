package storagetest

import (
	"bytes"
	"sync"
	"testing"

	"parley/storage"
)

var secrets = map[string]func(*testing.T, *fixture){
	"stay as they were first": func(t *testing.T, f *fixture) {
		first, other := bytes.Repeat([]byte{0, 1, 2, 255}, 8), bytes.Repeat([]byte{7}, 32)
		for _, step := range []struct {
			name        string
			fresh, want []byte
		}{{"a", first, first}, {"a", other, first}, {"b", other, other}, {"a", first, first}} {
			f.tx(func(tx *storage.Tx) error {
				same(f, get(t.Context(), f, tx.Secret(step.name, step.fresh)), step.want)
				return nil
			})
		}
	},
	"are long": func(t *testing.T, f *fixture) {
		err := f.store.Tx(t.Context(), func(tx *storage.Tx) error {
			_, err := tx.Secret("short", make([]byte, 15)).Get(t.Context())
			return err
		})
		if err == nil {
			t.Error("a secret of 15 bytes was stored")
		}
	},
	"are one for all who ask at once": func(t *testing.T, f *fixture) {
		var mu sync.Mutex
		seen := map[string]bool{}
		errs := race(20, func(i int) error {
			return f.store.Tx(t.Context(), func(tx *storage.Tx) error {
				value, err := tx.Secret("shared", bytes.Repeat([]byte{byte(i)}, 32)).Get(t.Context())
				if err == nil {
					mu.Lock()
					defer mu.Unlock()
					seen[string(value)] = true
				}
				return err
			})
		})
		for _, err := range errs {
			if err != nil {
				t.Error(err)
			}
		}
		if len(seen) != 1 {
			t.Errorf("%d secrets were answered", len(seen))
		}
	},
}
