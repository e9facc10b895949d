package seller

import (
	"context"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"parley"
	"parley/activation"
)

// ReleaseActivation has a deal sent that was held.
func (s *Service) ReleaseActivation(ctx context.Context, call Call, id string, encode Encode[parley.Activation]) (Answer, error) {
	return s.act(ctx, call, id, encode, func(w *work, at standpoint) error {
		if at.Status != parley.ActivationHeld {
			return parley.Errorf(parley.CodeConflict, "An activation that is %s is not held.", at.Status).With("current_status", at.Status)
		}
		return w.queueAsked(at, at.Activation, "somebody released it")
	})
}

// RetryActivation has what failed tried again at once. What was there and is not any more is looked for, and made anew.
func (s *Service) RetryActivation(ctx context.Context, call Call, id string, encode Encode[parley.Activation]) (Answer, error) {
	return s.act(ctx, call, id, encode, func(w *work, at standpoint) error {
		a := at.Activation
		switch {
		case a.Status == parley.ActivationFailed || a.Status == parley.ActivationGivenUp:
			if a.Failure != nil && a.Failure.Code == activation.CannotLook {
				w.isNotThere(&a)
			}
			if a.Intent == parley.IntentEnd {
				w.moveTo(&a, parley.ActivationWithdrawing)
				w.due(&a)
				w.UpdateActivation(a, a.Fence)
				return w.auditActivation("activation.retry", a, "")
			}
			if err := at.isToBeSent(); err != nil {
				return err
			}
			return w.queue(at.deal, a, "somebody tries again")
		case a.Status == parley.ActivationQueued && a.Failure != nil && a.Failures == 0: // it was planned, and nothing is sent
			w.ForgetActivationPlan(a.ID)
			return w.auditActivation("activation.retry", a, "")
		case a.Failures > 0 && a.ClaimedUntil == nil:
			a.NextAttemptAt, a.UpdatedAt = &w.now, w.now
			w.UpdateActivation(a, a.Fence)
			return w.auditActivation("activation.retry", a, "")
		}
		missed, err := w.MissedRevisit(a.ID).Get(ctx)
		if err != nil {
			return err
		}
		if len(missed) > 0 && a.Intent != parley.IntentEnd {
			if err := at.isToBeSent(); err != nil {
				return err
			}
			w.ForgetRevisit(a.ID)
			return w.again(at.deal, a, "somebody tries again")
		}
		return parley.Errorf(parley.CodeConflict, "Nothing has failed: the activation is %s.", a.Status).With("current_status", a.Status)
	})
}

// AdoptActivation takes a person's word on which of several objects that look alike at a destination is the deal's. It is looked for
// again, and that one is brought to what is wanted; the others are left as they are.
func (s *Service) AdoptActivation(ctx context.Context, call Call, id, ref string, encode Encode[parley.Activation]) (Answer, error) {
	ref = strings.TrimSpace(ref)
	return s.act(ctx, call, id, encode, func(w *work, at standpoint) error {
		a := at.Activation
		if a.Status != parley.ActivationFailed || len(activation.Candidates(a.Failure)) == 0 {
			return parley.Errorf(parley.CodeConflict, "There is nothing to choose: the activation is %s.", a.Status).With("current_status", a.Status)
		}
		if !slices.Contains(activation.Candidates(a.Failure), ref) {
			return parley.Invalid("ref", "must be one of those that were found: %s", strings.Join(activation.Candidates(a.Failure), ", "))
		}
		if a.Intent == parley.IntentEnd {
			a.Steps = w.choose(a, ref)
			w.moveTo(&a, parley.ActivationWithdrawing)
			w.due(&a)
			w.UpdateActivation(a, a.Fence)
			return w.auditActivation("activation.adopt", a, "somebody chose "+ref)
		}
		a.Steps = w.choose(a, ref)
		return w.queueAsked(at, a, "somebody chose "+ref)
	})
}

// choose has a person's choice among several objects stored.
func (w *work) choose(a parley.Activation, ref string) []parley.ActivationStep {
	step := activation.Find(a.Steps, a.Failure.Field)
	step.Chosen = ref
	w.SetActivationStep(a.ID, step)
	return activation.With(a.Steps, step)
}

