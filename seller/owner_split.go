package seller

import (
	"context"

	"parley"
	"parley/storage"
)

// SplitOwners tells apart what keys of one seat id at several DSPs have bought together, as programs had it that took no DSP for part of an
// owner, and says how many owners it looked at. What begins anew after it was interrupted goes on where it was. An owner that one seat
// alone has stays as it is.
func (s *Service) SplitOwners(ctx context.Context) (int, error) {
	var mixed []string
	err := s.store.Read(ctx, func(r *storage.Reader) (err error) {
		mixed, err = r.MixedOwners().Get(ctx)
		return err
	})
	for _, owner := range mixed {
		if err == nil {
			err = s.splitOwner(ctx, owner)
		}
	}
	return len(mixed), err
}

// splitOwner gives what an owner has to the seats that it is, then these their owners, and then what they have begun meanwhile.
func (s *Service) splitOwner(ctx context.Context, mixed string) error {
	upTo := make([]string, len(storage.OwnedTables))
	if err := s.splitRows(ctx, mixed, upTo); err != nil {
		return err
	}
	err := anew(ctx, s.store.Tx, func(tx *storage.Tx) error {
		w := &work{Tx: tx, service: s, now: s.clock(), who: sweeper}
		split, err := tx.SplitOwner(mixed).Get(ctx)
		for _, id := range split {
			key, failed := w.Key(id).Get(ctx)
			if failed != nil {
				return failed
			}
			became := key.Principal(parley.TrustUnregistered).Owner()
			if failed := w.audit("key.split", "key", id, map[string]any{"owner": mixed}, map[string]any{"owner": became}); failed != nil {
				return failed
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	return s.splitRows(ctx, mixed, upTo)
}

// splitRows goes through what an owner has in each table after a row, which is the last one afterwards.
func (s *Service) splitRows(ctx context.Context, mixed string, upTo []string) error {
	for i, table := range storage.OwnedTables {
		for more := true; more; {
			var rows []string
			err := anew(ctx, s.store.Tx, func(tx *storage.Tx) (err error) {
				if rows, err = tx.OwnedRows(table, mixed, upTo[i], sweepBatch).Get(ctx); len(rows) > 0 {
					tx.SplitRows(table, mixed, upTo[i], rows[len(rows)-1])
				}
				return err
			})
			if err != nil {
				return err
			}
			if more = len(rows) == sweepBatch; len(rows) > 0 {
				upTo[i] = rows[len(rows)-1]
			}
		}
	}
	return nil
}
