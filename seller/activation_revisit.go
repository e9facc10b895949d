package seller

import (
	"context"

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
	err = s.store.Read(ctx, func(r *storage.Reader) error {
		revisits, err = r.Revisits().Get(ctx)
		return err
	})
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
	err = s.apart(ctx, "a deal at a destination that was changed could not be looked at", ids, func(tx *storage.Tx, id string) error {
		w := &work{Tx: tx, service: s, now: s.clock(), who: courier}
		return w.revisit(ctx, id, v.All)
	})
	if err != nil {
		return false, err
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
	if a.Intent != parley.IntentRun || !a.Status.UnderWay() || a.Fence == 0 || a.Status == parley.ActivationQueued {
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
	return w.again(at.deal, a, "what is said of its destination changed")
}

// asWanted tells whether what an activation has at its destination is what would be sent now; or, where nothing can be sent, whether
// that is known.
func (w *work) asWanted(ctx context.Context, at standpoint, a parley.Activation, to parley.Destination) (bool, error) {
	pendingProduct, mappings := w.Product(at.deal.ProductID), w.MappingsAt(to.ID, at.deal.MappedNames())
	product, err := pendingProduct.Get(ctx)
	if err != nil {
		return false, err
	}
	mapped, err := mappings.Get(ctx)
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
