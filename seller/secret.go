package seller

import (
	"context"

	"parley/storage"
)

// Secret answers a secret of the program's own that the nodes of one database share and that outlives them. The first
// call under a name stores fresh, which has at least 16 unpredictable bytes; every later one answers what was stored.
func (s *Service) Secret(ctx context.Context, name string, fresh []byte) ([]byte, error) {
	var secret []byte
	err := s.store.Tx(ctx, func(tx *storage.Tx) error {
		var err error
		secret, err = tx.Secret(name, fresh).Get(ctx)
		return err
	})
	return secret, err
}