// GiveUpActivation lets an activation be that failed. An order that waits for it fails.
func (s *Service) GiveUpActivation(ctx context.Context, call Call, id, reason string, encode Encode[parley.Activation]) (Answer, error) {
	return s.act(ctx, call, id, encode, func(w *work, at standpoint) error {
		a := at.Activation
		if !a.Status.Allows(parley.ActivationGivenUp) {
			return parley.Errorf(parley.CodeConflict, "Only what has failed can be given up; the activation is %s.", a.Status).
				With("current_status", a.Status)
		}
		failure := a.Failure
		w.moveTo(&a, parley.ActivationGivenUp)
		a.Failure = failure
		w.UpdateActivation(a, a.Fence)
		if err := w.auditActivation("activation.give_up", a, reason); err != nil {
			return err
		}
		return w.moveOrders(at.deal, at.orders, at.with(a))
	})
}

// WithdrawActivation ends what a deal has at a destination, while the deal itself goes on.
func (s *Service) WithdrawActivation(ctx context.Context, call Call, id, reason string, encode Encode[parley.Activation]) (Answer, error) {
	return s.act(ctx, call, id, encode, func(w *work, at standpoint) error {
		if at.Intent == parley.IntentEnd || at.Status == parley.ActivationEnded {
			return parley.Errorf(parley.CodeConflict, "The activation is %s already.", at.Status).With("current_status", at.Status)
		}
		return w.withdrawActivation(at.deal, at.Activation, reason)
	})
}

// PauseActivation has a deal that runs at a destination rest there, until somebody resumes it.
func (s *Service) PauseActivation(ctx context.Context, call Call, id, reason string, encode Encode[parley.Activation]) (Answer, error) {
	return s.act(ctx, call, id, encode, func(w *work, at standpoint) error {
		a := at.Activation
		if a.Intent != parley.IntentRun || !a.Status.UnderWay() || a.Status != parley.ActivationLive && a.AppliedVersion == 0 {
			return parley.Errorf(parley.CodeConflict, "Only a deal that is live is paused; the activation is %s.", a.Status).
				With("current_status", a.Status).With("intent", a.Intent)
		}
		if reason = strings.TrimSpace(reason); reason == "" {
			return parley.Invalid("reason", "must say why the deal is to rest there")
		}
		a.Intent = parley.IntentPause
		return w.again(at.deal, a, "somebody pauses it: "+reason)
	})
}

// ResumeActivation has a deal run again that was paused.
func (s *Service) ResumeActivation(ctx context.Context, call Call, id string, encode Encode[parley.Activation]) (Answer, error) {
	return s.act(ctx, call, id, encode, func(w *work, at standpoint) error {
		a := at.Activation
		if a.Intent != parley.IntentPause || !a.Status.UnderWay() {
			return parley.Errorf(parley.CodeConflict, "The deal is not paused here; the activation is %s.", a.Status).
				With("current_status", a.Status).With("intent", a.Intent)
		}
		if err := at.isToBeSent(); err != nil {
			return err
		}
		a.Intent = parley.IntentRun
		return w.again(at.deal, a, "somebody resumes it")
	})
}

// maxRef is how long the name of what a person has trafficked may be, in letters.
const maxRef = 256

// AcknowledgeActivation is a person's word that a deal is at a destination as it was sent, or has ended there. ref is what it
// is called there, which has to be said once, and not of what has ended.
func (s *Service) AcknowledgeActivation(ctx context.Context, call Call, id, ref string, encode Encode[parley.Activation]) (Answer, error) {
	ref = strings.TrimSpace(ref)
	if utf8.RuneCountInString(ref) > maxRef {
		return Answer{}, parley.Invalid("ref", "must be at most %d letters", maxRef)
	}
	if !utf8.ValidString(ref) || strings.ContainsFunc(ref, func(r rune) bool { return unicode.In(r, unicode.Cc, unicode.Cf) }) {
		return Answer{}, parley.Invalid("ref", "must have no control characters, and none that turn the direction of a text")
	}
	return s.act(ctx, call, id, encode, func(w *work, at standpoint) error {
		a := at.Activation
		if err := w.calledAlone(ctx, a, ref); err != nil {
			return err
		}
		if a.Status == parley.ActivationFailed && a.Failure != nil && a.Failure.Code == activation.CannotChange {
			return w.didByHand(ctx, at, ref)
		}
		if a.Status == parley.ActivationFailed && a.Failure != nil && a.Failure.Code == activation.CannotLook && a.Intent != parley.IntentEnd {
			w.isThere(&a)
			a.Acknowledged = w.word(a, ref)
			return w.queueAsked(at, a, "somebody said that it is there")
		}
		if a.Status == parley.ActivationFailed && a.Failure != nil && a.Failure.Code == activation.CannotLook {
			return w.didByHand(ctx, at, ref)
		}
		asked := a.NextAttemptAt == nil && (a.Status == parley.ActivationWaiting || a.Status == parley.ActivationWithdrawing)
		if !asked {
			return parley.Errorf(parley.CodeConflict, "Nobody is asked about this activation: it is %s.", a.Status).With("current_status", a.Status)
		}
		if a.Status == parley.ActivationWaiting {
			if err := at.isToBeSent(); err != nil {
				return err
			}
		}
		a.Acknowledged = w.word(a, ref)
		if a.Acknowledged.Ref == "" && a.Status == parley.ActivationWaiting {
			return parley.Invalid("ref", "must say what the deal is called there")
		}
		to, event := parley.ActivationLive, parley.EventActivationLive
		switch {
		case a.Status == parley.ActivationWithdrawing:
			to, event = parley.ActivationWithdrawn, parley.EventActivationWithdrawn
		case a.Intent == parley.IntentPause:
			to, event = parley.ActivationWaiting, parley.EventActivationPaused
		}
		w.moveTo(&a, to)
		a.AppliedVersion = a.WantedVersion
		if a.Paused() {
			a.Standing = waitsForResume
		}
		w.schedule(&a, at.deal, 0)
		w.UpdateActivation(a, a.Fence)
		if err := w.recordActivation(event, "activation.acknowledge", at.deal, a, a.Acknowledged.Ref); err != nil {
			return err
		}
		return w.arrived(at.deal, at.orders, at.with(a))
	})
}

