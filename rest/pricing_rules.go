package rest

import (
	"context"
	"net/http"
	"time"

	"parley"
	"parley/seller"
	"parley/wire"
	"parley/wire/contract"
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
	}, changing[none, PricingRuleRequest, parley.PricingRule, PricingRule]{
		run: func(
			ctx context.Context, x *exchange, _ none, body *PricingRuleRequest, encode seller.Encode[parley.PricingRule],
		) (seller.Answer, error) {
			rule, err := body.Domain("")
			if err != nil {
				return seller.Answer{}, err
			}
			return x.service.CreatePricingRule(ctx, x.call, rule, encode)
		},
		render:  renderPricingRule,
		status:  http.StatusCreated,
		example: samplePricingRule,
	}),
	list(Route{
		Method: http.MethodGet, Path: "/api/v1/pricing-rules", Access: AccessOperator, Scopes: viewer,
		ID: "listPricingRules", Tag: "Pricing", Summary: "List the pricing rules in use",
	}, listing[pagingOnly, parley.PricingRule, PricingRule]{
		plural: "pricing_rules",
		run: func(
			ctx context.Context, x *exchange, _ pagingOnly, page seller.Page,
		) (seller.Listing[parley.PricingRule], error) {
			return x.service.PricingRules(ctx, x.call, page)
		},
		render:  renderPricingRule,
		id:      func(rule parley.PricingRule) string { return rule.ID },
		example: samplePricingRule,
	}),
	read(Route{
		Method: http.MethodGet, Path: "/api/v1/pricing-rules/{rule_id}", Access: AccessOperator, Scopes: viewer,
		ID: "getPricingRule", Tag: "Pricing", Summary: "Read a pricing rule", Description: "Its ETag names its version.",
	}, func(ctx context.Context, x *exchange, path rulePath) (PricingRule, error) {
		rule, err := x.service.PricingRule(ctx, x.call, path.RuleID)
		return renderPricingRule(x.View, rule), err
	}, func(x *exchange) PricingRule { return renderPricingRule(x.View, samplePricingRule) }),
	read(Route{
		Method: http.MethodGet, Path: "/api/v1/pricing-rules/{rule_id}/history", Access: AccessOperator, Scopes: viewer,
		ID: "getPricingRuleHistory", Tag: "Pricing", Summary: "Read every version of a pricing rule",
		Description: "Oldest first; also of a rule that was deleted.",
	}, func(ctx context.Context, x *exchange, path rulePath) (History[PricingRule], error) {
		versions, err := x.service.PricingRuleHistory(ctx, x.call, path.RuleID)
		return historyOf(x.View, versions, renderPricingRule), err
	}, func(x *exchange) History[PricingRule] {
		return historyOf(x.View, []parley.PricingRule{samplePricingRule}, renderPricingRule)
	}),
	change(Route{
		Method: http.MethodPut, Path: "/api/v1/pricing-rules/{rule_id}", Access: AccessOperator, Scopes: admin,
		ID: "replacePricingRule", Tag: "Pricing", Summary: "Replace a pricing rule",
		Description: "At once, on every node. Name the version that the change was made from, in If-Match or as version, to have " +
			"it refused when somebody else was faster.",
		Example:  ruleExample,
		Failures: []int{http.StatusPreconditionFailed},
	}, changing[ruleChange, PricingRuleRequest, parley.PricingRule, PricingRule]{
		run: func(
			ctx context.Context, x *exchange, params ruleChange, body *PricingRuleRequest, encode seller.Encode[parley.PricingRule],
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
		render:  renderPricingRule,
		status:  http.StatusOK,
		example: samplePricingRule,
	}),
	change(Route{
		Method: http.MethodDelete, Path: "/api/v1/pricing-rules/{rule_id}", Access: AccessOperator, Scopes: admin,
		ID: "deletePricingRule", Tag: "Pricing", Summary: "Take a pricing rule out of force",
		Description: "Its history stays. The answer is the rule as it was.",
		Failures:    []int{http.StatusPreconditionFailed},
	}, changing[ruleDeletion, none, parley.PricingRule, PricingRule]{
		run: func(
			ctx context.Context, x *exchange, params ruleDeletion, _ *none, encode seller.Encode[parley.PricingRule],
		) (seller.Answer, error) {
			expected, err := params.expectedVersion()
			if err != nil {
				return seller.Answer{}, err
			}
			return x.service.DeletePricingRule(ctx, x.call, params.RuleID, expected, encode)
		},
		render:  renderPricingRule,
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

// PricingRuleRequest is the body that makes or replaces a pricing rule: what reading it answers can be sent back.
type PricingRuleRequest struct {
	Idempotency
	Version          *int64            `json:"version,omitempty" minimum:"1" doc:"The version that a replacement was made from."`
	Name             string            `json:"name" maxLength:"200"`
	Priority         int               `json:"priority,omitempty" minimum:"-1000000" maximum:"1000000" doc:"Higher first."`
	Enabled          *bool             `json:"enabled,omitempty" doc:"True when absent."`
	Tiers            []string          `json:"tiers,omitempty" maxItems:"4" enum:"public,seat,agency,advertiser"`
	AgencyIDs        []string          `json:"agency_ids,omitempty" maxItems:"1000" maxLength:"128"`
	AdvertiserIDs    []string          `json:"advertiser_ids,omitempty" maxItems:"1000" maxLength:"128"`
	HoldingCompanies []string          `json:"holding_companies,omitempty" maxItems:"1000" maxLength:"200"`
	ProductIDs       []string          `json:"product_ids,omitempty" maxItems:"1000" maxLength:"128"`
	InventoryTypes   []string          `json:"inventory_types,omitempty" maxItems:"100" maxLength:"64"`
	DealTypes        []string          `json:"deal_types,omitempty" maxItems:"3" enum:"PG,PD,PA"`
	FlightFrom       *parley.Date      `json:"flight_from,omitempty" format:"date" doc:"The flight asked for starts on or after it; the rule's floor counts also for flights that go on until it."`
	FlightTo         *parley.Date      `json:"flight_to,omitempty" format:"date" doc:"And ends on or before it; the floor counts also for flights that have begun by then."`
	ValidFrom        *parley.Date      `json:"valid_from,omitempty" format:"date" doc:"The rule counts from this day."`
	ValidTo          *parley.Date      `json:"valid_to,omitempty" format:"date" doc:"To this day, included."`
	Condition        string            `json:"condition,omitempty" maxLength:"2000" doc:"A CEL expression over the request."`
	Currency         string            `json:"currency,omitempty" maxLength:"3" doc:"Of the amounts below; USD when absent."`
	BaseCPM          *contract.Price   `json:"base_cpm,omitempty" doc:"Replaces the base price."`
	DiscountPct      *contract.Percent `json:"discount_pct,omitempty"`
	FloorCPM         *contract.Price   `json:"floor_cpm,omitempty"`
	CeilingCPM       *contract.Price   `json:"ceiling_cpm,omitempty"`
	VolumeBrackets   []VolumeBracket   `json:"volume_brackets,omitempty" maxItems:"50"`
}

func (p *PricingRuleRequest) Domain(id string) (parley.PricingRule, error) {
	var problems parley.Problems
	rule := parley.PricingRule{
		ID: id, Name: p.Name, Priority: p.Priority, Enabled: p.Enabled == nil || *p.Enabled,
		Tiers: tiersOf(p.Tiers), AgencyIDs: p.AgencyIDs, AdvertiserIDs: p.AdvertiserIDs, HoldingCompanies: p.HoldingCompanies,
		ProductIDs: p.ProductIDs, InventoryTypes: p.InventoryTypes, DealTypes: dealTypesOf(p.DealTypes),
		FlightFrom: p.FlightFrom, FlightTo: p.FlightTo, ValidFrom: p.ValidFrom, ValidTo: p.ValidTo,
		Condition: p.Condition, VolumeBrackets: bracketsOf(p.VolumeBrackets),
	}
	if p.DiscountPct != nil {
		rule.Discount = parley.BasisPoints(*p.DiscountPct)
	}
	currency := p.Currency
	for _, amount := range []struct {
		from *contract.Price
		to   **parley.Money
	}{{p.BaseCPM, &rule.BaseCPM}, {p.FloorCPM, &rule.FloorCPM}, {p.CeilingCPM, &rule.CeilingCPM}} {
		if amount.from == nil {
			continue
		}
		money := priced(&problems, "currency", *amount.from, currency)
		currency = string(money.Currency) // one currency for all amounts of a rule
		*amount.to = &money
	}
	return rule, problems.Err()
}

// PricingRule changes the price of what it matches.
type PricingRule struct {
	RuleID           string            `json:"rule_id"`
	Version          int64             `json:"version"`
	Name             string            `json:"name"`
	Priority         int               `json:"priority"`
	Enabled          bool              `json:"enabled"`
	Tiers            []string          `json:"tiers"`
	AgencyIDs        []string          `json:"agency_ids"`
	AdvertiserIDs    []string          `json:"advertiser_ids"`
	HoldingCompanies []string          `json:"holding_companies"`
	ProductIDs       []string          `json:"product_ids"`
	InventoryTypes   []string          `json:"inventory_types"`
	DealTypes        []parley.DealType `json:"deal_types"`
	FlightFrom       *parley.Date      `json:"flight_from" format:"date"`
	FlightTo         *parley.Date      `json:"flight_to" format:"date"`
	ValidFrom        *parley.Date      `json:"valid_from" format:"date"`
	ValidTo          *parley.Date      `json:"valid_to" format:"date"`
	Condition        string            `json:"condition"`
	Currency         *parley.Currency  `json:"currency" doc:"Null when the rule has no amount."`
	BaseCPM          *contract.Decimal `json:"base_cpm"`
	DiscountPct      contract.Percent  `json:"discount_pct"`
	FloorCPM         *contract.Decimal `json:"floor_cpm"`
	CeilingCPM       *contract.Decimal `json:"ceiling_cpm"`
	VolumeBrackets   []VolumeBracket   `json:"volume_brackets"`
	CreatedAt        time.Time         `json:"created_at"`
	UpdatedAt        time.Time         `json:"updated_at"`
	UpdatedBy        string            `json:"updated_by"`
}

func (p PricingRule) Revision() int64 { return p.Version }

func renderPricingRule(_ wire.View, r parley.PricingRule) PricingRule {
	rendered := PricingRule{
		RuleID: r.ID, Version: r.Version, Name: r.Name, Priority: r.Priority, Enabled: r.Enabled, Tiers: renderTiers(r.Tiers),
		AgencyIDs: contract.Listed(r.AgencyIDs), AdvertiserIDs: contract.Listed(r.AdvertiserIDs), HoldingCompanies: contract.Listed(r.HoldingCompanies),
		ProductIDs: contract.Listed(r.ProductIDs), InventoryTypes: contract.Listed(r.InventoryTypes), DealTypes: contract.Listed(r.DealTypes),
		FlightFrom: r.FlightFrom, FlightTo: r.FlightTo, ValidFrom: r.ValidFrom, ValidTo: r.ValidTo, Condition: r.Condition,
		DiscountPct: contract.Percent(r.Discount), VolumeBrackets: renderBrackets(r.VolumeBrackets),
		CreatedAt: r.CreatedAt, UpdatedAt: r.UpdatedAt, UpdatedBy: r.UpdatedBy,
	}
	for _, amount := range []struct {
		from *parley.Money
		to   **contract.Decimal
	}{{r.BaseCPM, &rendered.BaseCPM}, {r.FloorCPM, &rendered.FloorCPM}, {r.CeilingCPM, &rendered.CeilingCPM}} {
		if amount.from != nil {
			*amount.to, rendered.Currency = contract.DecimalOf(*amount.from), &amount.from.Currency
		}
	}
	return rendered
}
