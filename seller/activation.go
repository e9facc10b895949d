package seller

import (
	"context"
	"slices"
	"time"

	"parley"
	"parley/activation"
	"parley/storage"
)

// courier acts in events and audit entries for what came of sending deals.
var courier = parley.Principal{Role: parley.RoleOperator, KeyID: "activation", Label: "activation"}

// activateBooked writes, beside a deal that is booked, what each destination that it is for is to have of it: to be sent at
// once where booking does that, and held until its trigger comes where not.
func (w *work) activateBooked(ctx context.Context, deal parley.Deal, destinations *storage.Pending[[]parley.Destination]) error {
	present, err := destinations.Get(ctx)
	if err != nil {
		return err
	}
	for _, to := range present {
		if !to.Match.Fits(deal) {
			continue
		}
		if err := w.addActivation(deal, to, to.Trigger == parley.TriggerDealBooked); err != nil {
			return err
		}
	}
	return nil
}

// addActivation writes a new activation; triggered tells that what it waits for has come.
func (w *work) addActivation(deal parley.Deal, to parley.Destination, triggered bool) error {
	a := parley.Activation{
		ID: w.service.ids.New(parley.PrefixActivation), DealID: deal.ID, DestinationID: to.ID, System: to.Kind, Owner: deal.Owner, Required: to.Required,
		Trigger: to.Trigger, Status: parley.ActivationHeld, Intent: parley.IntentRun, WantedVersion: 1, Since: w.now, CreatedAt: w.now, UpdatedAt: w.now,
	}
	goes := triggered && to.Release == parley.ReleaseAutomatic
	if goes {
		a.Status, a.NextAttemptAt = parley.ActivationQueued, &w.now
	}
	w.InsertActivation(a)
	if !goes {
		return nil
	}
	return w.recordActivation(parley.EventActivationQueued, "activation.queue", deal, a, "")
}

// activateOrdered has a deal whose order was approved sent to where that sends it.
func (w *work) activateOrdered(deal parley.Deal, activations []parley.Activation, destinations []parley.Destination) error {
	present := map[string]parley.Activation{}
	for _, a := range activations {
		present[a.DestinationID] = a
	}
	for _, to := range destinations {
		a, there := present[to.ID]
		if !there {
			if !to.Match.Fits(deal) {
				continue
			}
			if err := w.addActivation(deal, to, to.Trigger != parley.TriggerManual); err != nil {
				return err
			}
			continue
		}
		if a.Trigger != parley.TriggerOrderApproved {
			continue
		}
		switch a.Status {
		case parley.ActivationHeld, parley.ActivationWithdrawn, parley.ActivationWithdrawing, parley.ActivationGivenUp:
		case parley.ActivationQueued, parley.ActivationSending, parley.ActivationWaiting, parley.ActivationLive, parley.ActivationFailed,
			parley.ActivationEnded:
			continue
		}
		if err := w.triggered(deal, a, to); err != nil {
			return err
		}
	}
	return nil
}

// triggered has an activation whose trigger came sent, or held for a person where one releases it. One that was ended there
// begins anew.
func (w *work) triggered(deal parley.Deal, a parley.Activation, to parley.Destination) error {
	if a.Status == parley.ActivationWithdrawn || a.Status == parley.ActivationWithdrawing {
		a.Intent, a.Required = parley.IntentRun, to.Required
		a.WantedVersion++
	}
	if a.Status == parley.ActivationWithdrawn {
		if len(a.Steps) > 0 { // what it had may still be there, ended
			a.UnsureSince, a.EmptyLooks = &w.now, 0
		}
		w.forget(&a)
	}
	if to.Release == parley.ReleaseByPerson && a.Status.Allows(parley.ActivationHeld) {
		w.moveTo(&a, parley.ActivationHeld)
		w.UpdateActivation(a, a.Fence)
		return nil
	}
	if to.Release == parley.ReleaseByPerson && a.Status == parley.ActivationHeld {
		return nil
	}
	return w.queue(deal, a, "")
}

