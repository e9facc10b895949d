package wire

import (
	"time"

	"parley"
	"parley/seller"
	"parley/wire/contract"
)

var pricingChanged = EventType{parley.PricingRules.Changed, "The rate card or a price rule changed.", false, ruleTold, nil}

// PricingRuleRequest is the body that makes or replaces a pricing rule: what reading it answers can be sent back.
type PricingRuleRequest struct {
	Idempotency
	RuleVersion
	Name     string `json:"name" maxLength:"200"`
	Priority int    `json:"priority,omitempty" minimum:"-1000000" maximum:"1000000" doc:"Higher first."`
	Enabled  *bool  `json:"enabled,omitempty" doc:"True when absent."`
	Selector
	HoldingCompanies []string          `json:"holding_companies,omitempty" maxItems:"1000" maxLength:"200"`
	FlightFrom       *parley.Date      `json:"flight_from,omitempty" format:"date" doc:"The flight asked for starts on or after it; the rule's floor counts also for flights that go on until it."`
	FlightTo         *parley.Date      `json:"flight_to,omitempty" format:"date" doc:"And ends on or before it; the floor counts also for flights that have begun by then."`
	ValidFrom        *parley.Date      `json:"valid_from,omitempty" format:"date" doc:"The rule counts from this day."`
	ValidTo          *parley.Date      `json:"valid_to,omitempty" format:"date" doc:"To this day, included."`
	Condition        string            `json:"condition,omitempty" maxLength:"2000" doc:"A CEL expression over the request."`
	Currency         string            `json:"currency,omitempty" maxLength:"3" doc:"The rule is for products in this currency alone, and its amounts are in it. When absent, amounts are in USD, and a rule without amounts is for all products."`
	BaseCPM          *contract.Price   `json:"base_cpm,omitempty" doc:"Replaces the base price."`
	DiscountPct      *contract.Percent `json:"discount_pct,omitempty"`
	FloorCPM         *contract.Price   `json:"floor_cpm,omitempty"`
	CeilingCPM       *contract.Price   `json:"ceiling_cpm,omitempty"`
	VolumeBrackets   []VolumeBracket   `json:"volume_brackets,omitempty" maxItems:"50"`
}

// Domain is what the flow takes.
func (p *PricingRuleRequest) Domain(id string) (parley.PricingRule, error) {
	var problems parley.Problems
	rule := parley.PricingRule{
		ID: id, Name: p.Name, Priority: p.Priority, Enabled: p.Enabled == nil || *p.Enabled,
		Selector: p.selector(), HoldingCompanies: p.HoldingCompanies,
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
	if stated, _ := rule.PricedIn(); stated == "" {
		rule.Currency = parley.Currency(p.Currency)
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
	AccountIDs       []string          `json:"account_ids"`
	ProductIDs       []string          `json:"product_ids"`
	InventoryTypes   []string          `json:"inventory_types"`
	DealTypes        []parley.DealType `json:"deal_types"`
	FlightFrom       *parley.Date      `json:"flight_from" format:"date"`
	FlightTo         *parley.Date      `json:"flight_to" format:"date"`
	ValidFrom        *parley.Date      `json:"valid_from" format:"date"`
	ValidTo          *parley.Date      `json:"valid_to" format:"date"`
	Condition        string            `json:"condition"`
	Currency         *parley.Currency  `json:"currency" doc:"Of the products that the rule is for, and of its amounts. Null when it is for products in any."`
	BaseCPM          *contract.Decimal `json:"base_cpm"`
	DiscountPct      contract.Percent  `json:"discount_pct"`
	FloorCPM         *contract.Decimal `json:"floor_cpm"`
	CeilingCPM       *contract.Decimal `json:"ceiling_cpm"`
	VolumeBrackets   []VolumeBracket   `json:"volume_brackets"`
	CreatedAt        time.Time         `json:"created_at"`
	UpdatedAt        time.Time         `json:"updated_at"`
	UpdatedBy        string            `json:"updated_by"`
}

// Revision is its version, which is its entity tag.
func (p PricingRule) Revision() int64 { return p.Version }

// PricingRuleOf writes a pricing rule.
func PricingRuleOf(_ View, r parley.PricingRule) PricingRule {
	rendered := PricingRule{
		RuleID: r.ID, Version: r.Version, Name: r.Name, Priority: r.Priority, Enabled: r.Enabled, Tiers: tierNames(r.Tiers),
		AgencyIDs: contract.Listed(r.AgencyIDs), AdvertiserIDs: contract.Listed(r.AdvertiserIDs), HoldingCompanies: contract.Listed(r.HoldingCompanies),
		AccountIDs: contract.Listed(r.AccountIDs), ProductIDs: contract.Listed(r.ProductIDs), InventoryTypes: contract.Listed(r.InventoryTypes), DealTypes: contract.Listed(r.DealTypes),
		FlightFrom: r.FlightFrom, FlightTo: r.FlightTo, ValidFrom: r.ValidFrom, ValidTo: r.ValidTo, Condition: r.Condition,
		DiscountPct: contract.Percent(r.Discount), VolumeBrackets: shownBrackets(r.VolumeBrackets),
		CreatedAt: r.CreatedAt, UpdatedAt: r.UpdatedAt, UpdatedBy: r.UpdatedBy,
	}
	for _, amount := range []struct {
		from *parley.Money
		to   **contract.Decimal
	}{{r.BaseCPM, &rendered.BaseCPM}, {r.FloorCPM, &rendered.FloorCPM}, {r.CeilingCPM, &rendered.CeilingCPM}} {
		if amount.from != nil {
			*amount.to = contract.DecimalOf(*amount.from)
		}
	}
	if currency, _ := r.PricedIn(); currency != "" {
		rendered.Currency = &currency
	}
	return rendered
}

// PricingRules are what is asked of pricing rules.
var PricingRules = rulebook[parley.PricingRule, PricingRuleRequest](
	"/api/v1/pricing-rules", "rule_id", "pricing_rules", (*seller.Service).PricingRules, PricingRuleOf, func(r parley.PricingRule) string { return r.ID })
