package proposal

import (
	"slices"

	"parley"
	"parley/inventory"
	"parley/negotiation"
)

// Facts are what a proposal is judged by before its price is looked at.
type Facts struct {
	Product     parley.Product
	DealType    parley.DealType
	Flight      parley.Flight
	CPM         int64                // as proposed
	Impressions int64                // as proposed
	Capacity    []parley.DayCapacity // of the flight's days, in order
}

// Evaluation is what the steps so far have come to. Each step answers a new one.
type Evaluation struct {
	Recommendation parley.Recommendation // empty until a step decides
	AgreedCPM      int64                 // with an acceptance
	Offered        int64                 // impressions that can be had of the volume
	Available      *int64                // impressions over the flight; nil: capacity is not declared
	Errors         []parley.ProposalError
	Trace          []parley.EvaluationStep

	facts Facts
	ask   parley.PriceDecision
}

// Evaluate is the first step: is the product sold that way, and how much of the volume can be had? It recommends to reject a
// proposal, or nothing yet.
func Evaluate(facts Facts) Evaluation {
	product := facts.Product
	e := Evaluation{facts: facts, Available: inventory.Available(facts.Capacity, facts.Flight)}
	if !product.Sells(facts.DealType) {
		return e.reject("validate", "deal_type_not_sold",
			product.ID+" is not sold as "+string(facts.DealType)+"; it is sold as "+product.SoldAs()+".")
	}
	if why := inventory.Unguaranteed(product.ID, facts.DealType, facts.Flight, facts.Capacity); why != "" {
		return e.reject("validate", "capacity_not_declared", why+".")
	}
	e = e.step("validate", "sold", map[string]any{"deal_type": facts.DealType})
	e.Offered = facts.Impressions
	if e.Available != nil {
		e.Offered = min(e.Offered, *e.Available)
	}
	outcome := "available"
	switch {
	case e.Offered <= 0:
		return e.reject("availability", "sold_out", "Nothing is left over this flight. Propose other dates or another product.")
	case !e.whole() && e.Offered < product.LeastVolume(facts.DealType):
		return e.reject("availability", "below_minimum_available", "What is left over this flight is less than the product's minimum. Propose other dates or another product.")
	case !e.whole():
		outcome = "short"
	}
	return e.step("availability", outcome, map[string]any{"asked": facts.Impressions, "available": e.Available})
}

// whole tells whether all of the volume can be had.
func (e Evaluation) whole() bool { return e.Offered == e.facts.Impressions }

// Priced is the second step, with the ask for what can be had: a proposal that meets it whole is accepted. Any other is to be
// countered, unless the next step takes it.
func (e Evaluation) Priced(ask parley.PriceDecision) Evaluation {
	e.ask = ask
	e = e.step("price", "asked", map[string]any{"ask_micros": ask.FinalCPM, "impressions": e.Offered, "steps": ask.Steps})
	if e.facts.CPM < ask.FinalCPM || !e.whole() {
		e.Recommendation = parley.RecommendCounter
		return e
	}
	return e.take(e.facts.CPM).step("decide", "accept", map[string]any{"proposed_micros": e.facts.CPM, "ask_micros": ask.FinalCPM})
}

// Bargain is the last step for a proposal that does not meet the ask, with the negotiation that it would open: one that has its
// limits and no rounds. A proposal for a volume that is there is accepted within the tolerance below the ask, or by the
// NegotiationEngine; any other is countered, and the decision is then the first round. No tolerance goes under the lowest
// price that the negotiation could come to, so that which prices are taken depends on the floor there alone.
func (e Evaluation) Bargain(n parley.Negotiation, tolerance parley.BasisPoints) (Evaluation, negotiation.Decision, error) {
	const all = int64(parley.OneHundredPercent)
	from, err := parley.MulDiv(e.ask.FinalCPM, all-int64(tolerance), all, parley.Up)
	if err != nil {
		return e, negotiation.Decision{}, parley.Internal(err)
	}
	from = max(from, negotiation.LowestCPM(n))
	facts := map[string]any{
		"proposed_micros": e.facts.CPM, "ask_micros": e.ask.FinalCPM, "accepted_from_micros": from, "floor_micros": e.ask.FloorCPM,
	}
	if e.facts.CPM >= from && e.whole() {
		return e.take(e.facts.CPM).step("decide", "accept", facts), negotiation.Decision{}, nil
	}
	e = e.step("decide", "counter", facts)
	decision, err := negotiation.Evaluate(n, e.facts.CPM)
	if err != nil {
		return e, negotiation.Decision{}, err
	}
	if decision.Round.Action == parley.ActionAccept && e.whole() {
		return e.take(decision.Round.SellerCPM).step("negotiate", "accept", map[string]any{"trace": decision.Trace}), decision, nil
	}
	if decision.Round.Action == parley.ActionAccept {
		// The price is good and the volume is not: the price stands, and the buyer answers for less.
		decision.Round.Action, decision.Status = parley.ActionCounter, parley.NegotiationActive
		decision.Round.Rationale = "The price is good for the volume that is left. Accept it, or decline."
	}
	return e.step("negotiate", string(decision.Round.Action), map[string]any{"trace": decision.Trace}), decision, nil
}

// take accepts at a price that is not above the ask: the seller never takes more than it asks.
func (e Evaluation) take(cpm int64) Evaluation {
	e.Recommendation, e.AgreedCPM = parley.RecommendAccept, min(cpm, e.ask.FinalCPM)
	return e
}

func (e Evaluation) reject(stage, code, detail string) Evaluation {
	e.Recommendation = parley.RecommendReject
	e.Errors = append(slices.Clip(e.Errors), parley.ProposalError{Stage: stage, Code: code, Detail: detail})
	return e.step(stage, "reject", map[string]any{"code": code})
}

func (e Evaluation) step(stage, outcome string, facts map[string]any) Evaluation {
	e.Trace = append(slices.Clip(e.Trace), parley.EvaluationStep{Stage: stage, Outcome: outcome, Facts: facts})
	return e
}
