package seller

import (
	"cmp"
	"context"
	"slices"

	"parley"
)

// reserveAll takes what deals guarantee out of the ledger, whose days are locked after everything else, in the order of their
// products. A deal has what its quote holds, or another quote of what it was agreed in; the other holds of these quotes end.
func (w *work) reserveAll(ctx context.Context, all []*booking) error {
	var holds []parley.Hold
	for _, b := range all {
		if err := w.dealMayWait(ctx, b.deal); err != nil {
			return err
		}
	}
	for _, b := range all {
		own, err := b.held.Get(ctx)
		if err != nil {
			return err
		}
		holds = append(holds, own...)
		if len(b.ended) > 0 {
			others, err := w.ActiveHolds(b.ended).Get(ctx)
			if err != nil {
				return err
			}
			holds = append(holds, others...)
		}
	}
	locked, err := w.lockHolds(ctx, holds)
	if err != nil {
		return err
	}
	var free []parley.Hold
	var short []parley.Deal
	for _, b := range all {
		had, rest, err := w.takeHold(b.deal, slices.DeleteFunc(slices.Clone(locked), func(h parley.Hold) bool { return !b.ends(h.QuoteID) }))
		if err != nil {
			return err
		}
		if free = append(free, rest...); !had {
			short = append(short, b.deal)
		}
	}
	w.settle(free, short)
	return nil
}

// ends tells whether a quote is over with the booking.
func (b *booking) ends(quoteID string) bool {
	return b.quote.ID == quoteID || slices.Contains(b.ended, quoteID)
}

// lockHolds locks holds in the order of their ids, and answers those that have not ended meanwhile.
func (w *work) lockHolds(ctx context.Context, holds []parley.Hold) ([]parley.Hold, error) {
	slices.SortFunc(holds, func(a, b parley.Hold) int { return cmp.Compare(a.ID, b.ID) })
	var active []parley.Hold
	for _, h := range holds {
		locked, err := w.HoldForUpdate(h.ID).Get(ctx)
		if err != nil {
			return nil, err
		}
		if locked.Status == parley.HoldActive {
			active = append(active, locked)
		}
	}
	return active, nil
}

// takeHold hands the first of some holds that has what a deal guarantees to the deal, and ends the others, which are answered.
func (w *work) takeHold(deal parley.Deal, holds []parley.Hold) (had bool, rest []parley.Hold, err error) {
	for _, h := range holds {
		fits := deal.DealType.Guaranteed() && h.ProductID == deal.ProductID && h.Flight == deal.Flight && h.Impressions == deal.Impressions
		if fits && !had {
			had = true
			_, err = w.endHold(h, parley.HoldTaken, deal.ID)
		} else {
			rest = append(rest, h)
			_, err = w.endHold(h, parley.HoldReleased, "")
		}
		if err != nil {
			return false, nil, err
		}
	}
	return had, rest, nil
}

// settle gives back what ended holds had reserved, and reserves what deals guarantee.
func (w *work) settle(free []parley.Hold, deals []parley.Deal) {
	slices.SortFunc(free, func(a, b parley.Hold) int { return cmp.Compare(a.ProductID, b.ProductID) })
	slices.SortFunc(deals, func(a, b parley.Deal) int { return cmp.Compare(a.ProductID, b.ProductID) })
	for len(free) > 0 || len(deals) > 0 {
		if len(deals) == 0 || len(free) > 0 && free[0].ProductID <= deals[0].ProductID {
			w.Release(free[0].ProductID, free[0].Flight, free[0].Impressions)
			free = free[1:]
			continue
		}
		w.reserve(deals[0])
		deals = deals[1:]
	}
}

// endHoldsOf ends the holds of quotes that are over, of one agreement, and gives back what they reserve.
func (w *work) endHoldsOf(ctx context.Context, quotes []parley.Quote) error {
	holds, err := w.lockHoldsOf(ctx, quotes)
	if err != nil {
		return err
	}
	_, free, err := w.takeHold(parley.Deal{}, holds)
	w.settle(free, nil)
	return err
}

// reserveFor reserves what a deal guarantees, unless a hold of quotes that are over with it has that.
func (w *work) reserveFor(ctx context.Context, deal parley.Deal, over []parley.Quote) error {
	if err := w.dealMayWait(ctx, deal); err != nil {
		return err
	}
	holds, err := w.lockHoldsOf(ctx, over)
	if err != nil {
		return err
	}
	had, free, err := w.takeHold(deal, holds)
	if err != nil {
		return err
	}
	var short []parley.Deal
	if !had {
		short = append(short, deal)
	}
	w.settle(free, short)
	return nil
}

// lockHoldsOf locks what is held of some quotes.
func (w *work) lockHoldsOf(ctx context.Context, quotes []parley.Quote) ([]parley.Hold, error) {
	if len(quotes) == 0 {
		return nil, nil
	}
	holds, err := w.ActiveHolds(idsOfQuotes(quotes)).Get(ctx)
	if err != nil {
		return nil, err
	}
	return w.lockHolds(ctx, holds)
}
