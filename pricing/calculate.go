package pricing

import (
	"fmt"

	"parley"
	"parley/condition"
)

// The names of the waterfall's steps.
const (
	StepBase           = "base"
	StepTierDiscount   = "tier_discount"
	StepRuleOverride   = "rule_override"
	StepRuleDiscount   = "rule_discount"
	StepVolumeDiscount = "volume_discount"
	StepRounding       = "rounding"
	StepFloor          = "floor"
	StepCeiling        = "ceiling"
)

// CalculatePrice runs the waterfall.
//
//   - The base is the rate card's entry for the product's inventory type in the product's currency, else the product's
//     own. A product with neither is refused with a validation error.
//   - Among the rules that match, the base-price override of the highest priority is a contracted CPM: it replaces the
//     price reached so far, tier discount included, and no rule discount is taken off it, whichever comes first. The
//     decision then has the contracted CPM as its base and no tier discount. Without an override the largest discount
//     applies, not the sum.
//   - The volume discount, for the tiers that have it, applies to either, for the volume asked or, when that is less, what
//     is available over the flight; so do conditions on impressions. Its brackets are those of the matching rule of
//     the highest priority that has some, else the rate card's, else parley.DefaultVolumeBrackets.
//   - The product of all that is rounded once, half up, to the minor unit. The floor is the highest of the global, the
//     product's and the matching rules', rounded up to a price that can be stated; the ceiling is the lowest of the
//     matching rules'. Where they cross, the floor wins.
//
// A larger volume, asked or available, never gets a higher price, unless a rule's condition on impressions says so.
func (e *Engine) CalculatePrice(in parley.PriceInput) (parley.PriceDecision, error) {
	currency := in.Product.Currency
	if !currency.Valid() {
		return parley.PriceDecision{}, parley.Invalid("product_id", "names a product priced in an unknown currency")
	}
	base, source := e.base(&in.Product)
	if base <= 0 {
		return parley.PriceDecision{}, parley.Invalid("product_id", "names a product with no price, which cannot be quoted")
	}
	if base > parley.MaxCPM {
		return parley.PriceDecision{}, parley.Invalid("product_id", "names a product whose price is out of range")
	}
	found, err := e.match(&in, base)
	if err != nil {
		return parley.PriceDecision{}, err
	}

	d := parley.PriceDecision{
		Currency:       currency,
		BaseCPM:        base,
		TierDiscount:   TierDiscount(in.Tier),
		VolumeDiscount: e.volumeDiscount(&in, found.brackets),
		Steps:          make([]parley.PriceStep, 0, 8),
		Tier:           in.Tier,
		Impressions:    in.Impressions,
		PricingVersion: e.version,

		CountedImpressions: in.CountedImpressions(),
	}
	w := waterfall{decision: &d, exact: parley.ExactCPMOf(base)}
	w.step(parley.PriceStep{Name: StepBase, Detail: source, Before: base})
	w.discount(parley.PriceStep{Name: StepTierDiscount, Detail: in.Tier.String(), Rate: d.TierDiscount})
	if rule := found.override; rule != nil {
		d.BaseCPM, d.TierDiscount = rule.override, 0
		w.override(parley.PriceStep{Name: StepRuleOverride, Detail: rule.name, RuleID: rule.id, Account: rule.account(&in)}, rule.override)
	} else if rule := found.discount; rule != nil {
		d.RuleDiscount = rule.discount
		w.discount(parley.PriceStep{Name: StepRuleDiscount, Detail: rule.name, Rate: rule.discount, RuleID: rule.id, Account: rule.account(&in)})
	}
	w.volume()
	w.round()
	w.bound(&in, e.floor(&in, &found), found.ceiling)
	d.Rationale = rationale(&d)
	return d, nil
}

// base is the CPM that the waterfall starts from, 0 when there is none, and where it comes from.
func (e *Engine) base(product *parley.Product) (micros int64, source string) {
	if micros, set := e.bases[cardKey{parley.Folded(product.InventoryType), product.Currency}]; set {
		return micros, "rate card"
	}
	if product.BaseCPM != nil {
		return *product.BaseCPM, "product"
	}
	return 0, ""
}

