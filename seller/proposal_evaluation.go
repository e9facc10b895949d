package seller

import (
	"parley"
)

// evaluation is what ProposalHandlingFlow knows when it decides, and what it decides. It depends on nothing else: the
// same facts, the same decision.
type evaluation struct {
	product   parley.Product
	dealType  parley.DealType
	price     int64 // CPM micros, as proposed
	volume    int64 // impressions, as proposed
	available *int64
	// unguaranteed is why the volume cannot be guaranteed, whatever is available; empty when it can.
	unguaranteed string
	ask          parley.PriceDecision // for the volume that can be had

	recommendation parley.Recommendation
	agreed         int64 // CPM micros, with an acceptance
	offered        int64 // impressions that can be had of the volume
	errors         []parley.ProposalError
	trace          []parley.EvaluationStep
}

func (e *evaluation) step(stage, outcome string, facts map[string]any) {
	e.trace = append(e.trace, parley.EvaluationStep{Stage: stage, Outcome: outcome, Facts: facts})
}

func (e *evaluation) reject(stage, code, detail string) {
	e.recommendation = parley.RecommendReject
	e.errors = append(e.errors, parley.ProposalError{Stage: stage, Code: code, Detail: detail})
	e.step(stage, "reject", map[string]any{"code": code})
}

// sellable is the first stage: is the product sold that way, and how much of the volume can be had? It answers false when
// the proposal is rejected.
func (e *evaluation) sellable() bool {
	if !e.product.Sells(e.dealType) {
		e.reject("validate", "deal_type_not_sold", e.product.ID+" is not sold as "+string(e.dealType)+"; it is sold as "+listDealTypes(e.product.DealTypes)+".")
		return false
	}
	if e.unguaranteed != "" {
		e.reject("validate", "capacity_not_declared", e.unguaranteed+".")
		return false
	}
	e.step("validate", "sold", map[string]any{"deal_type": e.dealType})
	e.offered = e.volume
	if e.available != nil {
		e.offered = min(e.volume, *e.available)
	}
	facts := map[string]any{"asked": e.volume, "available": e.available}
	switch {
	case e.offered <= 0:
		e.reject("availability", "sold_out", "Nothing is left over this flight. Propose other dates or another product.")
		return false
	case e.offered < e.volume && e.offered < e.product.MinimumImpressions:
		e.reject("availability", "below_minimum_available", "What is left over this flight is less than the product's minimum. Propose other dates or another product.")
		return false
	case e.offered < e.volume:
		e.step("availability", "short", facts)
	default:
		e.step("availability", "available", facts)
	}
	return true
}

// take accepts at a price that is not above the ask: the seller never takes more than it asks.
func (e *evaluation) take(price int64) {
	e.recommendation, e.agreed = parley.RecommendAccept, min(price, e.ask.FinalCPM)
}

// met is the second stage, once the ask is known: does the proposal meet it whole?
func (e *evaluation) met() bool {
	facts := map[string]any{"proposed_micros": e.price, "ask_micros": e.ask.FinalCPM}
	if e.price >= e.ask.FinalCPM && e.offered == e.volume {
		e.take(e.price)
		e.step("decide", "accept", facts)
		return true
	}
	e.recommendation = parley.RecommendCounter
	return false
}

// tolerated tells whether a proposal below the ask is taken as it is. lowest is the lowest price that the negotiation over it
// could come to, and no tolerance goes under it: which prices are taken depends on the floor there alone.
func (e *evaluation) tolerated(tolerance parley.BasisPoints, lowest int64) (bool, error) {
	const whole = int64(parley.OneHundredPercent)
	from, err := parley.MulDiv(e.ask.FinalCPM, whole-int64(tolerance), whole, parley.Up)
	if err != nil {
		return false, parley.Internal(err)
	}
	from = max(from, lowest)
	facts := map[string]any{
		"proposed_micros": e.price, "ask_micros": e.ask.FinalCPM, "accepted_from_micros": from, "floor_micros": e.ask.FloorCPM,
	}
	if e.price >= from && e.offered == e.volume {
		e.take(e.price)
		e.step("decide", "accept", facts)
		return true, nil
	}
	e.step("decide", "counter", facts)
	return false, nil
}
