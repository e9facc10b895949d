package pricing_test

import (
	"fmt"

	"parley"
	"parley/pricing"
)

func ExampleEngine_CalculatePrice() {
	engine, err := pricing.Compile(parley.RateCard{}, []parley.PricingRule{{
		ID: "rule-summer", Name: "Summer", Enabled: true, Discount: 500, Condition: `"US" in geo_targets && flight_days >= 14`,
	}}, 1)
	if err != nil {
		panic(err)
	}
	base := int64(12_000_000)
	decision, err := engine.CalculatePrice(parley.PriceInput{
		Product: parley.Product{
			ID: "ctv-premium", InventoryType: "ctv", BaseCPM: &base, Currency: parley.USD, GeoTargets: []string{"US"},
		},
		Tier:        parley.TierAgency,
		DealType:    parley.ProgrammaticGuaranteed,
		Flight:      parley.Flight{Start: 20_000, End: 20_030},
		Impressions: 10_000_000,
		Today:       19_990,
	})
	if err != nil {
		panic(err)
	}
	fmt.Println(decision.Rationale)
	for _, step := range decision.Steps {
		fmt.Println(step.Name, parley.FormatMicros(step.After, 2))
	}
	// Output:
	// Base 12.00 USD CPM, less 10% for agency buyers, less 5% by special terms, less 10% for 10,000,000 impressions: 9.23 USD CPM.
	// base 12.00
	// tier_discount 10.80
	// rule_discount 10.26
	// volume_discount 9.234
	// rounding 9.23
}
