package seller

import (
	"context"
	"slices"

	"parley"
	"parley/condition"
	"parley/pricing"
	"parley/storage"
)

var pricingRules = rulebook[parley.PricingRule]{
	kind: "pricing_rule", name: "pricing rule", prefix: parley.PrefixPricingRule, event: parley.EventPricingChanged,
	revision: func(r *parley.PricingRule) revision {
		return revision{&r.ID, &r.Version, &r.CreatedAt, &r.UpdatedAt, &r.UpdatedBy}
	},
	normal: parley.PricingRule.Normal,
	check:  pricing.ValidateRule,
	mentions: func(r parley.PricingRule) []mention {
		return slices.Concat(selected("product_ids", condition.ProductID, r.ProductIDs),
			selected("inventory_types", condition.InventoryType, r.InventoryTypes), mentioned(condition.Pricing, r.Condition))
	},
	aim:     pricingAim,
	one:     (*storage.Reader).PricingRule,
	list:    (*storage.Reader).PricingRules,
	history: (*storage.Reader).PricingRuleHistory,
	insert:  (*storage.Tx).InsertPricingRule,
	update:  (*storage.Tx).UpdatePricingRule,
	remove:  (*storage.Tx).DeletePricingRule,
}

// PricingRules lists the pricing rules in force, for the publisher.
func (s *Service) PricingRules(ctx context.Context, call Call, page storage.Page) (storage.Listing[parley.PricingRule], error) {
	return pricingRules.page(ctx, s, call, page)
}

// PricingRule reads one rule.
func (s *Service) PricingRule(ctx context.Context, call Call, id string) (parley.PricingRule, error) {
	return pricingRules.read(ctx, s, call, id)
}

// PricingRuleHistory answers every version of a rule, oldest first.
func (s *Service) PricingRuleHistory(ctx context.Context, call Call, id string) ([]parley.PricingRule, error) {
	return pricingRules.versions(ctx, s, call, id)
}

// CreatePricingRule puts a new rule in force, at once on every node.
func (s *Service) CreatePricingRule(ctx context.Context, call Call, rule parley.PricingRule, encode Encode[parley.PricingRule]) (Answer, error) {
	return pricingRules.create(ctx, s, call, rule, encode)
}

// UpdatePricingRule replaces a rule's content. expected is the version that the operator looked at; nil replaces whichever
// is there.
func (s *Service) UpdatePricingRule(ctx context.Context, call Call, rule parley.PricingRule, expected *int64, encode Encode[parley.PricingRule]) (Answer, error) {
	return pricingRules.replace(ctx, s, call, rule, expected, encode)
}

// DeletePricingRule takes a rule out of force; its history stays.
func (s *Service) DeletePricingRule(ctx context.Context, call Call, id string, expected *int64, encode Encode[parley.PricingRule]) (Answer, error) {
	return pricingRules.drop(ctx, s, call, id, expected, encode)
}
