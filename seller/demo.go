package seller

import (
	"bytes"
	"context"

	"parley"
	"parley/storage"
)

// demoMark names the secret that a database has which was made for a demo. Its value says nothing.
const demoMark = "demo"

// ErrNotADemo refuses to make a demo of what is somebody's own.
var ErrNotADemo = parley.Errorf(parley.CodeConflict, "This database is not a demo's: it has keys or products already, "+
	"and a demo would add an administrator's key. Name another database, or serve this one without --demo.")

// ClaimForDemo marks an empty database as a demo's. One that holds keys or products and has no mark is somebody's own, and
// is a CodeConflict: a demo would add an administrator to it.
func (s *Service) ClaimForDemo(ctx context.Context) error {
	fresh := []byte(s.ids.NewSecret())
	return s.store.Tx(ctx, func(tx *storage.Tx) error {
		mark := tx.Secret(demoMark, fresh)
		keys, products := tx.Keys(storage.KeyFilter{Page: storage.Page{Limit: 1}}), tx.Products(storage.ProductFilter{Page: storage.Page{Limit: 1}})
		stored, err := mark.Get(ctx)
		if err != nil || !bytes.Equal(stored, fresh) {
			return err
		}
		for _, count := range []func() (int64, error){
			func() (int64, error) { found, err := keys.Get(ctx); return found.Total, err },
			func() (int64, error) { found, err := products.Get(ctx); return found.Total, err },
		} {
			total, err := count()
			if err != nil {
				return err
			}
			if total > 0 {
				return ErrNotADemo
			}
		}
		return nil
	})
}
