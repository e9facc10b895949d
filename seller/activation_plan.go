package seller

import (
	"context"
	"fmt"

	"parley"
	"parley/activation"
	"parley/storage"
)

// UnplannedActivations are the ids of at most limit activations that are to be sent and were not planned as they are now.
func (s *Service) UnplannedActivations(ctx context.Context, limit int) (ids []string, err error) {
	err = s.store.Read(ctx, func(r *storage.Reader) (err error) {
		ids, err = r.UnplannedActivations(limit).Get(ctx)
		return err
	})
	return ids, err
}

// PlanActivation plans what a destination would be sent, and keeps the plan; nothing is sent, and nobody but the publisher is told.
// What is wrong with it asks for a person, who sees it before anything is sent. An activation that a node sends is left alone, and done
// tells that this one is planned.
func (s *Service) PlanActivation(ctx context.Context, id string) (done bool, err error) {
	err = anew(ctx, s.store.Tx, func(tx *storage.Tx) error {
		done = false
		w := &work{Tx: tx, service: s, now: s.clock(), who: courier}
		seen, err := w.Activation(id).Get(ctx)
		if err != nil {
			return err
		}
		at, destination, err := w.stand(ctx, seen, false)
		if err != nil {
			return err
		}
		a := at.Activation
		if a.Status != parley.ActivationQueued || a.ClaimedUntil != nil {
			return nil
		}
		product, mapped, err := w.calledThere(ctx, at.deal, destination.ID)
		if err != nil {
			return err
		}
		planned, problems := s.plan(destination, s.want(at, a, destination, product, mapped))
		kept := parley.ActivationPlan{
			Version: a.WantedVersion, At: w.now, Steps: []parley.PlannedStep{}, Warnings: []parley.PlanRemark{}, Problems: []parley.PlanRemark{},
		}
		a.Failure, a.UpdatedAt = nil, w.now
		a.Standing = fmt.Sprintf("sending to be switched on; it was planned, in %d steps", len(planned.Steps))
		if len(planned.Steps) == 1 {
			a.Standing = "sending to be switched on; it was planned, in one step"
		}
		for _, p := range problems {
			kept.Problems = append(kept.Problems, parley.PlanRemark{Code: p.Code, Field: p.Field, Text: p.Text})
		}
		if len(problems) > 0 {
			failure := activation.Failure(problems[0].Refused())
			a.Failure, a.Standing = &failure, "a repair, and sending to be switched on"
		} else {
			for _, step := range planned.Steps {
				kept.Steps = append(kept.Steps, parley.PlannedStep{Name: step.Name, Anchor: step.Anchor, Body: step.Body})
			}
		}
		for _, warning := range planned.Warnings {
			kept.Warnings = append(kept.Warnings, parley.PlanRemark{Field: warning.Field, Text: warning.Text})
		}
		if a.Failures > 0 { // what was tried before tells more than a plan does
			a.Failure, a.Standing = at.Failure, at.Standing
		}
		w.UpdateActivation(a, a.Fence)
		w.SetActivationPlan(a.ID, kept)
		done = true
		return nil
	})
	return done, err
}
