package seller

import (
	"context"
	"slices"

	"parley/storage"
)

// SettleNames has accounts and keys that earlier programs made found whatever the case of their letters, and says how many spellings it stored. Two
// accounts that are told apart by nothing else stay two: an identity that names one of them is held to what is decided for both.
func (s *Service) SettleNames(ctx context.Context) (int, error) {
	stored := 0
	for _, of := range []storage.AccountSpelling{storage.AccountsWritten, storage.AccountsToName} {
		for after, more := "", true; more; {
			var found []string
			err := s.store.Read(ctx, func(r *storage.Reader) (err error) {
				found, err = r.SpelledBefore(of, after, sweepBatch).Get(ctx)
				return err
			})
			if err != nil {
				return stored, err
			}
			if more = len(found) == sweepBatch; more {
				after = found[len(found)-1]
			}
			if found = slices.DeleteFunc(found, storage.FoundAnyway); len(found) == 0 {
				continue
			}
			err = s.store.Tx(ctx, func(tx *storage.Tx) error {
				tx.LockAccounts()
				for _, spelling := range found {
					tx.SpellAlike(of, spelling)
				}
				return nil
			})
			if err != nil {
				return stored, err
			}
			stored += len(found)
		}
	}
	keys, err := s.settleEach(ctx, "keys were not made to be found whatever the case of their letters", (*storage.Reader).KeysSpelledBefore,
		func(w *work, _ context.Context, spelling string) error { w.SpellKeys(spelling); return nil })
	return stored + keys, err
}
