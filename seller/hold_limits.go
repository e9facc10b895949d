package seller

import (
	"context"
	"slices"
	"time"

	"parley"
	"parley/inventory"
	"parley/storage"
)

// HoldLimits bound what is held of one product for one buyer at a time.
type HoldLimits struct {
	Count   int           // holds; 0: none
	Time    time.Duration // that a hold lasts at most
	Percent int64         // of what is free on each day, together
}

// holdWindow is the time over which it counts for how long a buyer has held: in it as long as all of its holds could last once.
const holdWindow = 7 * 24 * time.Hour

// shortestHold is what a hold is not shortened to less than for the time that is left to it.
const shortestHold = time.Hour

// inWindow is for how long holds may last together in the window.
func (l HoldLimits) inWindow() time.Duration { return time.Duration(l.Count) * min(l.Time, holdWindow) }

// holdBound is what a hold is bounded by: the limits of its side, and what is held already by each of those for whom it counts.
type holdBound struct {
	HoldLimits
	now    time.Time
	counts []heldFor           // of the owner, then of each party
	places []storage.HoldPlace // that the hold takes among its parties', once it is placed
}

// heldFor is what counts for somebody.
type heldFor struct {
	holds []parley.Hold // active ones and, of buyers, those that ended in the window
	taken []int         // places that are not free
}

// boundOf asks what the hold of a quote is bounded by, and has others wait that are to count for the same. A hold counts for its owner, and
// for the accounts at the top of its buyer's: an agency's keys, or a holding's, have no more together than one of them.
func (w *work) boundOf(ctx context.Context, accounts []parley.AccountRef, hold parley.Hold) (*holdBound, error) {
	bound := &holdBound{HoldLimits: w.service.settings.Holds, now: w.now}
	if hold.ByDesk {
		bound.HoldLimits = w.service.settings.DeskHolds
	}
	parties := holdParties(accounts, hold.Owner)
	after := w.now.Add(-holdWindow)
	if hold.ByDesk {
		after = w.now // for how long the desk has held is its own affair
	}
	pending := make([]*storage.Pending[[]storage.PartyHold], 0, len(parties))
	for _, party := range parties {
		bound.places = append(bound.places, storage.HoldPlace{Party: party})
		pending = append(pending, w.HoldsFor(party, hold.ProductID, hold.ByDesk, after))
	}
	// The owner's come first: earlier programs, which know of no parties, count by those.
	own, err := w.ActiveHoldsOfBuyer(hold.Owner, hold.ProductID, hold.ByDesk).Get(ctx)
	if err != nil {
		return nil, err
	}
	bound.counts = append(bound.counts, heldFor{holds: own})
	for _, h := range own {
		bound.counts[0].taken = append(bound.counts[0].taken, h.Slot)
	}
	for i, asked := range pending {
		found, err := asked.Get(ctx)
		if err != nil {
			return nil, err
		}
		held, err := w.heldFor(ctx, parties[i], found)
		if err != nil {
			return nil, err
		}
		bound.counts = append(bound.counts, held)
	}
	return bound, nil
}

// holdParties are for whom a hold of a buyer with some accounts counts, in their order.
func holdParties(accounts []parley.AccountRef, owner string) []string {
	parties := parley.Tops(accounts)
	if len(parties) == 0 {
		return []string{owner}
	}
	slices.Sort(parties)
	return parties
}

// heldFor is what of the holds that may count for a party does: those of whose buyers it is now, whoever these belonged to when they held.
func (w *work) heldFor(ctx context.Context, party string, found []storage.PartyHold) (heldFor, error) {
	var held heldFor
	version, err := w.AccountVersion().Get(ctx)
	if err != nil {
		return held, err
	}
	accounts := make([]*storage.Pending[[]parley.AccountRef], len(found))
	for i, h := range found {
		accounts[i] = w.AccountsOf(h.Identity, version)
	}
	for i, h := range found {
		refs, err := accounts[i].Get(ctx)
		if err != nil {
			return held, err
		}
		if slices.Contains(holdParties(refs, h.Owner), party) {
			held.holds = append(held.holds, h.Hold)
		}
		if h.Place > 0 {
			held.taken = append(held.taken, h.Place)
		}
	}
	return held, nil
}

