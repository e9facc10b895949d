package seller

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"sync"

	"parley"
	"parley/storage"
)

// earnedTotals adds up what all deals earned in a month, by currency: what is kept of it, and, of the deals that something has changed for since,
// what it is now.
func (s *Service) earnedTotals(ctx context.Context, call Call, month Month) ([]FinanceTotal, error) {
	return read(ctx, s, call, func(v *view) ([]FinanceTotal, error) {
		days := month.Days()
		earned := v.EarnedTotals(days, s.reckonedBy())
		if _, err := v.authorize(ctx, needScope(parley.ScopeViewer)); err != nil {
			return nil, err
		}
		known, err := earned.Get(ctx)
		if err != nil || len(known.Open) == 0 {
			return known.Kept, err
		}
		values, err := v.delivered(ctx, days, known.Open)
		if err != nil {
			return nil, err
		}
		totals := map[parley.Currency]FinanceTotal{}
		for _, kept := range known.Kept {
			totals[kept.Currency] = kept
		}
		for _, value := range values {
			total := totals[value.currency]
			total.Currency, total.Deals = value.currency, total.Deals+1
			total.Impressions = parley.AddedUp(total.Impressions, value.impressions)
			total.List, total.Net = parley.AddedUp(total.List, value.list), parley.AddedUp(total.Net, value.net)
			if value.unspent {
				total.Unstated++
			}
			totals[value.currency] = total
		}
		return slices.SortedFunc(maps.Values(totals), func(a, b FinanceTotal) int { return cmp.Compare(a.Currency, b.Currency) }), nil
	})
}

// The settings that what a deal earned may hang on.
const (
	byZone   = 1 << iota // by whose days its terms changed
	bySource             // whose figures count, of several, where nobody else says
)

// reckonedBy are the settings that hold, for what hangs on each of them and on both.
func (s *Service) reckonedBy() [3]string {
	zone, source := "zone "+s.settings.TimeZone.String(), "source "+s.settings.BillingSource
	return [...]string{byZone - 1: zone, bySource - 1: source, byZone + bySource - 1: zone + "\n" + source}
}

// reckoned is how far a sweep of what deals earned has come.
type reckoned struct {
	mu   sync.Mutex
	upTo string // the deal's id; empty: the beginning
}

// ReckonEarnings stores what deals earned in the months of which there are figures, and how they stand, where that has changed, and says how many
// deals it looked at.
func (s *Service) ReckonEarnings(ctx context.Context) (int, error) {
	p := &s.swept.reckoned
	p.mu.Lock()
	defer p.mu.Unlock()
	var ids []string
	err := s.store.Read(ctx, func(r *storage.Reader) (err error) {
		ids, err = r.DealsToReckon(s.reckonedBy(), s.complete(s.clock()), p.upTo, sweepBatch).Get(ctx)
		return err
	})
	if err != nil {
		return 0, err
	}
	err = s.apart(ctx, "what a deal earned could not be reckoned", ids, func(tx *storage.Tx, id string) error {
		return (&work{Tx: tx, service: s, now: s.clock(), who: courier}).reckon(ctx, id)
	})
	if err != nil {
		return 0, err
	}
	p.upTo = ""
	if len(ids) == sweepBatch {
		p.upTo = ids[sweepBatch-1]
	}
	return len(ids), nil
}

// reckon stores what a deal earned, and how it stands. It holds the deal, and with it whoever places it somewhere, and keeps destinations as they are.
func (w *work) reckon(ctx context.Context, dealID string) error {
	w.LockDestinations()
	held := w.DealForUpdate(dealID)
	w.HoldStanding(dealID)
	open := w.MonthsToReckon(dealID, w.service.reckonedBy())
	deal, err := held.Get(ctx)
	if err != nil {
		return err
	}
	months, err := open.Get(ctx)
	if err != nil {
		return err
	}
	if err := w.reckonStanding(ctx, deal); err != nil {
		return err
	}
	v := &view{Reader: &w.Reader, service: w.service, now: w.now}
	for _, m := range months {
		values, err := v.delivered(ctx, Month(m.Month).Days(), []string{dealID})
		if err != nil {
			return err
		}
		for _, value := range values {
			earned := storage.Earned{
				Currency: value.currency, Impressions: value.impressions, List: value.list, Net: value.net, Unspent: value.unspent,
			}
			if value.hangsOn > 0 {
				earned.ReckonedBy = w.service.reckonedBy()[value.hangsOn-1]
			}
			w.SetEarned(dealID, m, earned)
		}
	}
	return nil
}

// reckonStanding stores how a deal stands.
func (w *work) reckonStanding(ctx context.Context, deal parley.Deal) error {
	s := w.service
	complete, setting := s.complete(w.now), s.reckonedBy()[bySource-1]
	version, err := w.StandingToReckon(deal.ID, complete, setting).Get(ctx)
	if err != nil || version == nil {
		return err
	}
	standing := storage.DeliveryStanding{Day: complete}
	if deal.Status.Runs() && deal.Flight.End >= complete-silentDays {
		v := &view{Reader: &w.Reader, service: s, now: w.now}
		destinations, err := v.EachDestination().Get(ctx)
		if err != nil {
			return err
		}
		found, err := v.deliveries(ctx, []parley.Deal{deal}, destinations)
		if err != nil {
			return err
		}
		standing.Place, standing.AtRisk = new(urgency(found[0])), found[0].AtRisk
		if len(found[0].Others) > 0 {
			standing.ReckonedBy = setting
		}
	}
	w.SetStanding(deal.ID, *version, standing)
	return nil
}
