package seller

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"parley"
	"parley/activation"
	"parley/storage"
)

// activationLease names the lease of the node that sends deals.
const activationLease = "activations"

// ActivationClaim is how long a node has an activation for itself after each word of it; longer than any one call takes.
const ActivationClaim = 2 * time.Minute

// ActivationLeadership is a node's part in deciding which of them sends deals.
func (s *Service) ActivationLeadership(node string) *Leadership {
	return &Leadership{service: s, node: node, lease: activationLease, duty: "the sending of deals"}
}

// ListenForActivations has news of this process's transactions: news answers a channel that is closed at the next one.
func (s *Service) ListenForActivations() (news func() <-chan struct{}) { return s.committed.next }

// DueActivation is an activation for which something is to be done.
type DueActivation struct {
	ID, DestinationID string
	Sends             int // how many are sent to its destination at a time; 0: as many as to any
}

// DueActivations are the activations for which something is to be done, the longest due first, at most limit of them at each
// destination; active tells whether anything is sent anywhere.
func (s *Service) DueActivations(ctx context.Context, limit int) (due []DueActivation, active bool, err error) {
	err = s.store.Read(ctx, func(r *storage.Reader) error {
		destinations, err := r.EachDestination().Get(ctx)
		if err != nil {
			return err
		}
		now, at := s.clock(), map[string]*storage.Pending[[]string]{}
		for _, d := range destinations {
			if d.Status == parley.DestinationActive {
				at[d.ID] = r.DueActivations(d.ID, now, limit)
			}
		}
		active = len(at) > 0
		for _, d := range destinations {
			if at[d.ID] == nil {
				continue
			}
			ids, err := at[d.ID].Get(ctx)
			if err != nil {
				return err
			}
			for _, id := range ids {
				due = append(due, DueActivation{ID: id, DestinationID: d.ID, Sends: d.Sends})
			}
		}
		return nil
	})
	return due, active, err
}

// ActivationWork is an activation that a node has for itself, with what it needs to go on.
type ActivationWork struct {
	parley.Activation
	Destination parley.Destination
	Adapter     activation.Adapter // nil: this program has none of the kind
	Want        activation.Want
	Account     activation.Account
	NoAccount   *activation.Error // why the destination's credential cannot be had; nil: it can
}