// moveTo moves an activation to a status in which nothing is to be done by itself, and forgets what went wrong. The claim of a
// node that works on it stays: what it writes is stored.
func (w *work) moveTo(a *parley.Activation, to parley.ActivationStatus) {
	if a.Status != to {
		a.Since = w.now
	}
	a.Status, a.Standing, a.NextAttemptAt, a.UpdatedAt = to, "", nil, w.now
	a.Failures, a.FailingSince, a.Failure = 0, nil, nil
}

// due has something done about an activation: at once, or when the node that works on it has ended or is overdue.
func (w *work) due(a *parley.Activation) {
	at := w.now
	if a.ClaimedUntil != nil && a.ClaimedUntil.After(at) {
		at = *a.ClaimedUntil
	}
	a.NextAttemptAt = &at
}

// forget has what is known to be at a destination looked for again, before anything is made there. That something was there is kept: some
// of it may still be.
func (w *work) forget(a *parley.Activation) {
	a.AppliedVersion, a.Acknowledged, a.Buyers, a.AcceptedAt = 0, nil, nil, nil
	a.Steps = slices.Clone(a.Steps)
	for i, known := range a.Steps {
		a.Steps[i] = parley.ActivationStep{Name: known.Name, Anchor: known.Anchor, DoneAt: known.DoneAt}
		if known.DoneAt == nil && known.Ref != "" {
			a.Steps[i].DoneAt = &w.now
		}
		w.SetActivationStep(a.ID, a.Steps[i])
	}
}

// queue has what is wanted of an activation sent. What was there and is not any more is looked for first.
func (w *work) queue(deal parley.Deal, a parley.Activation, reason string) error {
	if a.Status != parley.ActivationQueued && !a.Status.Allows(parley.ActivationQueued) {
		return parley.Errorf(parley.CodeConflict, "An activation that is %s is not sent again.", a.Status).With("current_status", a.Status)
	}
	if a.Failure != nil && a.Failure.Class == parley.ClassGone {
		w.forget(&a)
	}
	w.moveTo(&a, parley.ActivationQueued)
	w.due(&a)
	w.UpdateActivation(a, a.Fence)
	return w.recordActivation(parley.EventActivationQueued, "activation.queue", deal, a, reason)
}

// rewant has the new terms of a deal sent to where it is.
func (w *work) rewant(deal parley.Deal, activations []parley.Activation) error {
	for _, a := range activations {
		if a.Intent == parley.IntentEnd || !a.Status.UnderWay() {
			continue
		}
		if a.Fence == 0 { // nothing was ever sent
			if a.Status == parley.ActivationQueued {
				w.ForgetActivationPlan(a.ID)
			}
			continue
		}
		if err := w.again(deal, a, "the deal changed"); err != nil {
			return err
		}
	}
	return nil
}

// again has what is wanted of an activation now brought to where it is. What is not there any more stays failed, with what is wanted
// not applied: a person decides whether it is made anew.
func (w *work) again(deal parley.Deal, a parley.Activation, reason string) error {
	gone := a.Status == parley.ActivationFailed && a.Failure != nil && a.Failure.Class == parley.ClassGone
	if gone || a.Status == parley.ActivationHeld || a.Status == parley.ActivationSending { // who is sending looks again when it is done
		w.wantAnew(a)
		return nil
	}
	a.WantedVersion++
	return w.queue(deal, a, reason)
}

// wantAnew notes that something else is wanted of an activation, which whoever goes on with it brings there.
func (w *work) wantAnew(a parley.Activation) {
	a.WantedVersion++
	a.UpdatedAt = w.now
	w.UpdateActivation(a, a.Fence)
}

