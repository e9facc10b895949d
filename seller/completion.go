package seller

import (
	"context"
	"slices"
	"sync"

	"parley"
	"parley/storage"
)

// completeAfter is how many days after the end of a flight, which is that of its last day, its last figures count as final.
const completeAfter = 14

// waitedFor is the last day that flights ended with whose figures nobody waits for any more.
func waitedFor(today parley.Date) parley.Date { return today - completeAfter - 1 }

// passedEnd is how far a sweep of deals has come, which it goes through by the end of their flights.
type passedEnd struct {
	mu   sync.Mutex
	upTo storage.EndedDeal
}

// CompleteDeals completes deals, with their booked orders, whose flight is over and whose figures are final, or two weeks old at
// least, and says how many it looked at. A deal with an order that is not booked yet waits for that; one of which no figures came
// waits for a person.
func (s *Service) CompleteDeals(ctx context.Context) (int, error) {
	p := &s.swept.over
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := s.endDelivery(ctx); err != nil {
		return 0, err
	}
	if err := s.sumDelivery(ctx); err != nil {
		return 0, err
	}
	today := s.today(s.clock())
	return s.sweepDeals(ctx, &p.upTo, "a deal could not be completed", func(r *storage.Reader) *storage.Pending[[]storage.EndedDeal] {
		return r.EndedDeals(today, waitedFor(today), p.upTo, sweepBatch)
	}, (*work).complete)
}

// endDelivery brings an import to its end whose process has ended.
func (s *Service) endDelivery(ctx context.Context) error {
	settled, err := s.store.EndDelivery(ctx, s.clock())
	if err != nil || settled == "" {
		return err
	}
	return s.beginDelivered(ctx, settled)
}

// sumDelivery adds up what a program without sums of days has taken in beside this one.
func (s *Service) sumDelivery(ctx context.Context) error {
	var left []string
	err := s.store.Read(ctx, func(r *storage.Reader) (err error) {
		left, err = r.NotSummed().Get(ctx)
		return err
	})
	if err != nil || len(left) == 0 {
		return err
	}
	return s.store.Tx(ctx, func(tx *storage.Tx) error {
		tx.SumDelivery(left)
		return nil
	})
}

// sweepDeals does something to a batch of deals that are found by the end of their flights, each in a transaction of its own, and
// says how many it looked at. The next call goes on after them; past the last it begins anew, with upTo zero.
func (s *Service) sweepDeals(
	ctx context.Context, upTo *storage.EndedDeal, otherwise string,
	find func(*storage.Reader) *storage.Pending[[]storage.EndedDeal], do func(*work, context.Context, string) error,
) (int, error) {
	var due []storage.EndedDeal
	err := s.store.Read(ctx, func(r *storage.Reader) (err error) {
		due, err = find(r).Get(ctx)
		return err
	})
	if err != nil {
		return 0, err
	}
	ids := make([]string, len(due))
	for i, d := range due {
		ids[i] = d.ID
	}
	err = s.apart(ctx, otherwise, ids, func(tx *storage.Tx, id string) error {
		return do(&work{Tx: tx, service: s, now: s.clock(), who: courier}, ctx, id)
	})
	if err != nil {
		return 0, err
	}
	*upTo = storage.EndedDeal{}
	if len(due) == sweepBatch {
		*upTo = due[sweepBatch-1]
	}
	return len(due), nil
}