// calledAlone refuses a name under which another deal is at the destination: figures by that name could be of either, and a change of the
// one would be one of the other.
func (w *work) calledAlone(ctx context.Context, a parley.Activation, ref string) error {
	if ref == "" || a.Intent == parley.IntentEnd {
		return nil
	}
	others, err := w.DealsCalled(a.DestinationID, ref, a.DealID).Get(ctx)
	if err != nil || len(others) == 0 {
		return err
	}
	return parley.Errorf(parley.CodeConflict, "Deal %s is called %q there already. Each deal needs a line item of its own: say what this one is called.", others[0], ref).
		With("deal_id", others[0])
}

// word is a person's word for what is wanted of an activation now. Without a name the deal is called there as it was.
func (w *work) word(a parley.Activation, ref string) *parley.Acknowledgement {
	if ref == "" && a.Acknowledged != nil {
		ref = a.Acknowledged.Ref
	}
	return &parley.Acknowledgement{Ref: ref, Actor: w.who.Actor(), At: w.now, Version: a.WantedVersion}
}

// didByHand takes a person's word that what a destination takes no call for was done there: a change, which then stands as the
// destination says, or an end.
func (w *work) didByHand(ctx context.Context, at standpoint, ref string) error {
	a := at.Activation
	a.Acknowledged = w.word(a, ref)
	if a.Intent == parley.IntentEnd {
		w.moveTo(&a, parley.ActivationWithdrawing)
		w.moveTo(&a, parley.ActivationWithdrawn)
		a.AppliedVersion = a.WantedVersion
		w.UpdateActivation(a, a.Fence)
		if err := w.recordActivation(parley.EventActivationWithdrawn, "activation.acknowledge", at.deal, a, a.Acknowledged.Ref); err != nil {
			return err
		}
		return w.arrived(at.deal, at.orders, at.with(a))
	}
	pendingTo := w.Destination(a.DestinationID)
	product, mapped, err := w.calledThere(ctx, at.deal, a.DestinationID)
	if err != nil {
		return err
	}
	to, err := pendingTo.Get(ctx)
	if err != nil {
		return err
	}
	adapter, known := w.service.adapter(to.Kind)
	if !known {
		return parley.Errorf(parley.CodeConflict, "This program does not speak to destinations of the kind %s.", to.Kind)
	}
	plan, problems := adapter.Plan(w.service.want(at, a, to, product, mapped))
	if len(problems) > 0 {
		return parley.Errorf(parley.CodeConflict, "What was done by hand cannot be told: %s %s.", problems[0].Field, problems[0].Text)
	}
	for _, step := range plan.Steps {
		for _, begun := range a.Steps {
			if begun.Name == step.Name && begun.Ref != "" {
				begun.SentHash, begun.DoneAt = step.Hash, &w.now
				w.SetActivationStep(a.ID, begun)
			}
		}
	}
	return w.queueAsked(at, a, "somebody did it by hand")
}

