package seller

import (
	"context"
	"sync"

	"parley"
	"parley/delivery"
	"parley/storage"
)

// pacing is how far a sweep of deals has come, which looks at each once after each complete day.
type pacing struct {
	mu   sync.Mutex
	day  parley.Date // of the sweep
	upTo storage.EndedDeal
	done bool // every deal was looked at after that day
}

// PaceDeals tells of deals that have come to keep up with their plan otherwise, and says how many it looked at. Each is looked at once
// after each complete day, by the figures that are known then; what two days in a row have shown is told, so that it does not flutter.
func (s *Service) PaceDeals(ctx context.Context) (int, error) {
	p := &s.swept.pacing
	p.mu.Lock()
	defer p.mu.Unlock()
	if complete := s.complete(s.clock()); p.day != complete {
		p.day, p.upTo, p.done = complete, storage.EndedDeal{}, false
	}
	if p.done {
		return 0, nil
	}
	count, err := s.sweepDeals(ctx, &p.upTo, "how a deal keeps up could not be told", func(r *storage.Reader) *storage.Pending[[]storage.EndedDeal] {
		return r.DealsToPace(p.day, p.upTo, sweepBatch)
	}, func(w *work, ctx context.Context, id string) error { return w.pace(ctx, id, p.day) })
	p.done = err == nil && p.upTo == storage.EndedDeal{}
	return count, err
}

// pace looks at how a deal keeps up after a complete day.
func (w *work) pace(ctx context.Context, dealID string, complete parley.Date) error {
	pendingDeal, known, pendingRows := w.DealForUpdate(dealID), w.DealPace(dealID), w.DeliveryDays(dealID)
	activations, destinations := w.Activations(storage.ActivationFilter{DealID: dealID}), w.EachDestination()
	deal, err := pendingDeal.Get(ctx)
	if err != nil || !deal.Status.Runs() {
		return err
	}
	before, err := known.Get(ctx)
	if err != nil {
		return err
	}
	rows, err := pendingRows.Get(ctx)
	if err != nil {
		return err
	}
	former := storage.DealPace{DealID: dealID}
	if len(before) > 0 {
		former = before[0]
	}
	if former.Day >= complete {
		return nil // another node has looked
	}
	there, err := activations.Get(ctx)
	if err != nil {
		return err
	}
	present, err := destinations.Get(ctx)
	if err != nil {
		return err
	}
	d := w.service.delivered(deal, rows, w.service.billing(there.Items, present), w.now)
	now := storage.DealPace{DealID: dealID, Day: complete, Seen: string(d.Pace.State), Told: former.Told}
	holds := now.Seen == former.Seen && now.Seen != former.Told
	if holds {
		now.Told = now.Seen
	}
	w.SetDealPace(now)
	if !holds || former.Told == "" && !worthTelling(d.Pace.State) {
		return nil
	}
	event := dealEvent(parley.EventDealPacingChanged, deal)
	event.Data = data(map[string]any{
		"pacing": d.Pace.State, "before": former.Told, "day": complete, "planned": d.Pace.Planned, "delivered": d.Pace.Delivered,
		"pace": d.Pace.Pace, "projected": d.Pace.Projected,
	})
	event.Detail = data(map[string]any{"source": d.Source, "at_risk_micros": d.AtRisk})
	return w.record(event, "deal.pace", "deal", deal.ID, map[string]any{"pacing": former.Told}, map[string]any{"pacing": d.Pace.State})
}

// worthTelling tells whether a state is told of a deal of which nothing was told before: how it should be goes without saying.
func worthTelling(state delivery.State) bool {
	switch state {
	case delivery.OnPace, delivery.Unplanned, delivery.NotStarted, delivery.CalledOff:
		return false
	case delivery.NoData, delivery.Behind, delivery.AtRisk, delivery.Ahead, delivery.Delivered, delivery.Short:
	}
	return true
}