// withdrawActivation ends what a deal has at one destination. What nothing is there of, and nothing may come of, is over at once; what
// somebody else has there that looks like the deal's may be.
func (w *work) withdrawActivation(deal parley.Deal, a parley.Activation, reason string) error {
	switch a.Status {
	case parley.ActivationWithdrawing, parley.ActivationWithdrawn, parley.ActivationEnded:
		return nil
	case parley.ActivationHeld, parley.ActivationQueued, parley.ActivationSending, parley.ActivationWaiting, parley.ActivationLive,
		parley.ActivationFailed, parley.ActivationGivenUp:
	}
	a.Intent = parley.IntentEnd
	a.WantedVersion++
	w.doubt(&a, a.Failure)
	if held := a.Status == parley.ActivationHeld; held || a.ClaimedUntil == nil && a.Untouched() {
		a.AppliedVersion = a.WantedVersion
		w.moveTo(&a, parley.ActivationWithdrawn)
		w.UpdateActivation(a, a.Fence)
		if held { // nobody has heard of it
			return w.auditActivation("activation.withdraw", a, reason)
		}
		return w.recordActivation(parley.EventActivationWithdrawn, "activation.withdraw", deal, a, reason)
	}
	w.moveTo(&a, parley.ActivationWithdrawing)
	w.due(&a)
	w.UpdateActivation(a, a.Fence)
	return w.auditActivation("activation.withdraw", a, reason)
}

// doubt has what is to end taken for unknown where it failed for something that is there and may be the deal's: it is looked for before it
// is taken for over.
func (w *work) doubt(a *parley.Activation, failure *parley.ActivationFailure) {
	if a.Intent == parley.IntentEnd && a.UnsureSince == nil && activation.Decided(failure) {
		a.UnsureSince, a.EmptyLooks = &w.now, 0
	}
}

// besideOrder is an order on its way to be locked, with what its moves are about.
type besideOrder struct {
	order        *storage.Pending[parley.Order]
	others       *storage.Pending[storage.Listing[parley.Order]] // of the deal, that something can become of
	activations  *storage.Pending[[]parley.Activation]
	destinations *storage.Pending[[]parley.Destination]
}

// askWithOrder locks an order and its deal's activations. The deal is held.
func (w *work) askWithOrder(dealID, orderID string) besideOrder {
	return besideOrder{
		order: w.OrderForUpdate(orderID), others: w.Orders(storage.OrderFilter{DealID: dealID, Unended: true}),
		activations: w.ActivationsForUpdate(dealID), destinations: w.EachDestination(),
	}
}

// followOrder does what follows from an order's move for its deal's activations.
func (w *work) followOrder(ctx context.Context, order parley.Order, deal parley.Deal, beside besideOrder) error {
	activations, err := beside.activations.Get(ctx)
	if err != nil {
		return err
	}
	destinations, err := beside.destinations.Get(ctx)
	if err != nil {
		return err
	}
	others, err := beside.others.Get(ctx)
	if err != nil {
		return err
	}
	return w.orderWent(order, deal, activations, destinations, others.Items)
}

// orderWent does what follows from an order's move for the deal's activations.
func (w *work) orderWent(order parley.Order, deal parley.Deal, activations []parley.Activation, destinations []parley.Destination, others []parley.Order) error {
	if order.Status == parley.OrderApproved {
		return w.activateOrdered(deal, activations, destinations)
	}
	if order.Status.Forward() {
		return nil
	}
	for _, other := range others {
		if other.ID != order.ID && other.Status.Delivers() {
			return nil
		}
	}
	for _, a := range activations {
		if a.Trigger != parley.TriggerOrderApproved || a.Status == parley.ActivationGivenUp {
			continue
		}
		if err := w.withdrawActivation(deal, a, "the order is "+string(order.Status)); err != nil {
			return err
		}
	}
	return nil
}

