package parley_test

import (
	"testing"

	"parley"
	"parley/negotiation"
	"parley/pricing"
)

// TestBuyersAreFoundHoweverTheyAreWritten holds all that picks a buyer by its name to one form of names: whatever the case of any letter, and
// what only looks the same.
func TestBuyersAreFoundHoweverTheyAreWritten(t *testing.T) {
	t.Parallel()
	picks := map[string]func(t *testing.T, chosen, is string) bool{
		"an agency's price rule": func(t *testing.T, chosen, is string) bool {
			t.Helper()
			return priced(t, parley.PricingRule{Selector: parley.Selector{AgencyIDs: []string{chosen}}}, parley.Identity{SeatID: "s", AgencyID: is})
		},
		"one of many agencies": func(t *testing.T, chosen, is string) bool {
			t.Helper()
			return priced(t, parley.PricingRule{Selector: parley.Selector{AgencyIDs: []string{"a", "b", "c", "d", "e", "f", "g", "h", chosen}}}, parley.Identity{SeatID: "s", AgencyID: is})
		},
		"an advertiser's price rule": func(t *testing.T, chosen, is string) bool {
			t.Helper()
			return priced(t, parley.PricingRule{Selector: parley.Selector{AdvertiserIDs: []string{chosen}}}, parley.Identity{SeatID: "s", AdvertiserID: is})
		},
		"a holding's price rule": func(t *testing.T, chosen, is string) bool {
			t.Helper()
			return priced(t, parley.PricingRule{HoldingCompanies: []string{chosen}}, parley.Identity{SeatID: "s", AgencyID: "a", AgencyHoldingCompany: is})
		},
		"an agency's profile": func(t *testing.T, chosen, is string) bool {
			t.Helper()
			return led(t, parley.NegotiationProfile{Selector: parley.Selector{AgencyIDs: []string{chosen}}}, parley.Identity{AgencyID: is})
		},
		"an advertiser's profile": func(t *testing.T, chosen, is string) bool {
			t.Helper()
			return led(t, parley.NegotiationProfile{Selector: parley.Selector{AdvertiserIDs: []string{chosen}}}, parley.Identity{AdvertiserID: is})
		},
		"a seat's destination": func(_ *testing.T, chosen, is string) bool {
			return parley.DestinationMatch{SeatIDs: []string{chosen}}.Normal().Fits(parley.Deal{Identity: parley.Identity{SeatID: is}})
		},
		"an account": func(_ *testing.T, chosen, is string) bool {
			return parley.Account{Names: []string{chosen}}.IsWritten(is)
		},
		"one person's keys": func(_ *testing.T, chosen, is string) bool {
			a := parley.Key{ID: "a", Hint: "wxyz", Role: parley.RoleOperator, Label: chosen, CreatedBy: "operator:terminal"}
			b := a
			b.ID, b.Label = "b", is
			return parley.PeopleOf([]parley.Key{a, b}).Same(a.Actor(), b.Actor())
		},
	}
	for _, names := range []struct {
		chosen, is string
		same       bool
	}{
		{"agency-7", "AGENCY-7", true}, {"agency-7", "agency-8", false}, {"Straße 12", "STRASSE 12", true}, {"Straße 12", "strasse 12", true},
		{"GROẞ", "gross", true}, {"ΟΔΟΣ", "οδος", true}, {"Müller", "MÜLLER", true}, {"Müller", "Muller", false}, {"Ａｃｍｅ", "acme", true},
		{"Acme®", "ACME", true}, {"Acme  Media", " acme media", true}, {"ﬁrst", "FIRST", true}, {"Straße", "Strase", false},
	} {
		for what, picked := range picks {
			if got := picked(t, names.chosen, names.is); got != names.same {
				t.Errorf("%s: %q for %q is %v", what, names.chosen, names.is, got)
			}
			if got := picked(t, names.is, names.chosen); got != names.same {
				t.Errorf("%s: %q for %q is %v", what, names.is, names.chosen, got)
			}
		}
	}
}

// priced tells whether a price rule holds for a buyer.
func priced(t *testing.T, rule parley.PricingRule, buyer parley.Identity) bool {
	t.Helper()
	rule.ID, rule.Name, rule.Enabled, rule.Discount = "r", "r", true, 1000
	base := int64(10_000_000)
	engine, err := pricing.Compile(parley.RateCard{}, []parley.PricingRule{rule}, 1)
	if err != nil {
		t.Fatal(err)
	}
	decision, err := engine.CalculatePrice(parley.PriceInput{
		Product: parley.Product{ID: "p", InventoryType: "ctv", BaseCPM: &base, Currency: parley.USD}, Tier: parley.TierPublic, Identity: buyer,
		DealType: parley.PreferredDeal, Flight: parley.Flight{Start: 20_000, End: 20_001}, Today: 20_000,
	})
	if err != nil {
		t.Fatal(err)
	}
	return decision.RuleDiscount > 0
}

// led tells whether a profile leads a buyer's negotiation.
func led(t *testing.T, profile parley.NegotiationProfile, buyer parley.Identity) bool {
	t.Helper()
	profile.ID, profile.Enabled, profile.MaxRounds = "n", true, new(2)
	policy, err := negotiation.Compile([]parley.NegotiationProfile{profile})
	if err != nil {
		t.Fatal(err)
	}
	return len(policy.Select(negotiation.Request{Tier: parley.TierAgency, Identity: buyer}).ProfileIDs) > 0
}