// complete ends a deal that has run its course, and its orders with it.
func (w *work) complete(ctx context.Context, dealID string) error {
	h, err := w.hold(ctx, dealID)
	if err != nil || !h.deal.Status.Runs() {
		return err
	}
	pending, known := w.DeliveryDays(dealID), w.EachDestination()
	rows, err := pending.Get(ctx)
	if err != nil {
		return err
	}
	destinations, err := known.Get(ctx)
	if err != nil {
		return err
	}
	d := w.service.delivered(h.deal, rows, w.service.billing(h.activations, destinations), w.now)
	late := h.deal.Flight.End <= waitedFor(w.service.today(w.now))
	if !d.Figures || h.deal.Flight.End >= w.service.today(w.now) || !d.Final && !late ||
		slices.ContainsFunc(h.orders, func(o parley.Order) bool { return o.Status != parley.OrderBooked }) {
		return nil
	}
	reason := "The flight is over and its figures are final."
	if !d.Final {
		reason = "The flight is over, and these are its last figures."
	}
	for _, a := range h.approvals {
		if err := w.withdraw(a); err != nil {
			return err
		}
	}
	deal, before := h.deal, h.deal.Status
	deal.Status, deal.UpdatedAt = parley.DealCompleted, w.now
	deal.Version++
	w.UpdateDeal(deal)
	for _, order := range h.orders {
		if _, err := w.move(order, deal, parley.OrderCompleted, reason, nil); err != nil {
			return err
		}
	}
	for _, c := range h.changes {
		if err := w.endChange(c, deal); err != nil {
			return err
		}
	}
	for _, a := range h.activations {
		if a.Status != parley.ActivationHeld { // what is there ends with the flight
			continue
		}
		if err := w.withdrawActivation(deal, a, "the deal is completed"); err != nil {
			return err
		}
	}
	event := dealEvent(parley.EventDealCompleted, deal)
	event.Detail = data(map[string]any{"source": d.Source, "impressions": d.Total.Impressions, "final": d.Final, "reason": reason})
	return w.record(event, "deal.complete", "deal", deal.ID, map[string]any{"status": before},
		map[string]any{"status": deal.Status, "reason": reason, "source": d.Source, "impressions": d.Total.Impressions})
}

// FailOrders fails orders that wait for what has failed for longer than the publisher is patient, and says how many failures it
// looked at.
func (s *Service) FailOrders(ctx context.Context) (int, error) {
	before := s.clock().Add(-s.settings.ActivationPatience)
	return s.sweepDue(ctx, &s.swept.failed, storage.DueFailures, before, func(ids []string) error {
		return s.apart(ctx, "an order could not be failed", ids, func(tx *storage.Tx, id string) error {
			w := &work{Tx: tx, service: s, now: s.clock(), who: courier}
			return w.failOrders(ctx, id)
		})
	})
}

func (w *work) failOrders(ctx context.Context, activationID string) error {
	seen, err := w.Activation(activationID).Get(ctx)
	if err != nil {
		return err
	}
	at, _, err := w.stand(ctx, seen, false)
	if err != nil || at.Status != parley.ActivationFailed || at.Intent != parley.IntentRun {
		return err
	}
	for i, order := range at.orders {
		if order.Status != parley.OrderInProgress && order.Status != parley.OrderSyncing {
			continue
		}
		at.orders[i], err = w.move(order, at.deal, parley.OrderFailed, "A system that serves the deal has refused it for too long.", nil)
		if err != nil {
			return err
		}
		if err := w.orderWent(at.orders[i], at.deal, at.all, nil, at.orders); err != nil {
			return err
		}
	}
	return nil
}

// completedByFigures keeps people from completing by hand an order that is completed by what was delivered. Two weeks after the end
// of a flight of which nothing was heard, a person does it.
func (w *work) completedByFigures(ctx context.Context, deal parley.Deal, activations []parley.Activation) error {
	i := slices.IndexFunc(activations, func(a parley.Activation) bool {
		return a.Required && a.Intent != parley.IntentEnd && (a.Status.UnderWay() || a.Status == parley.ActivationEnded)
	})
	if i < 0 {
		return nil
	}
	rows, err := w.DeliveryDays(deal.ID).Get(ctx)
	if err != nil {
		return err
	}
	if len(rows) == 0 && deal.Flight.End <= waitedFor(w.service.today(w.now)) {
		return nil
	}
	return parley.Errorf(parley.CodeConflict,
		"This order is completed when its deal's flight is over and the figures of its delivery are final, or %d days old.", completeAfter).
		With("activation_id", activations[i].ID).With("activation_status", activations[i].Status)
}
