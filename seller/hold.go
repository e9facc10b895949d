package seller

import (
	"context"
	"errors"
	"time"

	"parley"
	"parley/storage"
)

// HoldRequest holds the impressions of a guaranteed quote for its buyer.
type HoldRequest struct {
	QuoteID string
	For     time.Duration // 0: as long as may be
}

// HoldFilter says which holds a list has.
type HoldFilter = storage.HoldFilter

// HoldQuote holds the impressions of a quote until an instant, and answers the hold; of a quote that is held already, the one that
// there is. A buyer's hold ends with its quote at the latest. The desk's, for the quote's buyer, keeps the quote open as long as it
// lasts, unless its price was agreed and ends then.
func (s *Service) HoldQuote(ctx context.Context, call Call, request HoldRequest, encode Encode[parley.Hold]) (Answer, error) {
	const attempts = 5
	var answer Answer
	var err error
	for range attempts {
		answer, err = s.withRoom(ctx, func() (Answer, error) {
			return write(ctx, s, call, encode, func(w *work) (parley.Hold, error) { return w.holdQuote(ctx, request) })
		})
		if !errors.Is(err, storage.ErrHeld) {
			break
		}
		// What stands in the way may be over already.
		if _, failed := s.EndHolds(ctx); failed != nil {
			break
		}
	}
	return answer, err
}

func (w *work) holdQuote(ctx context.Context, request HoldRequest) (parley.Hold, error) {
	locked, there := w.QuoteForUpdate(request.QuoteID), w.ActiveHolds([]string{request.QuoteID})
	sold := w.ProductOfQuote(request.QuoteID)
	w.course = starts
	who, err := w.authorize(ctx, needCredential)
	if err != nil {
		return parley.Hold{}, err
	}
	quote, err := locked.Get(ctx)
	if err != nil {
		return parley.Hold{}, err
	}
	if err := w.bookable(ctx, who, quote); err != nil {
		return parley.Hold{}, err
	}
	if err := holdable(quote); err != nil {
		return parley.Hold{}, err
	}
	if err := w.claimsMayBuy(ctx, starts, quote.Identity, quote.Claimed, "quote_id"); err != nil {
		return parley.Hold{}, err
	}
	accounts, err := w.accountsToHold(ctx, who, quote)
	if err != nil {
		return parley.Hold{}, err
	}
	held, err := there.Get(ctx)
	if err != nil {
		return parley.Hold{}, err
	}
	for _, h := range held {
		if h.At(w.now).Status == parley.HoldActive {
			return h, nil
		}
	}
	found, err := sold.Get(ctx)
	if err != nil {
		return parley.Hold{}, err
	}
	if gone := notOffered(found); gone != nil {
		return parley.Hold{}, notHonoured(gone)
	}
	hold := parley.Hold{
		ID: w.service.ids.New(parley.PrefixHold), QuoteID: quote.ID, Owner: quote.Owner, ProductID: quote.ProductID,
		Impressions: quote.Impressions, Flight: quote.Flight, Status: parley.HoldActive, ByDesk: who.IsOperator(),
		CreatedBy: who.Actor(), CreatedAt: w.now,
	}
	bound, err := w.boundOf(ctx, accounts, hold)
	if err != nil {
		return parley.Hold{}, err
	}
	if hold.Until, err = bound.until(request, quote, hold); err != nil {
		return parley.Hold{}, err
	}
	if err := bound.place(&hold); err != nil {
		return parley.Hold{}, err
	}
	if hold.Until.After(quote.ExpiresAt) {
		hold.QuoteUntil = &quote.ExpiresAt
		w.QuoteUntil(quote.ID, hold.Until)
	}
	w.InsertHold(hold, bound.places...)
	err = w.record(holdEvent(parley.EventHoldCreated, hold), "hold.create", "quote", quote.ID, nil, holdTold(hold))
	if err != nil {
		return parley.Hold{}, err
	}
	// What is free is judged while nobody else can take any of it.
	w.HoldDays(hold.ProductID, hold.Flight, hold.Flight)
	days, err := w.Capacity(hold.ProductID, hold.Flight).Get(ctx)
	if err != nil {
		return parley.Hold{}, err
	}
	if err := bound.volume(days, hold); err != nil {
		return parley.Hold{}, err
	}
	w.Reserve(hold.ProductID, hold.Flight, hold.Impressions)
	return hold, nil
}

// accountsToHold are those of the buyer that a quote is held for, who may begin something new.
func (w *work) accountsToHold(ctx context.Context, who parley.Principal, quote parley.Quote) ([]parley.AccountRef, error) {
	if !who.IsOperator() {
		return who.Accounts, nil
	}
	accounts, err := accountsNamed(ctx, &w.Reader, quote.Identity)
	if err != nil {
		return nil, err
	}
	return accounts, starts.allowedWith(accounts, "quote_id")
}

// holdable refuses what cannot be held: a volume that nobody would be guaranteed, or nobody's quote.
func holdable(quote parley.Quote) error {
	switch {
	case !quote.DealType.Guaranteed():
		return parley.Invalid("quote_id", "is of a %s quote; what is held is a guaranteed volume, of a PG quote", quote.DealType)
	case quote.Owner == "" || quote.Owner == parley.OwnerPublisher:
		return parley.Invalid("quote_id", "is of a quote for no buyer in particular; hold one that was asked for with the buyer's key, or for it")
	}
	return nil
}

