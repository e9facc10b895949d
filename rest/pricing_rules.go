package rest

import (
	"context"
	"net/http"

	"parley"
	"parley/seller"
	"parley/wire"
)

const ruleExample = `{"name": "Acme upfront", "priority": 100, "agency_ids": ["agency-7"], "inventory_types": ["ctv"], ` +
	`"valid_from": "2026-07-01", "valid_to": "2026-12-31", "discount_pct": 7.5, "condition": "impressions >= 1000000"}`

var pricingRuleRoutes = []Route{
	change(Route{
		Method: http.MethodPost, Path: "/api/v1/pricing-rules", Access: AccessOperator, Scopes: admin,
		ID: "createPricingRule", Tag: "Pricing", Summary: "Put a new pricing rule in force",
		Description: "A rule changes the price of what it matches; an empty list or bound matches everything. A broken condition " +
			"is refused with its line and column.",
		Example: ruleExample,
	}, changing[none, wire.PricingRuleRequest, parley.PricingRule, wire.PricingRule]{
		run: func(
			ctx context.Context, x *exchange, _ none, body *wire.PricingRuleRequest, encode seller.Encode[parley.PricingRule],
		) (seller.Answer, error) {
			rule, err := body.Domain("")
			if err != nil {
				return seller.Answer{}, err
			}
			return x.service.CreatePricingRule(ctx, x.call, rule, encode)
		},
		render:  wire.PricingRuleOf,
		status:  http.StatusCreated,
		example: samplePricingRule,
	}),
	list(Route{
		Method: http.MethodGet, Path: "/api/v1/pricing-rules", Access: AccessOperator, Scopes: viewer,
		ID: "listPricingRules", Tag: "Pricing", Summary: "List the pricing rules in use",
	}, listing[pagingOnly, parley.PricingRule, wire.PricingRule]{
		plural: "pricing_rules",
		run: func(
			ctx context.Context, x *exchange, _ pagingOnly, page seller.Page,
		) (seller.Listing[parley.PricingRule], error) {
			return x.service.PricingRules(ctx, x.call, page)
		},
		render:  wire.PricingRuleOf,
		id:      func(rule parley.PricingRule) string { return rule.ID },
		example: samplePricingRule,
	}),
	read(Route{
		Method: http.MethodGet, Path: "/api/v1/pricing-rules/{rule_id}", Access: AccessOperator, Scopes: viewer,
		ID: "getPricingRule", Tag: "Pricing", Summary: "Read a pricing rule", Description: "Its ETag names its version.",
	}, func(ctx context.Context, x *exchange, path rulePath) (wire.PricingRule, error) {
		rule, err := x.service.PricingRule(ctx, x.call, path.RuleID)
		return wire.PricingRuleOf(x.View, rule), err
	}, func(x *exchange) wire.PricingRule { return wire.PricingRuleOf(x.View, samplePricingRule) }),
	read(Route{
		Method: http.MethodGet, Path: "/api/v1/pricing-rules/{rule_id}/history", Access: AccessOperator, Scopes: viewer,
		ID: "getPricingRuleHistory", Tag: "Pricing", Summary: "Read every version of a pricing rule",
		Description: "Oldest first; also of a rule that was deleted.",
	}, func(ctx context.Context, x *exchange, path rulePath) (wire.History[wire.PricingRule], error) {
		versions, err := x.service.PricingRuleHistory(ctx, x.call, path.RuleID)
		return wire.HistoryOf(x.View, versions, wire.PricingRuleOf), err
	}, func(x *exchange) wire.History[wire.PricingRule] {
		return wire.HistoryOf(x.View, []parley.PricingRule{samplePricingRule}, wire.PricingRuleOf)
	}),
	change(Route{
		Method: http.MethodPut, Path: "/api/v1/pricing-rules/{rule_id}", Access: AccessOperator, Scopes: admin,
		ID: "replacePricingRule", Tag: "Pricing", Summary: "Replace a pricing rule",
		Description: "At once, on every node. Name the version that the change was made from, in If-Match or as version, to have " +
			"it refused when somebody else was faster.",
		Example:  ruleExample,
		Failures: []int{http.StatusPreconditionFailed},
	}, changing[ruleChange, wire.PricingRuleRequest, parley.PricingRule, wire.PricingRule]{
		run: func(
			ctx context.Context, x *exchange, params ruleChange, body *wire.PricingRuleRequest, encode seller.Encode[parley.PricingRule],
		) (seller.Answer, error) {
			expected, err := params.expected(body.Version)
			if err != nil {
				return seller.Answer{}, err
			}
			rule, err := body.Domain(params.RuleID)
			if err != nil {
				return seller.Answer{}, err
			}
			return x.service.UpdatePricingRule(ctx, x.call, rule, expected, encode)
		},
		render:  wire.PricingRuleOf,
		status:  http.StatusOK,
		example: samplePricingRule,
	}),
	change(Route{
		Method: http.MethodDelete, Path: "/api/v1/pricing-rules/{rule_id}", Access: AccessOperator, Scopes: admin,
		ID: "deletePricingRule", Tag: "Pricing", Summary: "Take a pricing rule out of force",
		Description: "Its history stays. The answer is the rule as it was.",
		Failures:    []int{http.StatusPreconditionFailed},
	}, changing[ruleDeletion, none, parley.PricingRule, wire.PricingRule]{
		run: func(
			ctx context.Context, x *exchange, params ruleDeletion, _ *none, encode seller.Encode[parley.PricingRule],
		) (seller.Answer, error) {
			expected, err := params.expectedVersion()
			if err != nil {
				return seller.Answer{}, err
			}
			return x.service.DeletePricingRule(ctx, x.call, params.RuleID, expected, encode)
		},
		render:  wire.PricingRuleOf,
		status:  http.StatusOK,
		example: samplePricingRule,
	}),
}

type rulePath struct {
	RuleID string `path:"rule_id" maxLength:"128"`
}

type ruleChange struct {
	RuleID string `path:"rule_id" maxLength:"128"`
	Precondition
}

type ruleDeletion struct {
	RuleID string `path:"rule_id" maxLength:"128"`
	Deletion
}
