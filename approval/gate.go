package approval

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"parley"
	"parley/condition"
)

// Gatekeeper is the compiled approval rules. It is immutable and safe for concurrent use.
type Gatekeeper struct {
	gates map[parley.Gate][]rule // highest priority first
}

type rule struct {
	parley.ApprovalRule
	condition *condition.Program // nil matches everything
}

// Compile prepares the rules, filled in by WithDefaults. Their order does not matter. Those that cannot be decided by,
// enabled or not, are refused with one validation error that names every field as rules[ID].field (by name when a rule
// has no ID yet), and a broken condition's line and column in the field's message.
func Compile(rules []parley.ApprovalRule) (*Gatekeeper, error) {
	keeper := &Gatekeeper{gates: make(map[parley.Gate][]rule, len(parley.Gates))}
	var problems parley.Problems
	for _, r := range rules {
		r = WithDefaults(r)
		program, _ := check(&problems, "rules["+cmp.Or(r.ID, r.Name)+"].", r)
		if r.Enabled {
			keeper.gates[r.Gate] = append(keeper.gates[r.Gate], rule{r, program})
		}
	}
	if err := problems.Err(); err != nil {
		return nil, err
	}
	for _, at := range keeper.gates {
		slices.SortFunc(at, before)
	}
	return keeper, nil
}

func before(a, b rule) int {
	return cmp.Or(cmp.Compare(b.Priority, a.Priority), cmp.Compare(a.ID, b.ID), cmp.Compare(a.Name, b.Name))
}

// Match answers the rules at these gates that a case meets: highest priority first, ties by ID. All of them have to grant it, in
// that order; none lets it pass. The only error is internal: a condition that takes too much work, so that nothing may pass.
func (k *Gatekeeper) Match(facts parley.ApprovalCase, gates ...parley.Gate) ([]parley.ApprovalRule, error) {
	var met []rule
	var values *condition.Values
	for _, gate := range gates {
		for _, r := range k.gates[gate] {
			if len(r.AccountIDs) > 0 && !slices.ContainsFunc(r.AccountIDs, func(id string) bool { return slices.Contains(facts.AccountIDs, id) }) {
				continue
			}
			if r.condition != nil {
				if values == nil {
					values = valuesOf(facts)
				}
				holds, err := r.condition.Eval(values)
				if err != nil {
					return nil, parley.Internal(fmt.Errorf("approval rule %q: %w", r.Name, err))
				}
				if !holds {
					continue
				}
			}
			met = append(met, r)
		}
	}
	if len(gates) > 1 {
		slices.SortFunc(met, before)
	}
	rules := make([]parley.ApprovalRule, len(met))
	for i, r := range met {
		rules[i] = r.ApprovalRule
	}
	return rules, nil
}

// Has tells whether there is any rule at these gates.
func (k *Gatekeeper) Has(gates ...parley.Gate) bool {
	return slices.ContainsFunc(gates, func(g parley.Gate) bool { return len(k.gates[g]) > 0 })
}

// PicksAccounts tells whether a rule at these gates picks buyers by their accounts.
func (k *Gatekeeper) PicksAccounts(gates ...parley.Gate) bool {
	picks := func(r rule) bool { return len(r.AccountIDs) > 0 }
	return slices.ContainsFunc(gates, func(g parley.Gate) bool { return slices.ContainsFunc(k.gates[g], picks) })
}

// Sums tells whether a rule at these gates looks at what the buyer has booked beside the case.
func (k *Gatekeeper) Sums(gates ...parley.Gate) bool {
	sums := func(r rule) bool {
		return r.condition != nil && (r.condition.Mentions(condition.ValueToday) || r.condition.Mentions(condition.ValueOpen))
	}
	return slices.ContainsFunc(gates, func(g parley.Gate) bool { return slices.ContainsFunc(k.gates[g], sums) })
}

// Grants tells whether an approval lets pass what a rule, as Match answered it, stops of a case. It counts for the terms that
// it was given for, and for the rule's gate, roles and condition as they were; whom it was given to is the caller's to compare.
func Grants(a parley.Approval, rule parley.ApprovalRule, c parley.ApprovalCase) bool {
	return a.Status == parley.ApprovalApproved && a.RuleID == rule.ID && a.Gate == rule.Gate && a.RuleRole == rule.Role &&
		a.RuleSecondRole == rule.SecondRole && a.RuleCondition == rule.Condition && a.Case.SameTerms(c)
}

// valuesOf gives the facts their names in conditions. Amounts become currency units, rates percent.
func valuesOf(facts parley.ApprovalCase) *condition.Values {
	values := new(condition.Values)
	values.SetAmount(condition.DealValue, facts.DealValue)
	values.SetAmount(condition.Price, facts.Price)
	values.SetAmount(condition.Ask, facts.Ask)
	values.SetNumber(condition.DiscountPct, facts.DiscountPct())
	values.SetCount(condition.Impressions, facts.Impressions)
	values.SetCount(condition.FlightDays, facts.FlightDays)
	values.SetText(condition.DealType, string(facts.DealType))
	values.SetText(condition.BuyerTier, facts.BuyerTier.String())
	values.SetText(condition.ProductID, facts.ProductID)
	values.SetText(condition.InventoryType, facts.InventoryType)
	values.SetText(condition.Recommendation, facts.Recommendation)
	values.SetText(condition.Currency, string(facts.Currency))
	values.SetAmount(condition.ValueToday, facts.ValueToday)
	values.SetAmount(condition.ValueOpen, facts.ValueOpen)
	if facts.Volume == parley.VolumeUnknown {
		values.SetNumber(condition.DealValue, math.Inf(1))
		values.SetNumber(condition.Impressions, math.Inf(1))
	}
	return values
}