// leftToActivations keeps people from saying by hand what the systems that serve a deal are asked for.
func (w *work) leftToActivations(ctx context.Context, to parley.OrderStatus, deal parley.Deal, beside besideOrder) error {
	switch to {
	case parley.OrderInProgress, parley.OrderSyncing, parley.OrderBooked, parley.OrderCompleted:
	case parley.OrderDraft, parley.OrderSubmitted, parley.OrderPendingApproval, parley.OrderApproved, parley.OrderRejected,
		parley.OrderUnbooked, parley.OrderCancelled, parley.OrderFailed:
		return nil
	}
	activations, err := beside.activations.Get(ctx)
	if err != nil {
		return err
	}
	if to == parley.OrderCompleted {
		return w.completedByFigures(ctx, deal, activations)
	}
	for _, a := range activations {
		if a.Required && a.Intent != parley.IntentEnd && a.Status.UnderWay() {
			return parley.Errorf(parley.CodeConflict,
				"This order goes on when its deal is at the systems that serve it. See the activation %s, which is %s.", a.ID, a.Status).
				With("activation_id", a.ID).With("activation_status", a.Status)
		}
	}
	return nil
}

// moveOrders takes the orders of a deal where its activations have come.
func (w *work) moveOrders(deal parley.Deal, orders []parley.Order, activations []parley.Activation) error {
	orders = slices.Clone(orders)
	for i := range orders {
		for {
			to, reason, moves := activation.OrderMove(orders[i].Status, activations)
			if !moves {
				break
			}
			var err error
			if orders[i], err = w.move(orders[i], deal, to, reason, nil); err != nil {
				return err
			}
			if to != parley.OrderFailed {
				continue
			}
			if err := w.orderWent(orders[i], deal, activations, nil, orders); err != nil {
				return err
			}
		}
	}
	return nil
}

// begin has a deal run once it can be served and its flight has begun.
func (w *work) begin(deal *parley.Deal, activations []parley.Activation) error {
	if deal.Status != parley.DealBooked || w.service.today(w.now) < deal.Flight.Start {
		return nil
	}
	for _, a := range activations {
		if a.Status != parley.ActivationLive {
			continue
		}
		return w.activate(deal)
	}
	return nil
}

// activate has a booked deal run.
func (w *work) activate(deal *parley.Deal) error {
	before := deal.Status
	deal.Status, deal.UpdatedAt = parley.DealActive, w.now
	deal.Version++
	w.UpdateDeal(*deal)
	return w.record(dealEvent(parley.EventDealActivated, *deal), "deal.activate", "deal", deal.ID,
		map[string]any{"status": before}, map[string]any{"status": deal.Status})
}

// recordActivation writes the event and the audit entry of what became of an activation. The buyer reads that its deal was
// sent, to what kind of system and under which id there; the rest is the publisher's.
func (w *work) recordActivation(event parley.EventType, action string, deal parley.Deal, a parley.Activation, reason string) error {
	told := dealEvent(event, deal)
	facts := map[string]any{"activation_id": a.ID, "system": a.System, "status": a.Status, "applied": a.Applied()}
	if a.Alias != "" {
		facts["alias"] = a.Alias
	}
	told.Data = data(facts)
	detail := map[string]any{"destination_id": a.DestinationID, "wanted_version": a.WantedVersion, "applied_version": a.AppliedVersion}
	if a.Failure != nil {
		detail["class"], detail["code"], detail["text"], detail["field"] = a.Failure.Class, a.Failure.Code, a.Failure.Text, a.Failure.Field
	}
	if reason != "" {
		detail["reason"] = reason
	}
	if a.Standing != "" {
		detail["waits_for"] = a.Standing
	}
	told.Detail = data(detail)
	w.InsertEvent(w.event(told, deal.ID))
	return w.auditActivation(action, a, reason)
}

func (w *work) auditActivation(action string, a parley.Activation, reason string) error {
	return w.audit(action, "activation", a.ID, nil, map[string]any{
		"deal_id": a.DealID, "destination_id": a.DestinationID, "status": a.Status, "wanted_version": a.WantedVersion, "reason": reason,
	})
}

// Activations lists what is to be where, for the publisher.
func (s *Service) Activations(ctx context.Context, call Call, filter storage.ActivationFilter) (storage.Listing[parley.Activation], error) {
	return forViewer(ctx, s, call, func(v *view) *storage.Pending[storage.Listing[parley.Activation]] { return v.Activations(filter) })
}

