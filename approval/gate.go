// Package approval is the ApprovalGate's rules: which outcomes of a flow a person has to decide. It is pure; the rules'
// conditions are compiled once (package condition).
package approval

import (
	"cmp"
	"fmt"
	"slices"
	"time"

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

// Compile prepares the rules. One that cannot be decided by, enabled or not, is a validation error that names it and its
// field, and a broken condition's position.
func Compile(rules []parley.ApprovalRule) (*Gatekeeper, error) {
	keeper := &Gatekeeper{gates: make(map[parley.Gate][]rule)}
	for _, r := range rules {
		compiled, err := compile(r)
		if err != nil {
			return nil, fmt.Errorf("approval rule %q: %w", r.Name, err)
		}
		if r.Enabled {
			keeper.gates[r.Gate] = append(keeper.gates[r.Gate], compiled)
		}
	}
	for _, at := range keeper.gates {
		slices.SortFunc(at, before)
	}
	return keeper, nil
}

func before(a, b rule) int {
	return cmp.Or(cmp.Compare(b.Priority, a.Priority), cmp.Compare(a.ID, b.ID))
}

// Longest and shortest time that a rule may give its deciders.
const (
	minTimeout = time.Second
	maxTimeout = 365 * 24 * time.Hour
)

// ValidateRule tells what is wrong with a rule.
func ValidateRule(r parley.ApprovalRule) error {
	_, err := compile(r)
	return err
}

func compile(r parley.ApprovalRule) (rule, error) {
	var problems parley.Problems
	if r.Name == "" {
		problems.Add("name", "is required")
	}
	if _, ok := parley.ParseGate(string(r.Gate)); !ok {
		problems.Add("gate", "must be one of %v", parley.Gates)
	}
	if r.Role == parley.ScopeViewer {
		problems.Add("role", "must be one that decides: approver, finance, legal or admin")
	} else if _, ok := parley.ParseScope(string(r.Role)); !ok {
		problems.Add("role", "must be approver, finance, legal or admin")
	}
	if r.Timeout < minTimeout || r.Timeout > maxTimeout {
		problems.Add("timeout", "must be from %s to %s", minTimeout, maxTimeout)
	}
	switch r.OnTimeout {
	case parley.TimeoutRejects:
	case parley.TimeoutEscalates:
		if _, ok := parley.ParseScope(string(r.EscalateTo)); !ok || r.EscalateTo == parley.ScopeViewer {
			problems.Add("escalate_to", "must be approver, finance, legal or admin when a timeout escalates")
		}
	default:
		problems.Add("on_timeout", "must be reject or escalate")
	}
	if err := problems.Err(); err != nil {
		return rule{}, err
	}
	compiled := rule{ApprovalRule: r}
	if r.Condition != "" {
		program, err := condition.Approval.Compile(r.Condition)
		if err != nil {
			return rule{}, err
		}
		compiled.condition = program
	}
	return compiled, nil
}

// Match answers the rules at these gates that a case meets, highest priority first: the first one stops it.
func (k *Gatekeeper) Match(facts parley.ApprovalCase, gates ...parley.Gate) ([]parley.ApprovalRule, error) {
	var met []rule
	var values *condition.Values
	for _, gate := range gates {
		for _, r := range k.gates[gate] {
			if r.condition != nil && values == nil {
				values = valuesOf(facts)
			}
			if r.condition != nil {
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

// valuesOf gives the facts their names in conditions. Amounts become currency units, rates percent.
func valuesOf(facts parley.ApprovalCase) *condition.Values {
	values := new(condition.Values)
	values.SetAmount(condition.DealValue, facts.DealValue)
	values.SetAmount(condition.Price, facts.Price)
	values.SetAmount(condition.Ask, facts.Ask)
	values.SetNumber(condition.DiscountPct, float64(facts.Discount)/100)
	values.SetCount(condition.Impressions, facts.Impressions)
	values.SetCount(condition.FlightDays, facts.FlightDays)
	values.SetText(condition.DealType, string(facts.DealType))
	values.SetText(condition.BuyerTier, facts.BuyerTier.String())
	values.SetText(condition.ProductID, facts.ProductID)
	values.SetText(condition.InventoryType, facts.InventoryType)
	values.SetText(condition.Recommendation, facts.Recommendation)
	return values
}
