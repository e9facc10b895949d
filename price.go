package parley

import (
	"slices"
	"time"
)

// BasisPoints is a rate in hundredths of a percent: 1,000 is 10%.
type BasisPoints int64

// OneHundredPercent is the whole, in basis points.
const OneHundredPercent BasisPoints = 10_000

// VolumeBracket gives a discount to volumes of at least Impressions.
type VolumeBracket struct {
	Impressions int64       `json:"impressions"`
	Discount    BasisPoints `json:"discount_bp"`
}

// DefaultVolumeBrackets are the volume discounts that hold until an operator sets others.
var DefaultVolumeBrackets = []VolumeBracket{
	{Impressions: 5_000_000, Discount: 500},
	{Impressions: 10_000_000, Discount: 1_000},
	{Impressions: 20_000_000, Discount: 1_500},
	{Impressions: 50_000_000, Discount: 2_000},
}

// RateCardEntry sets the base CPM of an inventory type. It is in force as its card is; the rest is for people to read.
type RateCardEntry struct {
	InventoryType string
	BaseCPM       Money
	EffectiveDate *Date // since when the publisher charges it; nil: not said
	Notes         string
}

// Equal tells whether two entries state the same.
func (e RateCardEntry) Equal(other RateCardEntry) bool {
	sameDay := e.EffectiveDate == other.EffectiveDate ||
		e.EffectiveDate != nil && other.EffectiveDate != nil && *e.EffectiveDate == *other.EffectiveDate
	return sameDay && e.InventoryType == other.InventoryType && e.BaseCPM == other.BaseCPM && e.Notes == other.Notes
}

// RateCard is the publisher's own prices: what a tier's buyer starts from, and what no price goes under.
type RateCard struct {
	Version        int64 // counts up with each replacement; 0: never set
	Entries        []RateCardEntry
	GlobalFloors   []Money // one per currency at most
	VolumeBrackets []VolumeBracket
	UpdatedAt      time.Time
	UpdatedBy      string
}

// PricingRules are the rules of the price waterfall. The rate card tells its changes as theirs.
var PricingRules = RuleKind{Name: "pricing_rule", Words: "pricing rule", Prefix: PrefixPricingRule, Changed: EventPricingChanged}

// What ids of pricing rules begin with, and what happens to them and to the rate card.
const (
	PrefixPricingRule             = "rule-"
	EventPricingChanged EventType = "pricing.changed"
)

// PricingRule changes the price of what it matches. An empty list or nil bound matches everything.
type PricingRule struct {
	ID       string
	Name     string
	Priority int // higher first; ties by ID
	Enabled  bool

	Selector
	HoldingCompanies []string
	FlightFrom       *Date // the asked flight must start on or after; for the rule's floor it is enough to end on or after
	FlightTo         *Date // and end on or before; for the floor it is enough to start on or before
	ValidFrom        *Date // the rule counts from this day
	ValidTo          *Date // to this day
	Condition        string
	Currency         Currency // of the products that it is for, where it states no amount; empty: any. An amount is for its own

	BaseCPM        *Money // base-price override
	Discount       BasisPoints
	FloorCPM       *Money
	CeilingCPM     *Money
	VolumeBrackets []VolumeBracket

	Version   int64
	CreatedAt time.Time
	UpdatedAt time.Time
	UpdatedBy string
}

// PricedIn is the currency of the products that the rule is for, and the field that says so; empty: any.
func (r PricingRule) PricedIn() (currency Currency, field string) {
	for _, amount := range []struct {
		field string
		*Money
	}{{"base_cpm", r.BaseCPM}, {"floor_cpm", r.FloorCPM}, {"ceiling_cpm", r.CeilingCPM}} {
		if amount.Money != nil {
			return amount.Currency, amount.field
		}
	}
	if r.Currency == "" {
		return "", ""
	}
	return r.Currency, "currency"
}

// CountedImpressions is the volume that moves the price: what is asked, at most what can be had. Nobody earns a bracket with
// volume that is not there.
func (in *PriceInput) CountedImpressions() int64 {
	if in.Available != nil {
		return min(in.Impressions, max(*in.Available, 0))
	}
	return in.Impressions
}

// PriceInput is all that a price depends on.
type PriceInput struct {
	Product     Product
	Tier        Tier
	Identity    Identity
	DealType    DealType
	Flight      Flight
	Impressions int64 // 0: no volume named
	// Accounts are those that the identity names, and those above them; looked up where a rule picks by account.
	Accounts []AccountRef
	// Available is how many impressions can be had over the flight; nil: capacity is not declared, and no limit is known.
	Available *int64
	Today     Date // in the publisher's time zone; decides which rules are valid
}

// The names of the steps that set another price than the waterfall's.
const (
	StepAgreed  = "agreed"  // with the buyer
	StepOffered = "offered" // to the buyer, by the publisher's people
)

// PriceStep is one step of the waterfall, as kept in the trace of a price.
type PriceStep struct {
	Name   string      `json:"name"` // base, tier_discount, rule_override, rule_discount, volume_discount, rounding, floor, ceiling, agreed, offered
	Detail string      `json:"detail,omitempty"`
	Rate   BasisPoints `json:"rate_bp,omitempty"`
	Before int64       `json:"before_micros"`
	After  int64       `json:"after_micros"`
	RuleID string      `json:"rule_id,omitempty"`
	// Account is the one of the buyer's that the rule picked it by, in words; empty where the rule is not for accounts.
	Account string `json:"account,omitempty"`
}

// PriceDecision is a price and everything that led to it. Rationale is written for the buyer and carries no floor;
// Steps, Floor, Ceiling and FloorApplied are for the publisher alone.
type PriceDecision struct {
	Currency       Currency    `json:"currency"`
	BaseCPM        int64       `json:"base_micros"`
	FinalCPM       int64       `json:"final_micros"`
	FloorCPM       int64       `json:"floor_micros"`             // the effective floor; 0: none
	CeilingCPM     int64       `json:"ceiling_micros,omitempty"` // the lowest that a matching rule sets, not under the floor; 0: none
	FloorApplied   bool        `json:"floor_applied"`
	TierDiscount   BasisPoints `json:"tier_discount_bp"`
	VolumeDiscount BasisPoints `json:"volume_discount_bp"`
	RuleDiscount   BasisPoints `json:"rule_discount_bp"`
	Rationale      string      `json:"rationale"`
	Steps          []PriceStep `json:"steps"`
	Tier           Tier        `json:"tier"`
	Impressions    int64       `json:"impressions"` // as asked
	// CountedImpressions is the volume that brackets and conditions saw: what was asked, at most what was available.
	CountedImpressions int64 `json:"counted_impressions"`
	PricingVersion     int64 `json:"pricing_version"` // of the rate card and rules that it was computed from
}

// Asked is the CPM that the waterfall came to, in micros, whatever was agreed or offered instead.
func (d *PriceDecision) Asked() int64 {
	for _, step := range d.Steps {
		if step.Name == StepAgreed || step.Name == StepOffered {
			return step.Before
		}
	}
	return d.FinalCPM
}

// Offered tells whether the publisher's people set the price.
func (d *PriceDecision) Offered() bool {
	return slices.ContainsFunc(d.Steps, func(s PriceStep) bool { return s.Name == StepOffered })
}

// Normal is the rule with its selectors in one form.
func (r PricingRule) Normal() PricingRule {
	r.Selector, r.HoldingCompanies = r.Selector.Normal(), each(r.HoldingCompanies, PlainName)
	return r
}