// ActivationStory is an activation with what was tried.
type ActivationStory struct {
	parley.Activation
	Destination parley.Destination
	Needs       ActivationNeed             // what a person has to do; empty: nothing
	Attempts    []parley.ActivationAttempt // the newest first
	Answered    *parley.ActivationAnswer   // what the destination answered last; nil: nothing
	Missed      *storage.MissedRevisit     // why a change of its destination could not be brought to it; nil: it could
	Planned     *parley.ActivationPlan     // as it was planned where nothing is sent; nil: it never was
}

// Activation reads an activation with its attempts, for the publisher.
func (s *Service) Activation(ctx context.Context, call Call, id string) (ActivationStory, error) {
	return read(ctx, s, call, func(v *view) (ActivationStory, error) {
		pending, attempts, missing := v.Activation(id), v.ActivationAttempts(id, parley.MostAttempts), v.MissedRevisit(id)
		plan, answered := v.ActivationPlan(id), v.ActivationAnswer(id)
		if _, err := v.authorize(ctx, needScope(parley.ScopeViewer)); err != nil {
			return ActivationStory{}, err
		}
		a, err := pending.Get(ctx)
		if err != nil {
			return ActivationStory{}, err
		}
		story := ActivationStory{Activation: a}
		if story.Attempts, err = attempts.Get(ctx); err != nil {
			return ActivationStory{}, err
		}
		if story.Planned, err = plan.Get(ctx); err != nil {
			return ActivationStory{}, err
		}
		if story.Answered, err = answered.Get(ctx); err != nil {
			return ActivationStory{}, err
		}
		missed, err := missing.Get(ctx)
		if err != nil {
			return ActivationStory{}, err
		}
		if len(missed) > 0 {
			story.Missed = &missed[0]
		}
		to, pendingDeal := v.Destination(a.DestinationID), v.Deal(a.DealID)
		placed := v.Orders(storage.OrderFilter{DealID: a.DealID, Unended: true})
		if story.Destination, err = to.Get(ctx); err != nil {
			return ActivationStory{}, err
		}
		deal, err := pendingDeal.Get(ctx)
		if err != nil {
			return ActivationStory{}, err
		}
		orders, err := placed.Get(ctx)
		if story.Needs = needsOf(a, story.Destination, triggerCame(a, deal, orders.Items)); story.Needs == "" && story.Missed != nil {
			story.Needs = NeedsRevisit
		}
		return story, err
	})
}

// DealActivation is how far a deal has come at one destination, as its buyer may know it.
type DealActivation struct {
	parley.Activation
	System string // the destination's kind
}

// DealActivations tells a deal's buyer, or an operator, how far it has come at the systems that serve it.
func (s *Service) DealActivations(ctx context.Context, call Call, dealID string) ([]DealActivation, error) {
	return read(ctx, s, call, func(v *view) ([]DealActivation, error) {
		pendingDeal, destinations := v.Deal(dealID), v.EachDestination()
		activations := v.Activations(storage.ActivationFilter{DealID: dealID})
		who, err := v.authorize(ctx, needCredential)
		if err != nil {
			return nil, err
		}
		deal, err := pendingDeal.Get(ctx)
		if err != nil {
			return nil, err
		}
		if !who.MaySee(deal.Owner) {
			return nil, unknown("deal", dealID)
		}
		known, err := destinations.Get(ctx)
		if err != nil {
			return nil, err
		}
		kinds := map[string]string{}
		for _, d := range known {
			kinds[d.ID] = d.Kind
		}
		found, err := activations.Get(ctx)
		if err != nil {
			return nil, err
		}
		seen := []DealActivation{}
		for _, a := range found.Items {
			if !who.IsOperator() && a.Status == parley.ActivationHeld {
				continue // whether it is sent there at all is the publisher's to decide
			}
			seen = append(seen, DealActivation{Activation: a, System: kinds[a.DestinationID]})
		}
		return seen, nil
	})
}

// patience is how long a destination may fail before a person is asked.
func (s *Service) patience(class parley.ActivationClass) time.Duration {
	if own := activation.Patience(class); own > 0 {
		return own
	}
	return s.settings.ActivationPatience
}
