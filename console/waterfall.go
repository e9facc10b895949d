package console

import (
	"parley"
	"parley/pricing"
)

// barWidth is how wide the box is that the waterfall's bars are drawn in, in units of its own.
const barWidth = 320

// waterfall is the drawing of how a price came about.
type waterfall struct {
	Currency parley.Currency
	Steps    []waterfallStep
	Floor    int64 // micros; 0: none
	FloorX   int
	Final    int64
	FloorHit bool
	Version  int64
	Why      string // as the buyer reads it
}

// waterfallStep is one line of the drawing: what the step is, where the price was and where it went.
type waterfallStep struct {
	Name, Detail string
	RuleID       string
	Account      string // that the rule picked the buyer by, in words; empty: none
	Change       int64  // micros
	Rate         parley.BasisPoints
	After        int64
	X, Width     int
	Kind         string // whole, down, up
}

var stepNames = map[string]string{
	pricing.StepBase:           "Base",
	pricing.StepTierDiscount:   "Tier discount",
	pricing.StepRuleOverride:   "Contracted price",
	pricing.StepRuleDiscount:   "Rule discount",
	pricing.StepVolumeDiscount: "Volume discount",
	pricing.StepRounding:       "Rounding",
	pricing.StepFloor:          "Raised to the floor",
	pricing.StepCeiling:        "Lowered to the ceiling",
	parley.StepAgreed:          "Agreed with the buyer",
	parley.StepOffered:         "Offered instead",
}

func drawWaterfall(d parley.PriceDecision) waterfall {
	drawn := waterfall{
		Currency: d.Currency, Floor: d.FloorCPM, Final: d.FinalCPM, FloorHit: d.FloorApplied,
		Version: d.PricingVersion, Why: d.Rationale,
	}
	highest := max(d.FinalCPM, d.FloorCPM, 1)
	for _, step := range d.Steps {
		highest = max(highest, step.Before, step.After)
	}
	at := func(micros int64) int { return int(float64(micros) / float64(highest) * barWidth) }
	for _, step := range d.Steps {
		line := waterfallStep{
			Name: stepNames[step.Name], Detail: marked(step.Detail), RuleID: step.RuleID, Account: step.Account, Rate: step.Rate,
			Change: step.After - step.Before, After: step.After,
		}
		switch {
		case step.Name == pricing.StepBase:
			line.Kind, line.Width, line.Change = "whole", at(step.After), 0
		case line.Change < 0:
			line.Kind, line.X = "down", at(step.After)
			line.Width = at(step.Before) - line.X
		default:
			line.Kind, line.X = "up", at(step.Before)
			line.Width = at(step.After) - line.X
		}
		line.Width = max(line.Width, 2)
		drawn.Steps = append(drawn.Steps, line)
	}
	drawn.Steps = append(drawn.Steps, waterfallStep{
		Name: "Price", After: d.FinalCPM, Width: max(at(d.FinalCPM), 2), Kind: "final",
	})
	drawn.FloorX = at(d.FloorCPM)
	return drawn
}
