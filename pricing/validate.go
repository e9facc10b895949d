package pricing

import (
	"errors"
	"fmt"

	"parley"
	"parley/condition"
)

// ValidateCard tells whether prices can be computed from a rate card: known currencies, positive prices of whole minor units,
// no repetition, brackets that grow. The error is one validation error that names every field.
func ValidateCard(card parley.RateCard) error {
	var problems parley.Problems
	checkCard(&problems, "", card)
	for i, entry := range card.Entries {
		checkStated(&problems, fmt.Sprintf("entries[%d].base_cpm", i), entry.BaseCPM)
	}
	for i, floor := range card.GlobalFloors {
		checkStated(&problems, fmt.Sprintf("global_floors[%d]", i), floor)
	}
	return problems.Err()
}

// ValidateRule tells whether prices can be computed with a rule, whose amounts are of whole minor units and do not contradict one
// another, whether it changes any price, and whether its condition compares with what there can be. The error is one validation error that names every field; when the condition is broken, its facts
// are "line" and "column".
func ValidateRule(rule parley.PricingRule) error {
	var problems parley.Problems
	program, broken := checkRule(&problems, "", rule)
	if program != nil {
		if broken = program.Impossible(); broken != nil {
			problems.Add(condition.Field, "%s", broken.Fields[0].Message)
		}
	}
	for path, amount := range map[string]*parley.Money{"base_cpm": rule.BaseCPM, "floor_cpm": rule.FloorCPM, "ceiling_cpm": rule.CeilingCPM} {
		if amount != nil {
			checkStated(&problems, path, *amount)
		}
	}
	if floor, ceiling := rule.FloorCPM, rule.CeilingCPM; floor != nil && ceiling != nil && ceiling.Currency == floor.Currency && ceiling.Micros < floor.Micros {
		problems.Add("ceiling_cpm", "must not be below the floor of %s", *floor)
	}
	if rule.BaseCPM == nil && rule.Discount == 0 && rule.FloorCPM == nil && rule.CeilingCPM == nil && len(rule.VolumeBrackets) == 0 {
		problems.Add("discount", "is needed, or a base_cpm, floor_cpm, ceiling_cpm or volume_brackets: without any the rule changes no price")
	}
	err := problems.Err()
	var invalid *parley.Error
	if broken != nil && errors.As(err, &invalid) {
		return invalid.With("line", broken.Facts["line"]).With("column", broken.Facts["column"])
	}
	return err
}

func checkCard(problems *parley.Problems, path string, card parley.RateCard) {
	priced := map[cardKey]bool{}
	for i, entry := range card.Entries {
		at := fmt.Sprintf("%sentries[%d].", path, i)
		if entry.InventoryType == "" {
			problems.Add(at+"inventory_type", "is missing")
		}
		checkAmount(problems, at+"base_cpm", entry.BaseCPM)
		key := cardKey{entry.InventoryType, entry.BaseCPM.Currency}
		if priced[key] {
			problems.Add(at+"inventory_type", "has two entries in %s", key.currency)
		}
		priced[key] = true
	}
	floored := map[parley.Currency]bool{}
	for i, floor := range card.GlobalFloors {
		at := fmt.Sprintf("%sglobal_floors[%d]", path, i)
		checkAmount(problems, at, floor)
		if floored[floor.Currency] {
			problems.Add(at, "is a second floor in %s", floor.Currency)
		}
		floored[floor.Currency] = true
	}
	checkBrackets(problems, path+"volume_brackets", card.VolumeBrackets)
}

