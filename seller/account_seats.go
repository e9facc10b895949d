package seller

import (
	"cmp"
	"context"
	"slices"

	"parley"
	"parley/storage"
)

// SettleSeats makes one account of those that earlier programs made of one seat for spellings of its DSP, makes those that they made none of,
// of seats without a DSP, has seats that are nobody's belong to whom their keys name, and says how many accounts it looked at. Who owns what
// stays as it is.
func (s *Service) SettleSeats(ctx context.Context) (int, error) {
	one, err := s.settleEach(ctx, "a seat's accounts could not be made one", (*storage.Reader).UnsettledSeats, (*work).settleSeat)
	if err != nil {
		return one, err
	}
	made, err := s.settleEach(ctx, "the account of a seat without a DSP could not be made", (*storage.Reader).SeatsLacking, (*work).seatLacking)
	return one + made, err
}

// settleEach does for each of what is found after an id what is to be done for it, and says how many there were.
func (s *Service) settleEach(
	ctx context.Context, failed string, find func(r *storage.Reader, after string, limit int) *storage.Pending[[]string],
	settle func(*work, context.Context, string) error,
) (int, error) {
	looked, after := 0, ""
	for {
		var found []string
		err := s.store.Read(ctx, func(r *storage.Reader) (err error) {
			found, err = find(r, after, sweepBatch).Get(ctx)
			return err
		})
		if err != nil {
			return looked, err
		}
		err = s.apart(ctx, failed, found, func(tx *storage.Tx, id string) error {
			w := &work{Tx: tx, service: s, now: s.clock(), who: sweeper}
			w.LockAccounts()
			return settle(w, ctx, id)
		})
		if looked += len(found); err != nil || len(found) < sweepBatch {
			return looked, err
		}
		after = found[len(found)-1]
	}
}

// seatLacking makes the account of the seat without a DSP that a key names, of whom its keys name, if there is none meanwhile.
func (w *work) seatLacking(ctx context.Context, keyID string) error {
	key, err := w.Key(keyID).Get(ctx)
	if err != nil {
		return err
	}
	found, err := w.AccountNamed(parley.AccountSeat, "", key.Identity.SeatID).Get(ctx)
	if err != nil || found.ID != "" {
		return err
	}
	seat, err := w.orMade(ctx, found, parley.Account{Kind: parley.AccountSeat, Name: key.Identity.SeatName, Code: key.Identity.SeatID})
	if err != nil {
		return err
	}
	return w.fosterSeat(ctx, seat.ID, nil)
}

// settleSeat makes one account of those that are the same seat, the oldest, and has it belong to whom its keys name.
func (w *work) settleSeat(ctx context.Context, id string) error {
	same, err := w.sameSeat(ctx, id)
	if err != nil || len(same) == 0 {
		return err
	}
	before := same[0]
	kept := before
	for _, other := range same[1:] {
		kept = kept.With(other)
		if err := w.endSeat(ctx, other, kept.ID); err != nil {
			return err
		}
	}
	// It is stored under the one name of its platform.
	if err := w.rewrite(ctx, before, kept, "A seat is one however its DSP is written."); err != nil || kept.ParentID != "" {
		return err
	}
	return w.fosterSeat(ctx, kept.ID, nil)
}

// sameSeat answers all accounts that are the same seat as one, locked, the oldest first; none where that one is another by now.
func (w *work) sameSeat(ctx context.Context, id string) (same []parley.Account, err error) {
	found := []string{id}
	for i := 0; i < len(found); i++ {
		account, err := w.AccountForUpdate(found[i]).Get(ctx)
		if parley.Is(err, parley.CodeNotFound) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		same = append(same, account)
		alike, err := w.SeatsAlike(found[i]).Get(ctx)
		if err != nil {
			return nil, err
		}
		for _, other := range alike {
			if !slices.Contains(found, other) {
				found = append(found, other)
			}
		}
	}
	slices.SortFunc(same, func(a, b parley.Account) int { return cmp.Compare(a.ID, b.ID) })
	return same, nil
}

// endSeat removes the account of a seat that another one is; whatever names it names that.
func (w *work) endSeat(ctx context.Context, seat parley.Account, kept string) error {
	for _, kind := range storage.RuleKinds {
		if err := pickInstead(ctx, w.Tx, kind, seat.ID, kept); err != nil {
			return err
		}
	}
	w.EndSeat(seat.ID, kept)
	return w.audit("account.merge", "account", seat.ID, accountFacts(seat, ""), map[string]any{"account_id": kept})
}

// pickInstead has the rules of a kind that pick an account pick another.
func pickInstead(ctx context.Context, tx *storage.Tx, rules storage.RuleKind, gone, kept string) error {
	found, err := rules.PickersOf(&tx.Reader, gone).Get(ctx)
	for _, rule := range found {
		rule.Accounts = slices.DeleteFunc(rule.Accounts, func(id string) bool { return id == kept })
		rule.Accounts[slices.Index(rule.Accounts, gone)] = kept
		rules.PickInstead(tx, rule)
	}
	return err
}
