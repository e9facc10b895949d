package seller

import (
	"context"
	"errors"
	"time"

	"parley"
	"parley/activation"
	"parley/storage"
)

// mostRevisited is how many activations are looked at for a change at their destination before others get their turn.
const mostRevisited = 50

// RevisitActivations goes on looking at the deals that are at a destination whose mappings or settings were changed, and has those
// sent again of which something else is wanted there now. It answers whether there are more to look at.
//
// A change holds its destination alone, and the deals are looked at after it, each in a transaction of its own that holds the deal
// and then its activations as every flow does: however many there are, neither a booking nor the change waits for them.
func (s *Service) RevisitActivations(ctx context.Context) (more bool, err error) {
	var revisits []storage.Revisit
	var missed []storage.MissedRevisit
	err = s.store.Read(ctx, func(r *storage.Reader) error {
		changed, due := r.Revisits(), r.DueRevisits(s.clock(), mostRevisited)
		if revisits, err = changed.Get(ctx); err != nil {
			return err
		}
		missed, err = due.Get(ctx)
		return err
	})
	for _, m := range missed {
		if err == nil {
			err = s.revisitOne(ctx, m)
		}
	}
	for _, v := range revisits {
		if err != nil {
			break
		}
		var left bool
		left, err = s.revisitSome(ctx, v)
		more = more || left
	}
	return more && err == nil, err
}

func (s *Service) revisitSome(ctx context.Context, v storage.Revisit) (more bool, err error) {
	var ids []string
	err = s.store.Read(ctx, func(r *storage.Reader) error {
		ids, err = r.ActivationsToRevisit(v, mostRevisited).Get(ctx)
		return err
	})
	if err != nil {
		return false, err
	}
	for _, id := range ids {
		if err := s.revisitOne(ctx, storage.MissedRevisit{ActivationID: id, All: v.All}); err != nil {
			return false, err
		}
	}
	upTo := ""
	if len(ids) == mostRevisited {
		upTo = ids[mostRevisited-1]
	}
	err = s.store.Tx(ctx, func(tx *storage.Tx) error {
		tx.Revisited(v, upTo)
		return nil
	})
	return upTo != "", err
}

const (
	revisitAtFirst = time.Minute
	longestRevisit = time.Hour
)

// revisitOne looks at one deal, which may have been missed before. One that cannot be looked at is noted, to be tried again and for the
// desk to see, and keeps no other from its turn. The error is one that keeps all of them from it.
func (s *Service) revisitOne(ctx context.Context, m storage.MissedRevisit) error {
	err := anew(ctx, s.store.Tx, func(tx *storage.Tx) error {
		w := &work{Tx: tx, service: s, now: s.clock(), who: courier}
		if err := w.revisit(ctx, m.ActivationID, m.All); err != nil {
			return err
		}
		w.ForgetRevisit(m.ActivationID)
		return nil
	})
	if err == nil || stops(ctx, err) {
		return err
	}
	s.log.Error("a deal at a destination that was changed could not be looked at", "activation", m.ActivationID, "tries", m.Tries+1, "error", err)
	now := s.clock()
	if m.Tries++; m.Tries == 1 {
		m.Since = now
	}
	m.NextAt, m.Text = now.Add(longestRevisit), "the database refused it"
	if m.Tries < 8 {
		m.NextAt = now.Add(min(revisitAtFirst<<(m.Tries-1), longestRevisit))
	}
	if known := new(parley.Error); errors.As(err, &known) && known.Code != parley.CodeInternal {
		m.Text = known.Message
	}
	err = s.store.Tx(ctx, func(tx *storage.Tx) error {
		tx.MissRevisit(m)
		return nil
	})
	if stops(ctx, err) {
		return err
	}
	if err != nil {
		s.log.Error("that a deal could not be looked at could not be noted", "activation", m.ActivationID, "error", err)
	}
	return nil
}

// revisit has a deal sent again to a destination that was changed, if something else is wanted there now, or anyway.
func (w *work) revisit(ctx context.Context, id string, anyway bool) error {
	seen, err := w.Activation(id).Get(ctx)
	if err != nil {
		return err
	}
	at, to, err := w.stand(ctx, seen, false)
	if err != nil {
		return err
	}
	a := at.Activation
	if a.Intent == parley.IntentEnd || !a.Status.UnderWay() || a.Fence == 0 || a.Status == parley.ActivationQueued {
		return nil // it is planned when its turn comes
	}
	// Who is sending it may have read what was said before.
	if !anyway && a.Status != parley.ActivationSending {
		asItIs, err := w.asWanted(ctx, at, a, to)
		if stops(ctx, err) {
			return err
		}
		if asItIs && err == nil {
			return nil
		}
	}
	if a.Status == parley.ActivationFailed && activation.Decided(a.Failure) { // nothing that is said of a destination mends that
		w.wantAnew(a)
		return nil
	}
	return w.again(at.deal, a, "what is said of its destination changed")
}

// asWanted tells whether what an activation has at its destination is what would be sent now; or, where nothing can be sent, whether
// that is known.
func (w *work) asWanted(ctx context.Context, at standpoint, a parley.Activation, to parley.Destination) (bool, error) {
	product, mapped, err := w.calledThere(ctx, at.deal, to.ID)
	if err != nil {
		return false, err
	}
	adapter, known := w.service.adapter(to.Kind)
	if !known {
		return true, nil // nothing is sent by this program
	}
	plan, problems := adapter.Plan(w.service.want(at, a, to, product, mapped))
	if len(problems) > 0 {
		return a.Status == parley.ActivationFailed && a.Failure != nil && a.Failure.Code == problems[0].Code && a.Failure.Field == problems[0].Field, nil
	}
	_, verb := activation.Next(plan, a.Steps)
	return verb == activation.Done, nil
}