// outcome is what the matching rules do together.
type outcome struct {
	override *rule
	discount *rule
	floor    *rule
	ceiling  *rule
	brackets []parley.VolumeBracket // nil: no matching rule has its own
}

func (e *Engine) match(in *parley.PriceInput, base int64) (outcome, error) {
	var found outcome
	var values *condition.Values // filled in for the first condition that is asked
	dealType, by := dealTypeBit(in.DealType), partiesOf(in)
	for i := range e.rules {
		r := &e.rules[i]
		if !r.matches(in, &by, in.Product.Currency, dealType) {
			continue
		}
		if r.condition != nil {
			if values == nil {
				values = conditionValues(in, base)
			}
			holds, err := r.condition.Eval(values)
			if err != nil {
				return outcome{}, &parley.Error{
					Code:    parley.CodeValidation,
					Message: "this request cannot be priced automatically: ask the publisher",
					Cause:   fmt.Errorf("pricing rule %s: %w", r.id, err),
				}
			}
			if !holds {
				continue
			}
		}
		if r.spans(in.Flight) {
			found.add(r)
		} else {
			found.addFloor(r)
		}
	}
	return found, nil
}

// add takes in a matching rule. Rules come by falling priority, so that the first of equals stays.
func (o *outcome) add(r *rule) {
	if r.override > 0 && o.override == nil {
		o.override = r
	}
	if r.discount > 0 && (o.discount == nil || r.discount > o.discount.discount) {
		o.discount = r
	}
	o.addFloor(r)
	if r.ceiling > 0 && (o.ceiling == nil || r.ceiling < o.ceiling.ceiling) {
		o.ceiling = r
	}
	if o.brackets == nil && len(r.brackets) > 0 {
		o.brackets = r.brackets
	}
}

// addFloor takes in the floor of a matching rule, and nothing else of it.
func (o *outcome) addFloor(r *rule) {
	if r.floor > 0 && (o.floor == nil || r.floor > o.floor.floor) {
		o.floor = r
	}
}

func conditionValues(in *parley.PriceInput, base int64) *condition.Values {
	var v condition.Values
	v.SetCount(condition.Impressions, in.CountedImpressions())
	v.SetCount(condition.FlightDays, in.Flight.Days())
	v.SetAmount(condition.BaseCPM, base)
	v.SetText(condition.DealType, string(in.DealType))
	v.SetText(condition.BuyerTier, in.Tier.String())
	v.SetText(condition.ProductID, in.Product.ID)
	v.SetText(condition.InventoryType, in.Product.InventoryType)
	v.SetText(condition.SeatID, in.Identity.SeatID)
	v.SetText(condition.AgencyID, in.Identity.AgencyID)
	v.SetText(condition.AdvertiserID, in.Identity.AdvertiserID)
	v.SetText(condition.DSPPlatform, parley.DSP(in.Identity.DSPPlatform))
	v.SetList(condition.GeoTargets, in.Product.GeoTargets)
	v.SetList(condition.AdFormats, in.Product.AdFormats)
	v.SetList(condition.DeviceTypes, in.Product.DeviceTypes)
	return &v
}

// volumeDiscount is that of the last bracket that the volume reaches.
func (e *Engine) volumeDiscount(in *parley.PriceInput, brackets []parley.VolumeBracket) parley.BasisPoints {
	if !VolumeDiscounts(in.Tier) {
		return 0
	}
	if brackets == nil {
		brackets = e.brackets
	}
	var discount parley.BasisPoints
	counted := in.CountedImpressions()
	for _, bracket := range brackets {
		if counted < bracket.Impressions {
			break
		}
		discount = bracket.Discount
	}
	return discount
}

// floor is the effective floor as the step that would apply it.
func (e *Engine) floor(in *parley.PriceInput, found *outcome) parley.PriceStep {
	product := &in.Product
	step := parley.PriceStep{Name: StepFloor, Detail: "global", After: e.floors[product.Currency]}
	if product.FloorCPM > step.After {
		step.Detail, step.After = "product", product.FloorCPM
	}
	if r := found.floor; r != nil && r.floor > step.After {
		step.Detail, step.After, step.RuleID, step.Account = r.name, r.floor, r.id, r.account(in)
	}
	return step
}
