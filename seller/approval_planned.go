package seller

import (
	"context"
	"errors"
	"time"

	"parley"
	"parley/storage"
)

// TakeBackTime is how long a planned decision can be taken back.
const TakeBackTime = 8 * time.Second

// PlanDecision stores the deal desk's answer, to be carried out once TakeBackTime is over. Until then nothing is decided, and no
// buyer hears of it; but whoever else answers, in whatever way, is refused with CodeConflict, so that what was answered first is
// carried out as it was told, taken back, or kept with why it could not be carried out. The caller has a key, which must still allow it when it
// is carried out.
func (s *Service) PlanDecision(ctx context.Context, call Call, request DecisionRequest, encode Encode[parley.Approval]) (Answer, error) {
	return s.answered(ctx, call, request, encode, func(w *work, asked parley.Approval) (parley.Approval, error) {
		a, err := w.decidable(ctx, asked, request)
		if err != nil {
			return parley.Approval{}, err
		}
		item, told, err := w.expected(ctx, a, request)
		if err != nil {
			return parley.Approval{}, err
		}
		at := w.now.Add(TakeBackTime)
		a.Planned = &parley.PlannedDecision{
			Status: decisions[request.Decision], Reason: request.Reason, BuyerMessage: request.BuyerMessage, Modifications: request.Modifications,
			KeyID: w.who.KeyID, By: w.who.Actor(), RequestID: call.RequestID, At: w.now,
			Told: &told, ToldAsk: item.AskOf(told),
		}
		a.PlannedFor = &at
		a.Version++
		w.UpdateApproval(a)
		return a, w.record(plannedEvent(parley.EventApprovalPlanned, a), "approval.plan", "approval", a.ID, nil,
			map[string]any{"status": a.Planned.Status, "reason": a.Planned.Reason, "at": a.PlannedFor})
	})
}

// answeredAlready refuses a second answer while the first can be taken back still.
func answeredAlready(a parley.Approval) error {
	return parley.Errorf(parley.CodeConflict, "Somebody has answered this already; it is about to be carried out.").
		With("status", a.Status).With("planned_for", *a.PlannedFor)
}

// TakeBack takes a planned decision back, if it was not carried out yet. Whoever may decide may, and whoever said the first yes of two.
func (s *Service) TakeBack(ctx context.Context, call Call, id string, encode Encode[parley.Approval]) (Answer, error) {
	return write(ctx, s, call, encode, func(w *work) (parley.Approval, error) {
		pending := w.ApprovalForUpdate(id)
		if _, err := w.authorize(ctx, needScope(parley.ScopeViewer)); err != nil {
			return parley.Approval{}, err
		}
		a, err := pending.Get(ctx)
		if err != nil {
			return parley.Approval{}, err
		}
		if err := needScope(a.Deciders()...)(w.who, AnonymousAccess{}); err != nil && !a.TakenBackBy(w.who) {
			return parley.Approval{}, err
		}
		switch {
		case a.Status != parley.ApprovalPending:
			return parley.Approval{}, notPending(a)
		case a.PlannedFor == nil:
			return parley.Approval{}, parley.Errorf(parley.CodeConflict, "Nothing is planned that could be taken back.").With("status", a.Status)
		}
		was := a.Planned
		a.Planned, a.PlannedFor = nil, nil
		a.Version++
		w.UpdateApproval(a)
		return a, w.record(plannedEvent(parley.EventApprovalTakenBack, a), "approval.take_back", "approval", a.ID,
			map[string]any{"status": was.Status, "by": was.By}, nil)
	})
}

// plannedEvent is an event of an approval that its buyer does not see: nothing is decided.
func plannedEvent(eventType parley.EventType, a parley.Approval) parley.Event {
	event := approvalEvent(eventType, a)
	event.Owner = ""
	return event
}

// CarryOutDecisions decides and resumes what was planned and cannot be taken back any more, and says how many it looked at. Each
// is done in a transaction of its own, once, whichever nodes do it. What is refused by now stays pending, and says why.
func (s *Service) CarryOutDecisions(ctx context.Context) (int, error) {
	return s.sweepDue(ctx, &s.swept.planned, storage.DuePlannedDecisions, s.clock(), func(ids []string) error {
		for _, id := range ids {
			err := s.planned(ctx, id, (*work).carryOut)
			var refused *parley.Error
			var other *otherwise
			errors.As(err, &other)
			if errors.As(err, &refused) && refused.Code != parley.CodeInternal && refused.Code != parley.CodeContention && !stops(ctx, err) {
				err = s.planned(ctx, id, func(w *work, _ context.Context, a parley.Approval) error {
					return w.dropPlan(a, refused.Message, other)
				})
			}
			switch {
			case err == nil:
			case stops(ctx, err):
				return err
			default:
				s.log.Error("a planned decision could not be carried out", "id", id, "error", err)
			}
		}
		return nil
	})
}

// planned does something to an approval whose plan is due still, in a transaction of its own.
func (s *Service) planned(ctx context.Context, id string, do func(*work, context.Context, parley.Approval) error) error {
	return anew(ctx, s.store.Tx, func(tx *storage.Tx) error {
		w := &work{Tx: tx, service: s, now: s.clock(), who: sweeper}
		a, err := w.ApprovalForUpdate(id).Get(ctx)
		if err != nil || a.Status != parley.ApprovalPending || a.PlannedFor == nil || w.now.Before(*a.PlannedFor) {
			return err
		}
		return do(w, ctx, a)
	})
}

// carryOut decides and resumes what was planned, as whoever planned it, if the key still may.
func (w *work) carryOut(ctx context.Context, a parley.Approval) error {
	key, err := w.CredentialOf(a.Planned.KeyID).Get(ctx)
	switch {
	case parley.Is(err, parley.CodeNotFound):
		return errKeyEnded
	case err != nil:
		return err
	case !key.Key.Live(w.now):
		return errKeyEnded
	}
	w.who = key.Key.Principal(key.Trust)
	w.caller.call.RequestID = a.Planned.RequestID
	request := DecisionRequest{
		ApprovalID: a.ID, Reason: a.Planned.Reason, BuyerMessage: a.Planned.BuyerMessage, Modifications: a.Planned.Modifications,
		planned: true,
	}
	if a.Planned.Told != nil {
		request.Expected = &parley.Expected{Shown: a.Planned.Told}
	}
	for name, status := range decisions {
		if status == a.Planned.Status {
			request.Decision = name
		}
	}
	_, err = w.decideAndResume(ctx, a, request)
	return err
}

// dropPlan keeps why a planned decision was not carried out, and what it would have done instead, where that is why; the approval waits
// again, where everybody sees it.
func (w *work) dropPlan(a parley.Approval, failure string, other *otherwise) error {
	a.SnoozedUntil = nil
	if err := w.failPlan(&a, failure); err != nil {
		return err
	}
	if other != nil {
		a.Planned.Would, a.Planned.WouldAsk = &other.would, other.ask
	}
	a.Version++
	w.UpdateApproval(a)
	return nil
}

// failPlan has an approval say why what was planned for it is not carried out. The caller stores it.
func (w *work) failPlan(a *parley.Approval, failure string) error {
	kept := *a.Planned
	kept.Failure = failure
	a.Planned, a.PlannedFor = &kept, nil
	return w.record(plannedEvent(parley.EventApprovalTakenBack, *a), "approval.drop_plan", "approval", a.ID,
		map[string]any{"status": kept.Status, "by": kept.By}, map[string]any{"failure": failure})
}