// ReleaseHold gives back what is held of a quote, which expires when it would have without the hold; a hold that has ended is answered
// as it is.
func (s *Service) ReleaseHold(ctx context.Context, call Call, quoteID string, encode Encode[parley.Hold]) (Answer, error) {
	return write(ctx, s, call, encode, func(w *work) (parley.Hold, error) {
		of, newest := w.QuoteForUpdate(quoteID), w.HoldOfQuote(quoteID)
		w.course = ends
		who, err := w.authorize(ctx, needCredential)
		if err != nil {
			return parley.Hold{}, err
		}
		quote, err := of.Get(ctx)
		if err != nil {
			return parley.Hold{}, err
		}
		if !who.MaySee(quote.Owner) {
			return parley.Hold{}, unknown("quote", quoteID)
		}
		hold, err := newest.Get(ctx)
		if err != nil {
			return parley.Hold{}, err
		}
		locked, err := w.HoldForUpdate(hold.ID).Get(ctx)
		if err != nil || locked.Status != parley.HoldActive {
			return locked.At(w.now), err
		}
		return w.freeHold(ctx, locked, quote, parley.HoldReleased)
	})
}

// freeHold ends a hold that came to nothing, and gives back what it has reserved. Its quote, which the caller holds, expires when it
// would have without it: now, where that is past.
func (w *work) freeHold(ctx context.Context, hold parley.Hold, quote parley.Quote, as parley.HoldStatus) (parley.Hold, error) {
	ended, err := w.endHold(hold, as, "")
	if err != nil {
		return parley.Hold{}, err
	}
	if hold.QuoteUntil != nil && quote.Status == parley.QuoteAvailable {
		w.QuoteUntil(quote.ID, *hold.QuoteUntil)
		over, err := w.ExpireQuotes(w.now, []string{quote.ID}).Get(ctx)
		if err != nil {
			return parley.Hold{}, err
		}
		w.tell(parley.EventQuoteExpired, over)
	}
	w.Release(ended.ProductID, ended.Flight, ended.Impressions)
	return ended, nil
}

// endHold stores how a hold ended. The caller holds it, and sees to what it has reserved.
func (w *work) endHold(h parley.Hold, as parley.HoldStatus, dealID string) (parley.Hold, error) {
	now := w.now
	h.Status, h.EndedAt, h.DealID, h.Slot = as, &now, dealID, 0
	w.EndHold(h)
	return h, w.record(holdEvent(parley.EventHoldEnded, h), "hold.end", "quote", h.QuoteID, nil, holdTold(h))
}

// QuoteHold reads the newest hold of a quote.
func (s *Service) QuoteHold(ctx context.Context, call Call, quoteID string) (parley.Hold, error) {
	return read(ctx, s, call, func(v *view) (parley.Hold, error) {
		pending := v.HoldOfQuote(quoteID)
		who, err := v.authorize(ctx, needCredential)
		if err != nil {
			return parley.Hold{}, err
		}
		hold, err := pending.Get(ctx)
		if err != nil {
			return parley.Hold{}, err
		}
		if !who.MaySee(hold.Owner) {
			return parley.Hold{}, unknown("hold of the quote", quoteID)
		}
		return hold.At(v.now), nil
	})
}

// Holds lists the caller's holds; an operator sees all.
func (s *Service) Holds(ctx context.Context, call Call, filter HoldFilter) (Listing[parley.Hold], error) {
	return ownList(ctx, s, call, func(v *view, owner *string) *storage.Pending[Listing[parley.Hold]] {
		filter.Owner, filter.Now = owner, v.now
		return v.Holds(filter)
	}, func(v *view, _ parley.Principal, h parley.Hold) parley.Hold { return h.At(v.now) })
}

// EndHolds ends the holds whose time is over, gives back what they reserve, and says how many it looked at.
func (s *Service) EndHolds(ctx context.Context) (int, error) {
	now := s.clock()
	return s.sweepDue(ctx, &s.swept.holds, storage.DueHolds, now, func(ids []string) error { return s.endHolds(ctx, now, ids) })
}

// endHolds ends each of the holds that is overdue at an instant, in a transaction of its own.
func (s *Service) endHolds(ctx context.Context, now time.Time, ids []string) error {
	return s.apart(ctx, "a hold could not be ended", ids, func(tx *storage.Tx, id string) error {
		w := &work{Tx: tx, service: s, now: now, who: sweeper}
		found, err := tx.Hold(id).Get(ctx)
		if err != nil {
			return err
		}
		quote, err := tx.QuoteForUpdate(found.QuoteID).Get(ctx)
		if err != nil {
			return err
		}
		hold, err := tx.HoldForUpdate(id).Get(ctx)
		if err != nil || hold.Status != parley.HoldActive || hold.At(now).Status != parley.HoldExpired {
			return err
		}
		_, err = w.freeHold(ctx, hold, quote, parley.HoldExpired)
		return err
	})
}

// withRoom runs what takes inventory, and once more when there was too little while holds that were over had not been ended.
func (s *Service) withRoom(ctx context.Context, take func() (Answer, error)) (Answer, error) {
	answer, err := take()
	if !errors.Is(err, storage.ErrCapacity) {
		return answer, err
	}
	if ended, failed := s.EndHolds(ctx); failed != nil || ended == 0 {
		return answer, err
	}
	return take()
}

func holdTold(h parley.Hold) any {
	return struct {
		HoldID      string            `json:"hold_id"`
		Impressions int64             `json:"impressions"`
		ProductID   string            `json:"product_id"`
		Status      parley.HoldStatus `json:"status"`
		Until       time.Time         `json:"until"`
	}{h.ID, h.Impressions, h.ProductID, h.Status, h.Until}
}

func holdEvent(eventType parley.EventType, h parley.Hold) parley.Event {
	return parley.Event{Type: eventType, Owner: h.Owner, FlowID: h.QuoteID, QuoteID: h.QuoteID, DealID: h.DealID, Data: data(holdTold(h))}
}
