package rest

import (
	"parley"
	"parley/wire"
)

var pricingRuleRoutes = rulebook[parley.PricingRule, wire.PricingRuleRequest, wire.PricingRule]{
	name: "PricingRule", tag: "Pricing",
	a: "a pricing rule", what: "rule", listed: "pricing rules in use",
	example: `{"name": "Acme upfront", "priority": 100, "agency_ids": ["agency-7"], "inventory_types": ["ctv"], ` +
		`"valid_from": "2026-07-01", "valid_to": "2026-12-31", "discount_pct": 7.5, "condition": "impressions >= 1000000"}`,
	creating: "A rule changes the price of what it matches; an empty list or bound matches everything. A broken condition " +
		"is refused with its line and column.",
	replacing: "At once, on every node.",
	deleting:  "Its history stays.",

	asked: wire.PricingRules, sample: samplePricingRule,
}.routes()

var samplePricingRule = parley.PricingRule{
	ID: "rule-01k1h3v8mq4t7c9w2x5y6z0a1b3h", Version: 1, Name: "Acme upfront", Priority: 100, Enabled: true,
	Selector: parley.Selector{AgencyIDs: []string{"agency-7"}, InventoryTypes: []string{"ctv"}}, Discount: 750, Condition: "impressions >= 1000000",
	CreatedAt: sampleTime, UpdatedAt: sampleTime, UpdatedBy: "operator:terminal",
}
