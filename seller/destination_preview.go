package seller

import (
	"context"
	"slices"

	"parley"
	"parley/activation"
	"parley/storage"
)

const (
	// mostPreviewed is how many deals at a destination are planned for the preview of a change, and previewedAtOnce how many are read
	// together.
	mostPreviewed   = 2000
	previewedAtOnce = 100
	// mostNamed is how many of the deals that a change would do something to are named.
	mostNamed = 50
)

// DestinationPreview is what a change of a destination would touch.
type DestinationPreview struct {
	Destination parley.Destination // as it would be
	Resent      bool               // whether what is there is sent again: other settings do that
	Activations int64              // that are there, or on their way
	Planned     int                // of them, which were looked at: all, or the oldest
	Differ      int                // of those looked at, of which the destination would have something else
	Failing     PreviewedFailures  // of those looked at, which could not be sent any more
	Left        PreviewedFailures  // of those looked at, which the destination would not be for any more; they stay there
}

// PreviewedFailures are deals that a change would do the same to.
type PreviewedFailures struct {
	Count int
	Named []PreviewedFailure // the oldest of them
}

func (f *PreviewedFailures) add(one PreviewedFailure) {
	if f.Count++; f.Count <= mostNamed {
		f.Named = append(f.Named, one)
	}
}

// PreviewedFailure is a deal that a change of its destination would do something to that nobody may want.
type PreviewedFailure struct {
	ActivationID, DealID string
	Problem              activation.Problem
}

// PreviewDestination tells what a change of a destination would touch, and changes nothing.
func (s *Service) PreviewDestination(ctx context.Context, call Call, id string, request DestinationRequest) (DestinationPreview, error) {
	return read(ctx, s, call, func(v *view) (p DestinationPreview, err error) {
		pending, present, counted := v.Destination(id), v.EachDestination(), v.SentActivations(id)
		if _, err := v.authorize(ctx, needScope(parley.ScopeAdmin)); err != nil {
			return p, err
		}
		before, err := pending.Get(ctx)
		if err != nil {
			return p, err
		}
		if err := request.ofKind(before.Kind); err != nil {
			return p, err
		}
		if err := request.check(s); err != nil {
			return p, err
		}
		if err := request.named(ctx, names{v.Reader}, before.Match); err != nil {
			return p, err
		}
		others, err := present.Get(ctx)
		if err != nil {
			return p, err
		}
		if err := request.alone(s, others, id); err != nil {
			return p, err
		}
		p.Destination = before
		request.fill(&p.Destination, v.now)
		p.Resent = !sameJSON(before.Settings, p.Destination.Settings)
		if p.Activations, err = counted.Get(ctx); err != nil {
			return p, err
		}
		adapter, known := s.adapter(before.Kind)
		for upTo := ""; known && p.Planned < mostPreviewed; {
			some := v.ActivationsToRevisit(storage.Revisit{DestinationID: id, All: true, UpTo: upTo}, previewedAtOnce)
			ids, err := some.Get(ctx)
			if err != nil {
				return p, err
			}
			found, err := v.atDestination(ctx, id, ids)
			if err != nil {
				return p, err
			}
			for _, one := range found {
				p.plan(s, adapter, before, one)
			}
			if len(ids) < previewedAtOnce {
				break
			}
			upTo = ids[len(ids)-1]
		}
		return p, nil
	})
}

// atDestination is what plans of activations at a destination are made of, in their order.
func (v *view) atDestination(ctx context.Context, destinationID string, ids []string) ([]previewed, error) {
	found := make([]previewed, len(ids))
	activations, deals := make([]*storage.Pending[parley.Activation], len(ids)), make([]*storage.Pending[parley.Deal], len(ids))
	sentBy, mapped := make([]*storage.Pending[string], len(ids)), make([]*storage.Pending[[]parley.Mapping], len(ids))
	products := map[string]*storage.Pending[parley.Product]{}
	for i, id := range ids {
		activations[i] = v.Activation(id)
	}
	for i := range ids {
		a, err := activations[i].Get(ctx)
		if err != nil {
			return nil, err
		}
		found[i].at.Activation = a
		deals[i], sentBy[i] = v.Deal(a.DealID), v.OrderOfDelivery(a.DealID)
	}
	for i := range ids {
		deal, err := deals[i].Get(ctx)
		if err != nil {
			return nil, err
		}
		if found[i].at.orderID, err = sentBy[i].Get(ctx); err != nil {
			return nil, err
		}
		found[i].at.deal, mapped[i] = deal, v.MappingsAt(destinationID, deal.MappedNames())
		if products[deal.ProductID] == nil {
			products[deal.ProductID] = v.Product(deal.ProductID)
		}
	}
	for i := range ids {
		mappings, err := mapped[i].Get(ctx)
		if err != nil {
			return nil, err
		}
		found[i].mappings = map[string][]parley.Mapping{destinationID: mappings}
		if found[i].product, err = products[found[i].at.deal.ProductID].Get(ctx); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// plan plans one deal at a destination as it is and as it would be.
func (p *DestinationPreview) plan(s *Service, adapter activation.Adapter, before parley.Destination, one previewed) {
	p.Planned++
	a, deal, mapped := one.at.Activation, one.at.deal, one.mappings[before.ID]
	was, _ := adapter.Plan(s.want(one.at, a, before, one.product, mapped))
	would, problems := adapter.Plan(s.want(one.at, a, p.Destination, one.product, mapped))
	switch {
	case len(problems) > 0:
		p.Failing.add(PreviewedFailure{ActivationID: a.ID, DealID: deal.ID, Problem: problems[0]})
	case !slices.EqualFunc(was.Steps, would.Steps, func(a, b activation.Step) bool { return a.Name == b.Name && a.Hash == b.Hash }):
		p.Differ++
	}
	if before.Match.Fits(deal) && !p.Destination.Match.Fits(deal) {
		p.Left.add(PreviewedFailure{ActivationID: a.ID, DealID: deal.ID, Problem: activation.Problem{
			Code: "match", Field: "match", Text: "does not fit the deal any more, which stays there until it is withdrawn",
		}})
	}
}
