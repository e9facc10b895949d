package seller

import (
	"context"
	"strings"

	"parley"
	"parley/activation"
	"parley/storage"
)

// ActivationPreview is what a destination would be sent of a deal.
type ActivationPreview struct {
	Destination parley.Destination
	Activation  *parley.Activation // what there is of it already; nil: nothing
	Plan        activation.Plan
	Problems    []activation.Problem // why there is no plan
	Step        string               // of the plan, that is next; empty: none is
	Verb        activation.Verb      // what would be done with it next

	// What the destination itself says, when it was asked.
	Asked    bool
	Found    map[string][]activation.Remote // by step
	Findings []activation.Finding
	Failure  *parley.ActivationFailure // of the asking
}

// previewed is what a preview is made of.
type previewed struct {
	at           standpoint
	product      parley.Product
	destinations []parley.Destination
	mappings     map[string][]parley.Mapping // by destination
}

// PreviewActivations tells what each destination that a deal is for would be sent of it, as things are. The couriers make the
// same plan. The id may be that of a quote, which is looked at as the deal that its booking would make, under an id that no deal
// has, or as the one that it has made. With remote, the destinations are asked what they have; nothing is changed there or here.
func (s *Service) PreviewActivations(ctx context.Context, call Call, dealID string, remote bool) ([]ActivationPreview, error) {
	allowed := needScope(parley.ScopeViewer)
	if remote {
		allowed = needDesk
	}
	found, err := s.previewed(ctx, call, allowed, dealID)
	if err != nil {
		return nil, err
	}
	previews := []ActivationPreview{}
	for _, to := range found.destinations {
		preview := ActivationPreview{Destination: to}
		a := parley.Activation{DealID: found.at.deal.ID, DestinationID: to.ID, Intent: parley.IntentRun, WantedVersion: 1}
		for _, known := range found.at.all {
			if known.DestinationID == to.ID {
				a, preview.Activation = known, &known
			}
		}
		if preview.Activation == nil && !to.Match.Fits(found.at.deal) {
			continue
		}
		s.preview(ctx, &preview, a, found, remote)
		previews = append(previews, preview)
	}
	return previews, nil
}

// previewed reads what a preview of a deal, or of a quote's, is made of.
func (s *Service) previewed(ctx context.Context, call Call, allowed need, dealID string) (previewed, error) {
	return read(ctx, s, call, func(v *view) (p previewed, err error) {
		if _, err := v.authorize(ctx, allowed); err != nil {
			return p, err
		}
		if p.at.deal, err = v.dealOrQuote(ctx, dealID); err != nil {
			return p, err
		}
		destinations := v.EachDestination()
		activations := v.Activations(storage.ActivationFilter{DealID: p.at.deal.ID})
		orders := v.Orders(storage.OrderFilter{DealID: p.at.deal.ID, Unended: true})
		product, sentBy := v.Product(p.at.deal.ProductID), v.OrderOfDelivery(p.at.deal.ID)
		if p.destinations, err = destinations.Get(ctx); err != nil {
			return p, err
		}
		there, err := activations.Get(ctx)
		if err != nil {
			return p, err
		}
		placed, err := orders.Get(ctx)
		if err != nil {
			return p, err
		}
		p.at.all, p.at.orders = there.Items, placed.Items
		if p.at.orderID, err = sentBy.Get(ctx); err != nil {
			return p, err
		}
		mapped := map[string]*storage.Pending[[]parley.Mapping]{}
		for _, to := range p.destinations {
			mapped[to.ID] = v.MappingsAt(to.ID, p.at.deal.MappedNames())
		}
		p.mappings = map[string][]parley.Mapping{}
		for id, pending := range mapped {
			if p.mappings[id], err = pending.Get(ctx); err != nil {
				return p, err
			}
		}
		p.product, err = product.Get(ctx)
		return p, err
	})
}

// notBooked ends the id of a deal that is not booked yet, behind the publisher's prefix.
const notBooked = "-QUOTE-ALONE"

// dealOrQuote is a deal, or the one that a quote has become or would become.
func (v *view) dealOrQuote(ctx context.Context, id string) (parley.Deal, error) {
	if !strings.HasPrefix(id, parley.PrefixQuote) {
		return v.Deal(id).Get(ctx)
	}
	quote, err := v.Quote(id).Get(ctx)
	if err != nil {
		return parley.Deal{}, err
	}
	if quote.DealID != "" {
		return v.Deal(quote.DealID).Get(ctx)
	}
	deal := dealFromQuote(quote, parley.Principal{Identity: quote.Identity}, BookingRequest{QuoteID: quote.ID}, v.service.settings.DealPrefix+notBooked)
	deal.Owner, deal.CreatedAt, deal.UpdatedAt = quote.Owner, v.now, v.now
	return deal, nil
}

func (s *Service) preview(ctx context.Context, preview *ActivationPreview, a parley.Activation, found previewed, remote bool) {
	want := s.want(found.at, a, preview.Destination, found.product, found.mappings[preview.Destination.ID])
	if preview.Plan, preview.Problems = s.plan(preview.Destination, want); len(preview.Problems) > 0 {
		return
	}
	next, verb := activation.Next(preview.Plan, a.Steps)
	preview.Step, preview.Verb = next.Name, verb
	if !remote {
		return
	}
	adapter, _ := s.adapter(preview.Destination.Kind)
	account, refused := s.account(preview.Destination)
	if refused != nil {
		failure := activation.Failure(refused)
		preview.Asked, preview.Failure = true, &failure
		return
	}
	preview.Asked, preview.Found, preview.Findings = true, map[string][]activation.Remote{}, adapter.Check(ctx, account)
	for _, step := range preview.Plan.Steps {
		there, err := adapter.Look(ctx, account, step)
		if err != nil {
			failure := activation.Failure(err)
			preview.Failure = &failure
			return
		}
		preview.Found[step.Name] = there
	}
}

// plan is what a destination would be sent, with what people ought to know of it before it is; or why it cannot be.
func (s *Service) plan(to parley.Destination, want activation.Want) (activation.Plan, []activation.Problem) {
	adapter, known := s.adapter(to.Kind)
	if !known {
		return activation.Plan{}, []activation.Problem{{Code: "kind", Field: "kind", Text: "this program does not speak to destinations of this kind"}}
	}
	plan, problems := adapter.Plan(want)
	if len(problems) > 0 || want.Intent != parley.IntentRun {
		return plan, problems
	}
	now := s.clock()
	if want.Starts.Before(now) {
		plan.Warnings = append(plan.Warnings, activation.Warning{
			Field: "flight_start", Text: "is past: what has yet to be made begins ten minutes after it is sent, where a system takes no start that is past",
		})
	}
	if due, said := want.Product.CreativeSpecs.DueBy(want.Deal.Flight); said && s.today(now) > due {
		plan.Warnings = append(plan.Warnings, activation.Warning{
			Field: "creative_specs.lead_days", Text: "creatives were due by " + due.String() + ": the flight may begin without them",
		})
	}
	return plan, nil
}
