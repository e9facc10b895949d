package pricing

import "parley"

// exact is a price as a fraction, before it is rounded: micros x numerator / denominator. At most three discounts
// multiply, so that both stay within 10^12 and the arithmetic within 128 bits.
type exact struct {
	micros      int64
	numerator   int64
	denominator int64
}

func exactly(micros int64) exact { return exact{micros: micros, numerator: 1, denominator: 1} }

func (x exact) less(discount parley.BasisPoints) exact {
	if discount == 0 {
		return x
	}
	x.numerator *= int64(parley.OneHundredPercent - discount)
	x.denominator *= int64(parley.OneHundredPercent)
	return x
}

// in is the nearest multiple of a unit of micros, half up.
func (x exact) in(unit int64) int64 {
	units, err := parley.MulDiv(x.micros, x.numerator, x.denominator*unit, parley.HalfUp)
	if err != nil {
		panic("pricing: a price is out of the range that was checked: " + err.Error())
	}
	return units * unit
}

// waterfall writes the steps of a decision and keeps the exact price beside them. What a step shows before the rounding
// is cut to micros; the price is not computed from it.
type waterfall struct {
	decision *parley.PriceDecision
	exact    exact
	shown    int64 // the price after the last step, in micros
}

// step records a step that leads to the exact price.
func (w *waterfall) step(s parley.PriceStep) {
	if s.Name != StepBase {
		s.Before = w.shown
	}
	s.After = w.exact.in(1)
	w.shown = s.After
	w.decision.Steps = append(w.decision.Steps, s)
}

func (w *waterfall) discount(s parley.PriceStep) {
	if s.Rate == 0 {
		return
	}
	w.exact = w.exact.less(s.Rate)
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
		w.exact = w.exact.less(step.Rate)
		w.step(step)
	}
}

func (w *waterfall) override(s parley.PriceStep, micros int64) {
	w.exact = exactly(micros)
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
	w.decision.FinalCPM = w.exact.in(w.decision.Currency.MinorUnit())
	if w.decision.FinalCPM != w.shown {
		w.move(parley.PriceStep{Name: StepRounding, After: w.decision.FinalCPM})
	}
}

// bound holds the price at or above the floor and then at or below the ceiling, which is never under the floor.
func (w *waterfall) bound(floor parley.PriceStep, ceiling *rule) {
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
	if d.FinalCPM > limit {
		w.move(parley.PriceStep{Name: StepCeiling, Detail: ceiling.name, RuleID: ceiling.id, After: limit})
		d.FloorApplied = limit == d.FloorCPM
	}
}
