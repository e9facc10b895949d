package seller

import (
	"context"
	"slices"

	"parley"
	"parley/activation"
	"parley/storage"
)

// mostPreviewed is how many deals at a destination are planned for the preview of a change.
const mostPreviewed = 50

// DestinationPreview is what a change of a destination would touch.
type DestinationPreview struct {
	Destination parley.Destination // as it would be
	Resent      bool               // whether what is there is sent again: other settings do that
	Activations int64              // that are there, or on their way
	Planned     int                // of them, which were looked at: the oldest
	Differ      int                // of those looked at, of which the destination would have something else
	Failing     []PreviewedFailure // of those looked at, which could not be sent any more
	Left        []PreviewedFailure // of those looked at, which the destination would not be for any more; they stay there
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
		first := v.ActivationsToRevisit(storage.Revisit{DestinationID: id, All: true}, mostPreviewed)
		if _, err := v.authorize(ctx, needScope(parley.ScopeAdmin)); err != nil {
			return p, err
		}
		before, err := pending.Get(ctx)
		if err != nil {
			return p, err
		}
		request.Kind = before.Kind
		if err := request.check(s); err != nil {
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
		ids, err := first.Get(ctx)
		if err != nil {
			return p, err
		}
		for _, activationID := range ids {
			if err := v.previewAt(ctx, &p, before, activationID); err != nil {
				return p, err
			}
		}
		return p, nil
	})
}

// previewAt plans one deal at a destination as it is and as it would be.
func (v *view) previewAt(ctx context.Context, p *DestinationPreview, before parley.Destination, activationID string) error {
	a, err := v.Activation(activationID).Get(ctx)
	if err != nil {
		return err
	}
	pendingDeal, sentBy := v.Deal(a.DealID), v.OrderOfDelivery(a.DealID)
	deal, err := pendingDeal.Get(ctx)
	if err != nil {
		return err
	}
	orderID, err := sentBy.Get(ctx)
	if err != nil {
		return err
	}
	pendingProduct, mappings := v.Product(deal.ProductID), v.MappingsAt(before.ID, deal.MappedNames())
	product, err := pendingProduct.Get(ctx)
	if err != nil {
		return err
	}
	mapped, err := mappings.Get(ctx)
	if err != nil {
		return err
	}
	adapter, known := v.service.adapter(before.Kind)
	if !known {
		return nil
	}
	p.Planned++
	at := standpoint{Activation: a, deal: deal, orderID: orderID}
	was, _ := adapter.Plan(v.service.want(at, a, before, product, mapped))
	would, problems := adapter.Plan(v.service.want(at, a, p.Destination, product, mapped))
	switch {
	case len(problems) > 0:
		p.Failing = append(p.Failing, PreviewedFailure{ActivationID: a.ID, DealID: deal.ID, Problem: problems[0]})
	case !slices.EqualFunc(was.Steps, would.Steps, func(a, b activation.Step) bool { return a.Name == b.Name && a.Hash == b.Hash }):
		p.Differ++
	}
	if before.Match.Fits(deal) && !p.Destination.Match.Fits(deal) {
		p.Left = append(p.Left, PreviewedFailure{ActivationID: a.ID, DealID: deal.ID, Problem: activation.Problem{
			Code: "match", Field: "match", Text: "does not fit the deal any more, which stays there until it is withdrawn",
		}})
	}
	return nil
}