// until is when the hold ends.
func (b *holdBound) until(request HoldRequest, quote parley.Quote, hold parley.Hold) (time.Time, error) {
	most := b.Time
	if prolongs := hold.ByDesk && quote.ProposalID == "" && quote.NegotiationID == ""; !prolongs {
		most = min(most, quote.ExpiresAt.Sub(hold.CreatedAt))
	}
	switch {
	case request.For < 0 || request.For > b.Time:
		return time.Time{}, parley.Invalid("hours", "must be from 1 to %d", int(b.Time/time.Hour))
	case request.For > 0:
		most = min(most, request.For)
	}
	if hold.ByDesk || b.Count == 0 {
		return hold.CreatedAt.Add(most), nil
	}
	least := most
	if request.For == 0 {
		least = min(most, shortestHold)
	}
	for _, held := range b.counts {
		left := b.inWindow() - inventory.HeldFor(held.holds, b.now.Add(-holdWindow))
		if left < least {
			again := inventory.FreeAgain(held.holds, b.now, holdWindow, b.inWindow()-least)
			return time.Time{}, parley.Errorf(parley.CodeContention,
				"What you hold of this product can last %s together in any 7 days, %d times %s. You can hold again at %s. Book the quote to have its impressions.",
				parley.FormatSpan(b.inWindow()), b.Count, parley.FormatSpan(min(b.Time, holdWindow)), again.UTC().Format(time.RFC3339)).
				With("most_hours", int64(b.inWindow()/time.Hour)).With("retry_at", again.UTC())
		}
		most = min(most, left)
	}
	return hold.CreatedAt.Add(most), nil
}

// place gives the hold the first places that are free among those of its owner and of each of its parties.
func (b *holdBound) place(hold *parley.Hold) error {
	for i, held := range b.counts {
		slot, err := b.slot(held)
		if err != nil {
			return err
		}
		if i == 0 {
			hold.Slot = slot
		} else {
			b.places[i-1].Slot = slot
		}
	}
	return nil
}

// slot is the first place that is free among what is held, if there may be one more. It is above the limit where holds have places that do not
// count any more.
func (l HoldLimits) slot(held heldFor) (int, error) {
	if l.Count == 0 {
		return 0, parley.Errorf(parley.CodeConflict, "Nothing is held here. Book the quote to have its impressions.")
	}
	active := 0
	for _, h := range held.holds {
		if h.Status == parley.HoldActive {
			active++
		}
	}
	if active < l.Count {
		slot := 1
		for slices.Contains(held.taken, slot) {
			slot++
		}
		return slot, nil
	}
	return 0, tooMuchHeld("%d holds on this product are all that there can be at a time. Give one back, book its quote, or wait until one ends.", l.Count).
		With("most_holds", l.Count)
}

// volume refuses to hold more than a share of what is free on each day of the flight. Holds on other days do not count.
func (b *holdBound) volume(days []parley.DayCapacity, hold parley.Hold) error {
	if err := guaranteeable(hold.ProductID, parley.ProgrammaticGuaranteed, hold.Flight, days); err != nil {
		return err
	}
	may := hold.Impressions
	for _, held := range b.counts {
		active := slices.DeleteFunc(slices.Clone(held.holds), func(h parley.Hold) bool { return h.Status != parley.HoldActive })
		may = min(may, inventory.MayHold(days, hold.Flight, active, b.Percent))
	}
	if hold.Impressions <= may {
		return nil
	}
	return tooMuchHeld(
		"At most %d impressions over this flight can be held now. On each of its days the holds of one buyer have together at most %d percent of what is free without them. Book the quote, or hold less.",
		may, b.Percent).With("available_impressions", may)
}

// tooMuchHeld refuses a hold that there may be room for when others have ended.
func tooMuchHeld(format string, args ...any) *parley.Error {
	refused := parley.Errorf(parley.CodeContention, format, args...)
	refused.Cause = storage.ErrCapacity
	return refused
}