// ClaimActivation takes an activation for a node, if something is to be done about it. Each claim ends what was claimed
// before: what another node has to say of it then is refused.
func (s *Service) ClaimActivation(ctx context.Context, node, id string) (claimed ActivationWork, ok bool, err error) {
	err = anew(ctx, s.store.Tx, func(tx *storage.Tx) error {
		ok = false
		w := &work{Tx: tx, service: s, now: s.clock(), who: courier}
		seen, err := w.Activation(id).Get(ctx)
		if parley.Is(err, parley.CodeNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		at, destination, err := w.stand(ctx, seen, false)
		if err != nil {
			return err
		}
		a := at.Activation
		if a.NextAttemptAt == nil || a.NextAttemptAt.After(w.now) || destination.Status != parley.DestinationActive {
			return nil
		}
		product, mapped, err := w.calledThere(ctx, at.deal, destination.ID)
		if err != nil {
			return err
		}
		adapter, _ := s.adapter(destination.Kind)
		held := a.Fence
		a.Fence++
		a.UpdatedAt = w.now
		if a.ClaimedUntil != nil { // who had it has said nothing: its last call may have made something, or may yet
			if w.unsure(&a) && adapter != nil && !adapter.Certain() {
				w.giveBack(&a, w.now.Add(activation.UnsureWait))
				w.UpdateActivation(a, held)
				return nil
			}
		}
		if a.Status == parley.ActivationQueued {
			a.Status, a.Since, a.Standing = parley.ActivationSending, w.now, ""
		}
		w.take(&a, node)
		w.UpdateActivation(a, held)
		if err := w.moveOrders(at.deal, at.orders, at.with(a)); err != nil {
			return err
		}
		claimed, ok = ActivationWork{
			Activation: a, Destination: destination, Adapter: adapter, Want: s.want(at, a, destination, product, mapped),
		}, true
		claimed.Want.Stands = w.now.Sub(a.Since)
		return nil
	})
	if err == nil && ok {
		claimed.Account, claimed.NoAccount = s.account(claimed.Destination)
	}
	return claimed, ok, err
}

func (w *work) take(a *parley.Activation, node string) {
	until := w.now.Add(ActivationClaim)
	a.ClaimedUntil, a.NextAttemptAt, a.Claimant = &until, &until, node
}

// calledThere is the product of a deal, and what a destination calls it and the parties.
func (w *work) calledThere(ctx context.Context, deal parley.Deal, destinationID string) (parley.Product, []parley.Mapping, error) {
	found, mappings := w.Product(deal.ProductID), w.MappingsAt(destinationID, deal.MappedNames())
	product, err := found.Get(ctx)
	if err != nil {
		return product, nil, err
	}
	mapped, err := mappings.Get(ctx)
	return product, mapped, err
}

// want is what a destination is to have of a deal.
func (s *Service) want(
	at standpoint, a parley.Activation, to parley.Destination, product parley.Product, mapped []parley.Mapping,
) activation.Want {
	zone := s.settings.TimeZone
	starts, ends := activation.Span(at.deal.Flight, zone)
	wanted := activation.Want{
		Deal: at.deal, Product: product, Settings: to.Settings, Intent: a.Intent, Revision: a.WantedVersion,
		Starts: starts.In(zone), Ends: ends.In(zone), TimeZone: zone.String(), OrderID: at.orderID, There: a.AppliedVersion > 0,
		Mappings: map[parley.MappingAbout]json.RawMessage{},
	}
	for _, m := range mapped {
		wanted.Mappings[m.About] = m.Refs
	}
	return wanted
}

// ActivationNews is what a node has to say of an activation that it works on.
type ActivationNews struct {
	Begins  *parley.ActivationStep    // a call that is about to be made may change this; the step as it is known with that
	Attempt *parley.ActivationAttempt // a call that was made
	Answer  *parley.ActivationAnswer  // what was answered to a call of which there is no attempt
	Step    *parley.ActivationStep    // as it is after that
	Failure error                     // why the call, or the plan, came to nothing
	// Nothing tells that a look found nothing of what may have been made.
	Nothing bool
	// Standing is how everything that was sent stands; nil while there is more to send.
	Standing *activation.Standing
	// Buyers is what the buyer's seats say, where they were asked: it may be why it came to nothing.
	Buyers []parley.BuyerStatus
	// Over tells that everything has ended there, and nobody has to say so.
	Over bool
	// Interrupted tells that the process ends, and CutOff that it does so during a call. It is nobody's failure.
	Interrupted bool
	CutOff      bool
}

// RecordActivation stores what a node has to say of an activation that it claimed, and answers whether it goes on with it: the
// claim holds for the next word, and what is wanted is what it was. A node that another one has taken it from is refused
// with CodeContention, and nothing is stored.
func (s *Service) RecordActivation(ctx context.Context, claimed *ActivationWork, news ActivationNews) (goesOn bool, err error) {
	var after parley.Activation
	err = anew(ctx, s.store.Tx, func(tx *storage.Tx) error {
		w := &work{Tx: tx, service: s, now: s.clock(), who: courier}
		counts := news.Failure != nil || claimed.Destination.Failures > 0
		at, destination, err := w.stand(ctx, claimed.Activation, counts)
		if err != nil {
			return err
		}
		a := at.Activation
		if a.Fence != claimed.Fence {
			return parley.Errorf(parley.CodeContention, "The activation %s is another node's by now.", a.ID)
		}
		news, err := w.alias(ctx, a, news)
		if err != nil {
			return err
		}
		if news.Standing != nil && news.Standing.Alias.ID != "" {
			a.Alias = news.Standing.Alias.ID
		}
		if news.Attempt != nil {
			w.AddActivationAttempt(a.ID, *news.Attempt)
		}
		if news.Answer != nil {
			w.SetActivationAnswer(a.ID, *news.Answer)
		}
		for _, step := range []*parley.ActivationStep{news.Begins, news.Step} {
			if step != nil && (step == news.Step || a.WantedVersion == claimed.WantedVersion) {
				w.SetActivationStep(a.ID, *step)
				a.Steps = activation.With(a.Steps, *step)
			}
		}
		if counts {
			if err := w.tally(destination, news); err != nil {
				return err
			}
		}
		a.UpdatedAt = w.now
		accepted := w.buyersSay(&a, news)
		event := w.judge(&a, claimed, at.deal, news)
		goesOn = a.ClaimedUntil != nil
		w.UpdateActivation(a, a.Fence)
		if accepted {
			if err := w.recordActivation(parley.EventActivationAccepted, "activation.accept", at.deal, a, ""); err != nil {
				return err
			}
		}
		if event != "" {
			action := "activation." + string(a.Status)
			if event == parley.EventActivationDrifted {
				action = "activation.drift"
			}
			if err := w.recordActivation(event, action, at.deal, a, ""); err != nil {
				return err
			}
		}
		after = a
		return w.arrived(at.deal, at.orders, at.with(a))
	})
	if err != nil {
		return false, err
	}
	s.committed.announce()
	claimed.Activation = after
	return goesOn, nil
}

// buyersSay keeps what the buyer's seats say, and answers whether the buyer is known to have accepted the deal from now on.
func (w *work) buyersSay(a *parley.Activation, news ActivationNews) (accepted bool) {
	if a.Intent == parley.IntentEnd {
		return false
	}
	if news.Buyers != nil {
		a.Buyers = news.Buyers
	}
	if news.Standing == nil || !news.Standing.Accepted || a.AcceptedAt != nil {
		return false
	}
	a.AcceptedAt = &w.now
	return true
}

// alias keeps the id that a destination has given the deal. One that is another deal's already is a failure.
func (w *work) alias(ctx context.Context, a parley.Activation, news ActivationNews) (ActivationNews, error) {
	if news.Standing == nil || news.Standing.Alias.ID == "" {
		return news, nil
	}
	given := news.Standing.Alias
	refuse := func(class parley.ActivationClass, code, text string) (ActivationNews, error) {
		news.Standing, news.Failure = nil, &activation.Error{Class: class, Code: code, Text: text}
		return news, nil
	}
	if !activation.SafeRef(given.ID) {
		return refuse(parley.ClassTransient, "answer", "the id that the destination gives the deal is none")
	}
	present, err := w.DealsByAlias(given.System, given.ID).Get(ctx)
	if err != nil {
		return news, err
	}
	switch {
	case len(present) == 0:
		w.InsertDealAlias(parley.DealAlias{DealID: a.DealID, System: given.System, ID: given.ID, DestinationID: a.DestinationID, Seat: given.Seat})
	case present[0].DealID != a.DealID:
		return refuse(parley.ClassRefused, activation.AliasTaken, "the destination's id of the deal, "+given.ID+", is that of "+present[0].DealID+" already")
	}
	return news, nil
}

// arrived does what follows from where a deal's activations have come.
func (w *work) arrived(deal parley.Deal, orders []parley.Order, activations []parley.Activation) error {
	if err := w.begin(&deal, activations); err != nil {
		return err
	}
	return w.moveOrders(deal, orders, activations)
}

// tally counts what is a destination's own in an attempt, and pauses one that fails again and again.
func (w *work) tally(d parley.Destination, news ActivationNews) error {
	if news.Failure == nil {
		if d.Failures > 0 && (news.Attempt != nil || news.Standing != nil) {
			d.Failures = 0
			w.UpdateDestination(d)
		}
		return nil
	}
	before := d
	d, paused := d.Paused(activation.Failure(news.Failure).Class)
	if d.Failures == before.Failures {
		return nil
	}
	if !paused {
		w.UpdateDestination(d)
		return nil
	}
	d.UpdatedAt = w.now
	d.Version++
	w.UpdateDestination(d)
	return w.recordDestination(parley.EventDestinationPaused, "destination.pause", before, d)
}

// judge moves an activation by what a node says of it, and answers the event of that.
func (w *work) judge(a *parley.Activation, claimed *ActivationWork, deal parley.Deal, news ActivationNews) parley.EventType {
	if news.Failure != nil {
		failure := activation.Failure(news.Failure)
		if w.doubt(a, &failure); a.Status != parley.ActivationWithdrawing || !a.Untouched() {
			return w.fails(a, news.Failure)
		}
		return w.withdrawn(a) // nothing of it arrived, and nothing is to
	}
	changed := a.WantedVersion != claimed.WantedVersion
	if news.Attempt != nil && (news.Step == nil || news.Step.DoneAt != nil) && !news.Nothing { // what a look finds may yet fail as before
		a.Failures, a.FailingSince, a.Failure = 0, nil, nil
	}
	switch {
	case news.Interrupted:
		if news.CutOff {
			w.unsure(a)
		}
		w.giveBack(a, w.now)
		return ""
	case news.Nothing && a.UnsureSince != nil && a.EmptyLooks+1 < activation.EmptyLooks && !claimed.Adapter.Certain():
		a.EmptyLooks++
		w.giveBack(a, w.now.Add(activation.LookAgain))
		return ""
	case news.Step != nil || news.Nothing || news.Begins != nil:
		if news.Begins == nil && !inDoubt(*a) {
			a.UnsureSince, a.EmptyLooks = nil, 0
		}
		if changed {
			w.giveBack(a, w.now)
			return ""
		}
		w.take(a, claimed.Claimant)
		return ""
	case changed:
		w.giveBack(a, w.now)
		return ""
	case news.Over:
		return w.withdrawn(a)
	case news.Standing != nil:
		a.UnsureSince, a.EmptyLooks = nil, 0
		return w.stood(a, deal, *news.Standing)
	}
	w.giveBack(a, w.now)
	return ""
}

// withdrawn ends an activation of which nothing runs at its destination any more.
func (w *work) withdrawn(a *parley.Activation) parley.EventType {
	w.moveTo(a, parley.ActivationWithdrawn)
	a.AppliedVersion = a.WantedVersion
	w.giveBack(a, w.now)
	return parley.EventActivationWithdrawn
}

// unsure has what calls were begun for taken for unknown, until it has been looked for or brought to what is wanted once more: the
// last of them may have made, changed or ended something, or may yet. It answers whether there is any. What no call was begun for
// is as it was stored.
func (w *work) unsure(a *parley.Activation) bool {
	if !inDoubt(*a) {
		return false
	}
	a.UnsureSince, a.EmptyLooks = &w.now, 0
	a.Steps = slices.Clone(a.Steps)
	for i := range a.Steps {
		if a.Steps[i].TriedHash != "" {
			a.Steps[i].SentHash, a.Steps[i].DoneAt = "", nil
			w.SetActivationStep(a.ID, a.Steps[i])
		}
	}
	return true
}

// inDoubt tells whether a call was begun of which it is not known what came of it.
func inDoubt(a parley.Activation) bool {
	return slices.ContainsFunc(a.Steps, func(s parley.ActivationStep) bool { return s.TriedHash != "" })
}

// giveBack ends a claim; at is when there is something to do next, where the status has anything to do.
func (w *work) giveBack(a *parley.Activation, at time.Time) {
	a.ClaimedUntil, a.Claimant, a.NextAttemptAt = nil, "", nil
	switch a.Status {
	case parley.ActivationSending:
		a.Status, a.NextAttemptAt = parley.ActivationQueued, &at
	case parley.ActivationQueued, parley.ActivationWaiting, parley.ActivationLive, parley.ActivationWithdrawing:
		a.NextAttemptAt = &at
	case parley.ActivationHeld, parley.ActivationFailed, parley.ActivationWithdrawn, parley.ActivationGivenUp, parley.ActivationEnded:
	}
}

// fails has what failed tried again after a while, or a person asked.
func (w *work) fails(a *parley.Activation, err error) parley.EventType {
	failure := activation.Failure(err)
	if a.FailingSince == nil {
		a.FailingSince = &w.now
	}
	a.Failures++
	a.Failure = &failure
	if failure.Class == parley.ClassUnsure {
		w.unsure(a)
	}
	wait, again := activation.Wait(err, a.Failures)
	if again && w.now.Sub(*a.FailingSince) < w.service.patience(failure.Class) {
		w.giveBack(a, w.now.Add(wait))
		return ""
	}
	failures, since := a.Failures, a.FailingSince
	if a.Status.Allows(parley.ActivationFailed) {
		w.moveTo(a, parley.ActivationFailed)
	}
	a.Failures, a.FailingSince, a.Failure = failures, since, &failure
	w.giveBack(a, w.now)
	return parley.EventActivationFailed
}

// stood moves an activation of which everything was sent to how it stands there.
func (w *work) stood(a *parley.Activation, deal parley.Deal, standing activation.Standing) parley.EventType {
	was := a.Status
	text := activation.Shown(standing.Text)
	if a.Status == parley.ActivationWithdrawing {
		if standing.State != activation.StateAnswer && standing.State != activation.StateWaiting {
			return w.withdrawn(a)
		}
		a.Standing = text
		w.rest(a, standing.Again)
		return ""
	}
	over := !w.now.Before(w.overAt(deal))
	switch {
	case standing.State == activation.StateEnded,
		over && (was == parley.ActivationLive || standing.State == activation.StateLive || standing.State == activation.StatePaused || a.Paused()):
		if was == parley.ActivationSending {
			w.moveTo(a, parley.ActivationLive)
		}
		w.moveTo(a, parley.ActivationEnded)
		a.AppliedVersion = a.WantedVersion
		a.ClaimedUntil, a.Claimant = nil, ""
		return ""
	case a.Intent == parley.IntentPause && (standing.State == activation.StatePaused || standing.State == activation.StateAnswer && answered(*a)):
		known := a.Paused()
		w.moveTo(a, parley.ActivationWaiting)
		a.AppliedVersion, a.Standing = a.WantedVersion, waitsForResume
		a.ClaimedUntil, a.Claimant = nil, ""
		w.schedule(a, deal, standing.Again)
		if known {
			return ""
		}
		return parley.EventActivationPaused
	case standing.State == activation.StateLive, standing.State == activation.StateAnswer && answered(*a):
		w.moveTo(a, parley.ActivationLive)
		a.AppliedVersion = a.WantedVersion
		a.ClaimedUntil, a.Claimant = nil, ""
		w.schedule(a, deal, standing.Again)
		if was == parley.ActivationLive {
			return ""
		}
		return parley.EventActivationLive
	}
	if was == parley.ActivationLive || a.Paused() { // it was as it is wanted, and is not any more
		drifted := a.Standing != text
		a.Standing = text
		w.rest(a, standing.Again)
		if !drifted {
			return ""
		}
		return parley.EventActivationDrifted
	}
	w.moveTo(a, parley.ActivationWaiting)
	a.Standing = text
	w.rest(a, standing.Again)
	if was == parley.ActivationWaiting {
		return ""
	}
	return parley.EventActivationSent
}

// waitsForResume is what a paused activation waits for.
const waitsForResume = "somebody to resume it, since it was paused here"

// answered tells whether a person has answered for what is wanted now.
func answered(a parley.Activation) bool {
	return a.Acknowledged != nil && a.Acknowledged.Version == a.WantedVersion
}

// rest ends a claim until the destination is asked again; 0 is never.
func (w *work) rest(a *parley.Activation, again time.Duration) {
	a.ClaimedUntil, a.Claimant, a.NextAttemptAt = nil, "", nil
	if again > 0 {
		at := w.now.Add(again)
		a.NextAttemptAt = &at
	}
}

// schedule has a live or paused activation looked at when its flight begins and when it is over, and as often as its destination is
// asked; 0 is never.
func (w *work) schedule(a *parley.Activation, deal parley.Deal, again time.Duration) {
	if a.Status != parley.ActivationLive && !a.Paused() {
		return
	}
	next := w.overAt(deal)
	if starts, _ := activation.Span(deal.Flight, w.service.settings.TimeZone); starts.After(w.now) {
		next = starts
	}
	if at := w.now.Add(again); again > 0 && at.Before(next) {
		next = at
	}
	a.NextAttemptAt = &next
}

// overAt is the first instant after a deal's flight.
func (w *work) overAt(deal parley.Deal) time.Time {
	return (deal.Flight.End + 1).Begins(w.service.settings.TimeZone)
}
