package pricing

import (
	"cmp"
	"slices"

	"parley"
	"parley/condition"
)

// tierDiscounts is what each tier gets off the base.
var tierDiscounts = [...]parley.BasisPoints{
	parley.TierPublic:     0,
	parley.TierSeat:       500,
	parley.TierAgency:     1_000,
	parley.TierAdvertiser: 1_500,
}

// TierDiscount is what a tier gets off the base.
func TierDiscount(tier parley.Tier) parley.BasisPoints { return tierDiscounts[tier] }

// VolumeDiscounts tells whether a tier is given volume discounts.
func VolumeDiscounts(tier parley.Tier) bool { return tier >= parley.TierAgency }

// Engine prices by one version of the rate card and rules. It is immutable.
type Engine struct {
	version  int64
	bases    map[cardKey]int64
	floors   map[parley.Currency]int64
	brackets []parley.VolumeBracket
	rules    []rule // enabled ones, highest priority first, ties by ID
}

type cardKey struct {
	inventoryType string
	currency      parley.Currency
}

// Compile prepares an engine; version is recorded in every decision. The order of the rules does not matter. A card or
// a rule that cannot be priced by, enabled or not, is refused with one validation error that names every field, those of
// rules as rules[ID].field.
func Compile(card parley.RateCard, rules []parley.PricingRule, version int64) (*Engine, error) {
	engine := &Engine{
		version:  version,
		bases:    make(map[cardKey]int64, len(card.Entries)),
		floors:   make(map[parley.Currency]int64, len(card.GlobalFloors)),
		brackets: card.VolumeBrackets,
		rules:    make([]rule, 0, len(rules)),
	}
	var problems parley.Problems
	checkCard(&problems, "", card)
	seen := make(map[string]bool, len(rules))
	programs := make([]*condition.Program, len(rules))
	for i, r := range rules {
		path := "rules[" + r.ID + "]."
		switch {
		case r.ID == "":
			problems.Add("rules[].id", "is missing")
		case seen[r.ID]:
			problems.Add(path+"id", "is that of two rules")
		}
		seen[r.ID] = true
		programs[i], _ = checkRule(&problems, path, r)
	}
	if err := problems.Err(); err != nil {
		return nil, err
	}
	for i, r := range rules {
		if r.Enabled {
			engine.rules = append(engine.rules, compileRule(r, programs[i]))
		}
	}
	for _, entry := range card.Entries {
		engine.bases[cardKey{parley.Folded(entry.InventoryType), entry.BaseCPM.Currency}] = entry.BaseCPM.Micros
	}
	for _, floor := range card.GlobalFloors {
		engine.floors[floor.Currency] = floor.Micros
	}
	if len(engine.brackets) == 0 {
		engine.brackets = parley.DefaultVolumeBrackets
	}
	engine.brackets = slices.Clone(engine.brackets)
	slices.SortFunc(engine.rules, func(a, b rule) int {
		return cmp.Or(cmp.Compare(b.priority, a.priority), cmp.Compare(a.id, b.id))
	})
	return engine, nil
}

// PicksAccounts tells whether a rule picks buyers by their accounts.
func (e *Engine) PicksAccounts() bool {
	return slices.ContainsFunc(e.rules, func(r rule) bool { return len(r.accounts) > 0 })
}

// Version is the version that the engine was compiled with.
func (e *Engine) Version() int64 { return e.version }