// isThere takes a person's word that what calls were begun for is at a destination that does not tell what it has.
func (w *work) isThere(a *parley.Activation) {
	a.UnsureSince, a.EmptyLooks = nil, 0
	a.Steps = slices.Clone(a.Steps)
	for i := range a.Steps {
		step := &a.Steps[i]
		if step.Ref != "" || step.Anchor == "" {
			continue
		}
		if step.TriedHash != "" && step.TriedHash != parley.TriedSeveral {
			step.SentHash, step.DoneAt = step.TriedHash, &w.now
		}
		step.Ref, step.TriedHash = step.Anchor, ""
		w.SetActivationStep(a.ID, *step)
	}
}

// isNotThere takes a person's word that what calls were begun for is not there.
func (w *work) isNotThere(a *parley.Activation) {
	a.UnsureSince, a.EmptyLooks = nil, 0
	a.Steps = slices.Clone(a.Steps)
	for i := range a.Steps {
		a.Steps[i].TriedHash = ""
		w.SetActivationStep(a.ID, a.Steps[i])
	}
}

// isToBeSent tells whether a deal is to be at its destination, whoever asks for it: nil where it runs, and an order wants it delivered
// where orders have it sent.
func (p standpoint) isToBeSent() error {
	switch {
	case !p.deal.Status.Runs():
		return parley.Errorf(parley.CodeConflict, "The deal is %s; there is nothing to send.", p.deal.Status).With("deal_status", p.deal.Status)
	case !triggerCame(p.Activation, p.deal, p.orders):
		return parley.Errorf(parley.CodeConflict, "No order has the deal delivered: it is sent when one is approved.").With("trigger", p.Trigger)
	}
	return nil
}

// queueAsked has what a person asks for sent, if it is to be sent at all.
func (w *work) queueAsked(at standpoint, a parley.Activation, reason string) error {
	if err := at.isToBeSent(); err != nil {
		return err
	}
	return w.queue(at.deal, a, reason)
}

// standpoint is an activation with what hangs together with it, held until the transaction ends.
type standpoint struct {
	parley.Activation
	deal   parley.Deal
	orders []parley.Order      // living
	all    []parley.Activation // of the deal
	// orderID is the order that has the deal sent; see storage.Reader.OrderOfDelivery.
	orderID string
}

// with are the deal's activations with one of them as it is now.
func (p standpoint) with(now parley.Activation) []parley.Activation {
	all := slices.Clone(p.all)
	for i := range all {
		if all[i].ID == now.ID {
			all[i] = now
		}
	}
	return all
}

// stand locks an activation's deal, its living orders, its destination if lock says so, and all of the deal's activations, in
// the order of all flows.
func (w *work) stand(ctx context.Context, seen parley.Activation, lock bool) (at standpoint, d parley.Destination, err error) {
	pendingDeal, orders := w.DealForUpdate(seen.DealID), w.LivingOrdersForUpdate(seen.DealID)
	pending := w.Destination(seen.DestinationID)
	if lock {
		pending = w.DestinationForUpdate(seen.DestinationID)
	}
	all, sentBy := w.ActivationsForUpdate(seen.DealID), w.OrderOfDelivery(seen.DealID)
	if d, err = pending.Get(ctx); err != nil {
		return at, d, err
	}
	if at.all, err = all.Get(ctx); err != nil {
		return at, d, err
	}
	if at.deal, err = pendingDeal.Get(ctx); err != nil {
		return at, d, err
	}
	if at.orders, err = orders.Get(ctx); err != nil {
		return at, d, err
	}
	if at.orderID, err = sentBy.Get(ctx); err != nil {
		return at, d, err
	}
	for _, a := range at.all {
		if a.ID == seen.ID {
			at.Activation = a
			return at, d, nil
		}
	}
	return at, d, unknown("activation", seen.ID)
}

// act runs what a person at the desk does about one activation, and answers it as it is then.
func (s *Service) act(ctx context.Context, call Call, id string, encode Encode[parley.Activation], do func(*work, standpoint) error) (Answer, error) {
	return write(ctx, s, call, encode, func(w *work) (parley.Activation, error) {
		pending := w.Activation(id)
		if _, err := w.authorize(ctx, needDesk); err != nil {
			return parley.Activation{}, err
		}
		seen, err := pending.Get(ctx)
		if err != nil {
			return parley.Activation{}, err
		}
		at, _, err := w.stand(ctx, seen, false)
		if err != nil {
			return parley.Activation{}, err
		}
		if err := do(w, at); err != nil {
			return parley.Activation{}, err
		}
		return w.Activation(id).Get(ctx)
	})
}