// checkRule returns the compiled condition, or what is wrong with it; both are nil for a rule without one.
func checkRule(problems *parley.Problems, path string, r parley.PricingRule) (*condition.Program, *parley.Error) {
	for i, tier := range r.Tiers {
		if tier < parley.TierPublic || tier > parley.TierAdvertiser {
			problems.Add(fmt.Sprintf("%stiers[%d]", path, i), "is not a tier")
		}
	}
	for i, dealType := range r.DealTypes {
		if parsed, known := parley.ParseDealType(string(dealType)); !known || parsed != dealType {
			problems.Add(fmt.Sprintf("%sdeal_types[%d]", path, i), "is not a deal type: use PG, PD or PA")
		}
	}
	checkNames(problems, path+"agency_ids", r.AgencyIDs)
	checkNames(problems, path+"advertiser_ids", r.AdvertiserIDs)
	checkNames(problems, path+"holding_companies", r.HoldingCompanies)
	checkNames(problems, path+"account_ids", r.AccountIDs)
	checkNames(problems, path+"product_ids", r.ProductIDs)
	checkNames(problems, path+"inventory_types", r.InventoryTypes)
	if r.FlightFrom != nil && r.FlightTo != nil && *r.FlightTo < *r.FlightFrom {
		problems.Add(path+"flight_to", "must not be before flight_from")
	}
	if r.ValidFrom != nil && r.ValidTo != nil && *r.ValidTo < *r.ValidFrom {
		problems.Add(path+"valid_to", "must not be before valid_from")
	}
	checkDiscount(problems, path+"discount", r.Discount)
	checkRuleAmounts(problems, path, r)
	checkBrackets(problems, path+"volume_brackets", r.VolumeBrackets)
	if r.Condition == "" {
		return nil, nil
	}
	program, err := condition.Pricing.Compile(r.Condition)
	var broken *parley.Error
	if errors.As(err, &broken) {
		problems.Add(path+condition.Field, "%s", broken.Fields[0].Message)
	}
	return program, broken
}

func checkRuleAmounts(problems *parley.Problems, path string, r parley.PricingRule) {
	var currency parley.Currency
	for _, field := range []struct {
		name   string
		amount *parley.Money
	}{{"base_cpm", r.BaseCPM}, {"floor_cpm", r.FloorCPM}, {"ceiling_cpm", r.CeilingCPM}} {
		if field.amount == nil {
			continue
		}
		checkAmount(problems, path+field.name, *field.amount)
		if currency != "" && field.amount.Currency != currency {
			problems.Add(path+field.name, "must be in %s, as the rule's other amounts", currency)
		}
		currency = field.amount.Currency
	}
	if r.Currency != "" && !r.Currency.Valid() {
		problems.Add(path+"currency", "must be an ISO 4217 currency code such as USD")
	}
	if currency != "" && r.Currency != "" && r.Currency != currency {
		problems.Add(path+"currency", "must be %s, as the rule's amounts are", currency)
	}
	if c := r.CeilingCPM; c != nil && c.Micros > 0 && c.Micros < c.Currency.MinorUnit() {
		problems.Add(path+"ceiling_cpm", "is less than the smallest price in %s", c.Currency)
	}
}

func checkAmount(problems *parley.Problems, path string, amount parley.Money) {
	if !amount.Currency.Valid() {
		problems.Add(path, "is in an unknown currency %q", amount.Currency)
		return
	}
	problems.AddCPM(path, amount.Micros, "")
}

// checkStated refuses an amount that no price can be. What was stored before it was refused is priced by as it is.
func checkStated(problems *parley.Problems, path string, amount parley.Money) {
	if amount.Micros <= 0 || amount.Micros > parley.MaxCPM || !amount.Currency.Valid() {
		return // is told already
	}
	problems.AddCPM(path, amount.Micros, amount.Currency)
}

func checkDiscount(problems *parley.Problems, path string, discount parley.BasisPoints) {
	if discount < 0 || discount > parley.OneHundredPercent {
		problems.Add(path, "must be between 0 and 100 percent")
	}
}

func checkNames(problems *parley.Problems, path string, names []string) {
	for i, name := range names {
		if name == "" {
			problems.Add(fmt.Sprintf("%s[%d]", path, i), "is empty")
		}
	}
}

// checkBrackets holds brackets to what keeps prices monotone: a larger volume never earns a smaller discount.
func checkBrackets(problems *parley.Problems, path string, brackets []parley.VolumeBracket) {
	for i, bracket := range brackets {
		at := fmt.Sprintf("%s[%d].", path, i)
		if bracket.Impressions <= 0 || bracket.Impressions > parley.MaxImpressions {
			problems.Add(at+"impressions", "must be between 1 and %d", parley.MaxImpressions)
		}
		checkDiscount(problems, at+"discount", bracket.Discount)
		if i == 0 {
			continue
		}
		if bracket.Impressions <= brackets[i-1].Impressions {
			problems.Add(at+"impressions", "must be more than in the bracket before")
		}
		if bracket.Discount < brackets[i-1].Discount {
			problems.Add(at+"discount", "must not be less than in the bracket before")
		}
	}
}
