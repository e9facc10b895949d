package seller

import (
	"parley"
	"parley/condition"
	"parley/pricing"
	"parley/storage"
)

var pricingRules = ruleKind[parley.PricingRule]{
	revision: func(r *parley.PricingRule) revision {
		return revision{&r.ID, &r.Version, &r.CreatedAt, &r.UpdatedAt, &r.UpdatedBy}
	},
	normal: parley.PricingRule.Normal,
	check:  pricing.ValidateRule,
	mentions: func(r parley.PricingRule) []mention {
		return append(inSelector(r.Selector), mentioned(condition.Pricing, r.Condition)...)
	},
	aim:      pricingAim,
	accounts: func(r parley.PricingRule) []string { return r.AccountIDs },
	book:     &storage.PricingRules,
}

// PricingRules are the rules of the price waterfall.
func (s *Service) PricingRules() Rulebook[parley.PricingRule] {
	return Rulebook[parley.PricingRule]{&pricingRules, s}
}
