package pricing

import "parley"

// waterfall writes the steps of a decision and keeps the exact price beside them. What a step shows before the rounding
// is cut to micros; the price is not computed from it.
type waterfall struct {
	decision *parley.PriceDecision
	exact    parley.ExactCPM
	shown    int64 // the price after the last step, in micros
}

// step records a step that leads to the exact price.
func (w *waterfall) step(s parley.PriceStep) {
	if s.Name != StepBase {
		s.Before = w.shown
	}
	s.After = w.exact.Round(1)
	w.shown = s.After
	w.decision.Steps = append(w.decision.Steps, s)
}

func (w *waterfall) discount(s parley.PriceStep) {
	if s.Rate == 0 {
		return
	}
	w.exact = w.exact.Less(s.Rate)
	w.step(s)
}

// volume takes the volume discount. A volume that counted for less than was asked is a step of its own right, since it is
// why the discount is smaller, or none.
func (w *waterfall) volume() {
	d := w.decision
	step := parley.PriceStep{Name: StepVolumeDiscount, Rate: d.VolumeDiscount}
	if cut(d) {
		step.Detail = "for the " + parley.FormatCount(d.CountedImpressions) + " available of " + parley.FormatCount(d.Impressions) + " impressions"
	}
	if step.Rate != 0 || step.Detail != "" {
		w.exact = w.exact.Less(step.Rate)
		w.step(step)
	}
}

func (w *waterfall) override(s parley.PriceStep, micros int64) {
	w.exact = parley.ExactCPMOf(micros)
	w.step(s)
}

// move records a step to a rounded or bounded price.
func (w *waterfall) move(s parley.PriceStep) {
	s.Before = w.shown
	w.shown = s.After
	w.decision.FinalCPM = s.After
	w.decision.Steps = append(w.decision.Steps, s)
}

// round takes the exact price to the minor unit, the only rounding there is.
func (w *waterfall) round() {
	w.decision.FinalCPM = w.exact.Round(w.decision.Currency.MinorUnit())
	if w.decision.FinalCPM != w.shown {
		w.move(parley.PriceStep{Name: StepRounding, After: w.decision.FinalCPM})
	}
}

// bound holds the price at or above the floor and then at or below the ceiling, which is never under the floor.
func (w *waterfall) bound(in *parley.PriceInput, floor parley.PriceStep, ceiling *rule) {
	d := w.decision
	unit := d.Currency.MinorUnit()
	floor.After = (floor.After + unit - 1) / unit * unit
	d.FloorCPM = floor.After
	if d.FinalCPM < floor.After {
		w.move(floor)
		d.FloorApplied = true
	}
	if ceiling == nil {
		return
	}
	limit := max(ceiling.ceiling/unit*unit, d.FloorCPM)
	d.CeilingCPM = limit
	if d.FinalCPM > limit {
		w.move(parley.PriceStep{Name: StepCeiling, Detail: ceiling.name, RuleID: ceiling.id, Account: ceiling.account(in), After: limit})
		d.FloorApplied = limit == d.FloorCPM
	}
}
