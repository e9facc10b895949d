package pricing_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"parley"
	"parley/pricing"
)

const million = 1_000_000

func cents(n int64) int64 { return n * 10_000 }

func usd(n int64) *parley.Money { return &parley.Money{Micros: cents(n), Currency: parley.USD} }

// input is a request for a CTV product with a base of 12.00 USD; cents override the base and the floor.
func input(change func(*parley.PriceInput)) parley.PriceInput {
	base := cents(1200)
	in := parley.PriceInput{
		Product: parley.Product{
			ID: "ctv-premium", InventoryType: "ctv", BaseCPM: &base, Currency: parley.USD, GeoTargets: []string{"US"},
		},
		Tier:     parley.TierAgency,
		Identity: parley.Identity{SeatID: "seat-1", AgencyID: "agency-1", AgencyHoldingCompany: "holding-1"},
		DealType: parley.PreferredDeal,
		Flight:   parley.Flight{Start: 20_000, End: 20_030},
		Today:    19_990,
	}
	if change != nil {
		change(&in)
	}
	return in
}

func engine(t testing.TB, card parley.RateCard, rules ...parley.PricingRule) *pricing.Engine {
	t.Helper()
	e, err := pricing.Compile(card, rules, 7)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func price(t testing.TB, e *pricing.Engine, in parley.PriceInput) parley.PriceDecision {
	t.Helper()
	d, err := e.CalculatePrice(in)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func enabled(id string, change func(*parley.PricingRule)) parley.PricingRule {
	r := parley.PricingRule{ID: id, Name: "name of " + id, Enabled: true}
	change(&r)
	return r
}

func TestWorkedExamples(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name      string
		base      int64
		floor     int64
		tier      parley.Tier
		volume    int64
		want      int64
		rationale string
	}{
		{"agency with volume", 1200, 0, parley.TierAgency, 10 * million, 972,
			"Base 12.00 USD CPM, less 10% for agency buyers, less 10% for 10,000,000 impressions: 9.72 USD CPM."},
		{"floor", 1500, 1400, parley.TierAdvertiser, 0, 1400, "Price for advertiser buyers: 14.00 USD CPM."},
		{"advertiser with the largest volume", 1200, 0, parley.TierAdvertiser, 50 * million, 816,
			"Base 12.00 USD CPM, less 15% for advertiser buyers, less 20% for 50,000,000 impressions: 8.16 USD CPM."},
		{"seats get no volume discount", 1200, 0, parley.TierSeat, 50 * million, 1140,
			"Base 12.00 USD CPM, less 5% for seat buyers: 11.40 USD CPM."},
		{"public pays the base", 1200, 0, parley.TierPublic, 50 * million, 1200, "Base price: 12.00 USD CPM."},
		{"a volume one short of a bracket", 1200, 0, parley.TierAgency, 5*million - 1, 1080,
			"Base 12.00 USD CPM, less 10% for agency buyers: 10.80 USD CPM."},
		{"half a cent goes up", 3150, 0, parley.TierSeat, 0, 2993,
			"Base 31.50 USD CPM, less 5% for seat buyers: 29.93 USD CPM."},
		{"base under the floor", 1200, 1250, parley.TierPublic, 0, 1250, "Price for public buyers: 12.50 USD CPM."},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			d := price(t, engine(t, parley.RateCard{}), input(func(in *parley.PriceInput) {
				base := cents(test.base)
				in.Product.BaseCPM, in.Product.FloorCPM = &base, cents(test.floor)
				in.Tier, in.Impressions = test.tier, test.volume
			}))
			if d.FinalCPM != cents(test.want) {
				t.Errorf("got %d micros, want %d", d.FinalCPM, cents(test.want))
			}
			if d.Rationale != test.rationale {
				t.Errorf("rationale: got %q, want %q", d.Rationale, test.rationale)
			}
		})
	}
}

func TestTrace(t *testing.T) {
	t.Parallel()
	card := parley.RateCard{
		Entries:      []parley.RateCardEntry{{InventoryType: "ctv", BaseCPM: *usd(3333)}},
		GlobalFloors: []parley.Money{*usd(100)},
	}
	rule := enabled("rule-1", func(r *parley.PricingRule) { r.Discount, r.FloorCPM = 250, usd(2600) })
	d := price(t, engine(t, card, rule), input(func(in *parley.PriceInput) { in.Impressions = 20 * million }))
	want := parley.PriceDecision{
		Currency: parley.USD, BaseCPM: cents(3333), FinalCPM: cents(2600), FloorCPM: cents(2600), FloorApplied: true,
		TierDiscount: 1000, VolumeDiscount: 1500, RuleDiscount: 250, Rationale: "Price for agency buyers: 26.00 USD CPM.",
		Tier: parley.TierAgency, Impressions: 20 * million, CountedImpressions: 20 * million, PricingVersion: 7,
		Steps: []parley.PriceStep{
			{Name: "base", Detail: "rate card", Before: 33_330_000, After: 33_330_000},
			{Name: "tier_discount", Detail: "agency", Rate: 1000, Before: 33_330_000, After: 29_997_000},
			{Name: "rule_discount", Detail: "name of rule-1", Rate: 250, Before: 29_997_000, After: 29_247_075, RuleID: "rule-1"},
			{Name: "volume_discount", Rate: 1500, Before: 29_247_075, After: 24_860_014},
			{Name: "rounding", Before: 24_860_014, After: 24_860_000},
			{Name: "floor", Detail: "name of rule-1", Before: 24_860_000, After: 26_000_000, RuleID: "rule-1"},
		},
	}
	if diff := cmp.Diff(want, d); diff != "" {
		t.Error(diff)
	}
}

func TestRules(t *testing.T) {
	t.Parallel()
	day := func(n parley.Date) *parley.Date { return &n }
	discount := func(bp parley.BasisPoints) func(*parley.PricingRule) {
		return func(r *parley.PricingRule) { r.Discount = bp }
	}
	// The agency's price without any rule is 12.00 x 0.90 = 10.80; 10% by a rule makes 9.72.
	tests := []struct {
		name  string
		rules []parley.PricingRule
		in    func(*parley.PriceInput)
		want  int64
	}{
		{"the largest discount, not the sum", []parley.PricingRule{
			enabled("a", discount(500)), enabled("b", discount(1000)), enabled("c", discount(700))}, nil, 972},
		{"a disabled rule", []parley.PricingRule{{ID: "a", Discount: 1000}}, nil, 1080},
		{"an override replaces the tier's discount", []parley.PricingRule{
			enabled("a", func(r *parley.PricingRule) { r.BaseCPM = usd(900) })}, nil, 900},
		{"an override beats a discount of higher priority", []parley.PricingRule{
			enabled("a", func(r *parley.PricingRule) { r.BaseCPM = usd(900) }),
			enabled("b", func(r *parley.PricingRule) { r.Discount, r.Priority = 5000, 9 })}, nil, 900},
		{"the override of the highest priority", []parley.PricingRule{
			enabled("a", func(r *parley.PricingRule) { r.BaseCPM = usd(900) }),
			enabled("b", func(r *parley.PricingRule) { r.BaseCPM, r.Priority = usd(1100), 1 })}, nil, 1100},
		{"overrides of one priority go by ID", []parley.PricingRule{
			enabled("b", func(r *parley.PricingRule) { r.BaseCPM = usd(900) }),
			enabled("a", func(r *parley.PricingRule) { r.BaseCPM = usd(1100) })}, nil, 1100},
		{"a volume discount on an override", []parley.PricingRule{
			enabled("a", func(r *parley.PricingRule) { r.BaseCPM = usd(900) })},
			func(in *parley.PriceInput) { in.Impressions = 10 * million }, 810},
		{"a rule's own brackets", []parley.PricingRule{
			enabled("a", func(r *parley.PricingRule) {
				r.VolumeBrackets = []parley.VolumeBracket{{Impressions: 1000, Discount: 5000}}
			})},
			func(in *parley.PriceInput) { in.Impressions = 1000 }, 540},
		{"the highest floor", []parley.PricingRule{
			enabled("a", func(r *parley.PricingRule) { r.FloorCPM = usd(1100) }),
			enabled("b", func(r *parley.PricingRule) { r.FloorCPM, r.Priority = usd(1090), 5 })}, nil, 1100},
		{"the lowest ceiling", []parley.PricingRule{
			enabled("a", func(r *parley.PricingRule) { r.CeilingCPM = usd(1000) }),
			enabled("b", func(r *parley.PricingRule) { r.CeilingCPM = usd(950) })}, nil, 950},
		{"the floor wins over a ceiling", []parley.PricingRule{
			enabled("a", func(r *parley.PricingRule) { r.FloorCPM, r.CeilingCPM = usd(1000), usd(800) })}, nil, 1000},
		{"amounts in another currency", []parley.PricingRule{
			enabled("a", func(r *parley.PricingRule) {
				r.Discount, r.FloorCPM = 1000, &parley.Money{Micros: cents(100), Currency: "EUR"}
			})}, nil, 1080},
		{"tier", []parley.PricingRule{enabled("a", func(r *parley.PricingRule) {
			r.Discount, r.Tiers = 1000, []parley.Tier{parley.TierSeat, parley.TierAdvertiser}
		})}, nil, 1080},
		{"tier that matches", []parley.PricingRule{enabled("a", func(r *parley.PricingRule) {
			r.Discount, r.Tiers = 1000, []parley.Tier{parley.TierSeat, parley.TierAgency}
		})}, nil, 972},
		{"agency", []parley.PricingRule{enabled("a", func(r *parley.PricingRule) {
			r.Discount, r.AgencyIDs = 1000, []string{"agency-2"}
		})}, nil, 1080},
		{"agency that matches", []parley.PricingRule{enabled("a", func(r *parley.PricingRule) {
			r.Discount, r.AgencyIDs = 1000, []string{"agency-2", "agency-1"}
		})}, nil, 972},
		{"one of many agencies", []parley.PricingRule{enabled("a", func(r *parley.PricingRule) {
			r.Discount, r.AgencyIDs = 1000, append(strings.Split("abcdefghijklmn", ""), "agency-1")
		})}, nil, 972},
		{"none of many agencies", []parley.PricingRule{enabled("a", func(r *parley.PricingRule) {
			r.Discount, r.AgencyIDs = 1000, strings.Split("abcdefghijklmn", "")
		})}, nil, 1080},
		{"advertiser", []parley.PricingRule{enabled("a", func(r *parley.PricingRule) {
			r.Discount, r.AdvertiserIDs = 1000, []string{"adv-1"}
		})}, nil, 1080},
		{"holding company", []parley.PricingRule{enabled("a", func(r *parley.PricingRule) {
			r.Discount, r.HoldingCompanies = 1000, []string{"holding-1"}
		})}, nil, 972},
		{"another holding company", []parley.PricingRule{enabled("a", func(r *parley.PricingRule) {
			r.Discount, r.HoldingCompanies = 1000, []string{"holding-2"}
		})}, nil, 1080},
		{"product", []parley.PricingRule{enabled("a", func(r *parley.PricingRule) {
			r.Discount, r.ProductIDs = 1000, []string{"ctv-premium"}
		})}, nil, 972},
		{"another product", []parley.PricingRule{enabled("a", func(r *parley.PricingRule) {
			r.Discount, r.ProductIDs = 1000, []string{"audio"}
		})}, nil, 1080},
		{"another inventory type", []parley.PricingRule{enabled("a", func(r *parley.PricingRule) {
			r.Discount, r.InventoryTypes = 1000, []string{"display"}
		})}, nil, 1080},
		{"deal type", []parley.PricingRule{enabled("a", func(r *parley.PricingRule) {
			r.Discount, r.DealTypes = 1000, []parley.DealType{parley.PreferredDeal}
		})}, nil, 972},
		{"another deal type", []parley.PricingRule{enabled("a", func(r *parley.PricingRule) {
			r.Discount, r.DealTypes = 1000, []parley.DealType{parley.PrivateAuction, parley.ProgrammaticGuaranteed}
		})}, nil, 1080},
		{"no deal type asked", []parley.PricingRule{enabled("a", func(r *parley.PricingRule) {
			r.Discount, r.DealTypes = 1000, parley.DealTypes[:]
		})}, func(in *parley.PriceInput) { in.DealType = "" }, 1080},
		{"flight inside the window", []parley.PricingRule{enabled("a", func(r *parley.PricingRule) {
			r.Discount, r.FlightFrom, r.FlightTo = 1000, day(20_000), day(20_030)
		})}, nil, 972},
		{"flight starts too early", []parley.PricingRule{enabled("a", func(r *parley.PricingRule) {
			r.Discount, r.FlightFrom = 1000, day(20_001)
		})}, nil, 1080},
		{"flight ends too late", []parley.PricingRule{enabled("a", func(r *parley.PricingRule) {
			r.Discount, r.FlightTo = 1000, day(20_029)
		})}, nil, 1080},
		{"a floor of all of the flight's days", []parley.PricingRule{enabled("a", func(r *parley.PricingRule) {
			r.FloorCPM, r.FlightFrom, r.FlightTo = usd(3000), day(20_000), day(20_030)
		})}, nil, 3000},
		{"a floor of its first day", []parley.PricingRule{enabled("a", func(r *parley.PricingRule) {
			r.FloorCPM, r.FlightTo = usd(3000), day(20_000)
		})}, nil, 3000},
		{"a floor of its last day", []parley.PricingRule{enabled("a", func(r *parley.PricingRule) {
			r.FloorCPM, r.FlightFrom = usd(3000), day(20_030)
		})}, nil, 3000},
		{"a floor of days within it", []parley.PricingRule{enabled("a", func(r *parley.PricingRule) {
			r.FloorCPM, r.FlightFrom, r.FlightTo = usd(3000), day(20_010), day(20_011)
		})}, nil, 3000},
		{"a floor of the days before", []parley.PricingRule{enabled("a", func(r *parley.PricingRule) {
			r.FloorCPM, r.FlightTo = usd(3000), day(19_999)
		})}, nil, 1080},
		{"a floor of the days after", []parley.PricingRule{enabled("a", func(r *parley.PricingRule) {
			r.FloorCPM, r.FlightFrom = usd(3000), day(20_031)
		})}, nil, 1080},
		{"of some of its days the floor alone", []parley.PricingRule{enabled("a", func(r *parley.PricingRule) {
			r.FloorCPM, r.Discount, r.CeilingCPM, r.FlightFrom = usd(900), 9000, usd(900), day(20_001)
		})}, nil, 1080},
		{"valid on its only day", []parley.PricingRule{enabled("a", func(r *parley.PricingRule) {
			r.Discount, r.ValidFrom, r.ValidTo = 1000, day(19_990), day(19_990)
		})}, nil, 972},
		{"not valid yet", []parley.PricingRule{enabled("a", func(r *parley.PricingRule) {
			r.Discount, r.ValidFrom = 1000, day(19_991)
		})}, nil, 1080},
		{"not valid any more", []parley.PricingRule{enabled("a", func(r *parley.PricingRule) {
			r.Discount, r.ValidTo = 1000, day(19_989)
		})}, nil, 1080},
		{"condition", []parley.PricingRule{enabled("a", func(r *parley.PricingRule) {
			r.Discount = 1000
			r.Condition = `flight_days == 31 && base_cpm == 12 && "US" in geo_targets && buyer_tier == "agency" &&
				deal_type == "PD" && seat_id == "seat-1" && agency_id == "agency-1" && impressions == 0`
		})}, nil, 972},
		{"condition that does not hold", []parley.PricingRule{enabled("a", func(r *parley.PricingRule) {
			r.Discount, r.Condition = 1000, `impressions > 0`
		})}, nil, 1080},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			for range 2 {
				d := price(t, engine(t, parley.RateCard{}, test.rules...), input(test.in))
				if d.FinalCPM != cents(test.want) {
					t.Errorf("got %d micros, want %d; steps %+v", d.FinalCPM, cents(test.want), d.Steps)
				}
				slices.Reverse(test.rules)
			}
		})
	}
}

// TestARuleIsForItsCurrencyAlone has rules of each kind that state a currency, by itself or with an amount, meet products in it and in
// another.
func TestARuleIsForItsCurrencyAlone(t *testing.T) {
	t.Parallel()
	for name, state := range map[string]func(*parley.PricingRule){
		"a discount": func(r *parley.PricingRule) { r.Currency, r.Discount = "USD", 5_000 },
		"a volume discount": func(r *parley.PricingRule) {
			r.Currency, r.VolumeBrackets = "USD", []parley.VolumeBracket{{Impressions: 1, Discount: 5_000}}
		},
		"a base":                 func(r *parley.PricingRule) { r.BaseCPM = usd(100) },
		"a floor":                func(r *parley.PricingRule) { r.FloorCPM = usd(100_00) },
		"a ceiling":              func(r *parley.PricingRule) { r.CeilingCPM = usd(100) },
		"a discount and a floor": func(r *parley.PricingRule) { r.Discount, r.FloorCPM = 5_000, usd(100) },
	} {
		for _, currency := range []parley.Currency{"USD", "JPY", "EUR"} {
			in := input(func(in *parley.PriceInput) { in.Product.Currency, in.Impressions = currency, million })
			without := price(t, engine(t, parley.RateCard{}), in)
			with := price(t, engine(t, parley.RateCard{}, enabled("r", state)), in)
			if changed := without.FinalCPM != with.FinalCPM; changed != (currency == "USD") {
				t.Errorf("%s in USD, and a product in %s: %d became %d", name, currency, without.FinalCPM, with.FinalCPM)
			}
		}
	}
}

func TestOverrideIsTheBaseOfTheDecision(t *testing.T) {
	t.Parallel()
	rule := enabled("a", func(r *parley.PricingRule) { r.BaseCPM = usd(900) })
	d := price(t, engine(t, parley.RateCard{}, rule), input(func(in *parley.PriceInput) { in.Impressions = 5 * million }))
	if d.BaseCPM != cents(900) || d.TierDiscount != 0 || d.RuleDiscount != 0 || d.VolumeDiscount != 500 {
		t.Errorf("got %+v", d)
	}
	if want := "Base 9.00 USD CPM, less 5% for 5,000,000 impressions: 8.55 USD CPM."; d.Rationale != want {
		t.Errorf("got %q, want %q", d.Rationale, want)
	}
}

func TestBase(t *testing.T) {
	t.Parallel()
	eur := parley.RateCardEntry{InventoryType: "ctv", BaseCPM: parley.Money{Micros: cents(2000), Currency: "EUR"}}
	display := parley.RateCardEntry{InventoryType: "display", BaseCPM: *usd(300)}
	ctv := parley.RateCardEntry{InventoryType: "ctv", BaseCPM: *usd(3000)}
	public := func(in *parley.PriceInput) { in.Tier = parley.TierPublic }
	unpriced := func(in *parley.PriceInput) { in.Tier, in.Product.BaseCPM = parley.TierPublic, nil }
	tests := []struct {
		name    string
		entries []parley.RateCardEntry
		in      func(*parley.PriceInput)
		want    int64 // 0: refused
	}{
		{"the product's own", nil, public, 1200},
		{"the rate card's", []parley.RateCardEntry{eur, display, ctv}, public, 3000},
		{"the rate card's for a product without one", []parley.RateCardEntry{ctv}, unpriced, 3000},
		{"an entry in another currency or type does not count", []parley.RateCardEntry{eur, display}, public, 1200},
		{"no base at all", []parley.RateCardEntry{eur, display}, unpriced, 0},
		{"a base of zero is none", nil, func(in *parley.PriceInput) { in.Product.BaseCPM = new(int64) }, 0},
		{"an unknown currency", nil, func(in *parley.PriceInput) { in.Product.Currency = "XYZ" }, 0},
		{"a base out of range", nil, func(in *parley.PriceInput) { *in.Product.BaseCPM = parley.MaxCPM + 1 }, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			d, err := engine(t, parley.RateCard{Entries: test.entries}).CalculatePrice(input(test.in))
			if test.want == 0 {
				if !parley.Is(err, parley.CodeValidation) {
					t.Fatalf("got %v, %v, want a validation error", d, err)
				}
				return
			}
			if err != nil || d.FinalCPM != cents(test.want) {
				t.Errorf("got %d, %v, want %d", d.FinalCPM, err, cents(test.want))
			}
		})
	}
}

func TestCurrenciesWithOtherMinorUnits(t *testing.T) {
	t.Parallel()
	for currency, want := range map[parley.Currency]int64{"JPY": 11_000_000, "KWD": 11_109_000, "USD": 11_110_000} {
		d := price(t, engine(t, parley.RateCard{}), input(func(in *parley.PriceInput) {
			base := int64(12_343_210) // less 10% is 11.108889
			in.Product.BaseCPM, in.Product.Currency = &base, currency
		}))
		if d.FinalCPM != want {
			t.Errorf("%s: got %d, want %d", currency, d.FinalCPM, want)
		}
	}
}

func TestLargestPriceInEveryCurrency(t *testing.T) {
	t.Parallel()
	for _, currency := range []parley.Currency{"JPY", "USD", "KWD"} {
		rule := enabled("a", func(r *parley.PricingRule) { r.Discount = 1 })
		d := price(t, engine(t, parley.RateCard{}, rule), input(func(in *parley.PriceInput) {
			base := parley.MaxCPM
			in.Product.BaseCPM, in.Product.Currency, in.Impressions = &base, currency, parley.MaxImpressions
		}))
		if want := int64(719_928 * parley.MicrosPerUnit); d.FinalCPM != want {
			t.Errorf("%s: got %d, want %d", currency, d.FinalCPM, want)
		}
	}
}

func TestFloorIsRoundedUp(t *testing.T) {
	t.Parallel()
	d := price(t, engine(t, parley.RateCard{}), input(func(in *parley.PriceInput) { in.Product.FloorCPM = 11_000_001 }))
	if d.FinalCPM != 11_010_000 || d.FloorCPM != 11_010_000 {
		t.Errorf("got %d over %d, want 11.01", d.FinalCPM, d.FloorCPM)
	}
}

func TestCompileRefuses(t *testing.T) {
	t.Parallel()
	day := func(n parley.Date) *parley.Date { return &n }
	brackets := func(pairs ...int64) (list []parley.VolumeBracket) {
		for pair := range slices.Chunk(pairs, 2) {
			list = append(list, parley.VolumeBracket{Impressions: pair[0], Discount: parley.BasisPoints(pair[1])})
		}
		return list
	}
	tests := []struct {
		path string
		card parley.RateCard
		rule func(*parley.PricingRule)
	}{
		{path: "entries[0].inventory_type", card: parley.RateCard{Entries: []parley.RateCardEntry{{BaseCPM: *usd(1)}}}},
		{path: "entries[1].inventory_type", card: parley.RateCard{Entries: []parley.RateCardEntry{
			{InventoryType: "ctv", BaseCPM: *usd(1)}, {InventoryType: "ctv", BaseCPM: *usd(2)}}}},
		{path: "entries[0].base_cpm", card: parley.RateCard{Entries: []parley.RateCardEntry{
			{InventoryType: "ctv", BaseCPM: *usd(0)}}}},
		{path: "entries[0].base_cpm", card: parley.RateCard{Entries: []parley.RateCardEntry{
			{InventoryType: "ctv", BaseCPM: parley.Money{Micros: 1, Currency: "usd"}}}}},
		{path: "global_floors[0]", card: parley.RateCard{GlobalFloors: []parley.Money{{Micros: -1, Currency: "USD"}}}},
		{path: "global_floors[1]", card: parley.RateCard{GlobalFloors: []parley.Money{*usd(1), *usd(2)}}},
		{path: "volume_brackets[1].impressions", card: parley.RateCard{VolumeBrackets: brackets(10, 1, 10, 2)}},
		{path: "volume_brackets[1].discount", card: parley.RateCard{VolumeBrackets: brackets(10, 2, 11, 1)}},
		{path: "volume_brackets[0].impressions", card: parley.RateCard{VolumeBrackets: brackets(0, 2)}},
		{path: "rules[r].volume_brackets[0].discount", rule: func(r *parley.PricingRule) { r.VolumeBrackets = brackets(1, 10_001) }},
		{path: "rules[r].discount", rule: func(r *parley.PricingRule) { r.Discount = -1 }},
		{path: "rules[r].discount", rule: func(r *parley.PricingRule) { r.Discount = 10_001 }},
		{path: "rules[r].base_cpm", rule: func(r *parley.PricingRule) { r.BaseCPM = usd(0) }},
		{path: "rules[r].base_cpm", rule: func(r *parley.PricingRule) {
			r.BaseCPM = &parley.Money{Micros: parley.MaxCPM + 1, Currency: parley.USD}
		}},
		{path: "rules[r].floor_cpm", rule: func(r *parley.PricingRule) { r.FloorCPM = usd(-1) }},
		{path: "rules[r].ceiling_cpm", rule: func(r *parley.PricingRule) {
			r.CeilingCPM = &parley.Money{Micros: 9_999, Currency: parley.USD}
		}},
		{path: "rules[r].ceiling_cpm", rule: func(r *parley.PricingRule) {
			r.FloorCPM, r.CeilingCPM = usd(1), &parley.Money{Micros: parley.MicrosPerUnit, Currency: "EUR"}
		}},
		{path: "rules[r].tiers[0]", rule: func(r *parley.PricingRule) { r.Tiers = []parley.Tier{-1} }},
		{path: "rules[r].deal_types[1]", rule: func(r *parley.PricingRule) {
			r.DealTypes = []parley.DealType{"PG", "programmatic_guaranteed"}
		}},
		{path: "rules[r].agency_ids[0]", rule: func(r *parley.PricingRule) { r.AgencyIDs = []string{""} }},
		{path: "rules[r].flight_to", rule: func(r *parley.PricingRule) { r.FlightFrom, r.FlightTo = day(2), day(1) }},
		{path: "rules[r].valid_to", rule: func(r *parley.PricingRule) { r.ValidFrom, r.ValidTo = day(2), day(1) }},
		{path: "rules[r].condition", rule: func(r *parley.PricingRule) { r.Condition = "impressions >" }},
		{path: "rules[r].condition", rule: func(r *parley.PricingRule) { r.Enabled, r.Condition = false, "deal_value > 1" }},
		{path: "rules[].id", rule: func(r *parley.PricingRule) { r.ID = "" }},
	}
	for _, test := range tests {
		t.Run(test.path, func(t *testing.T) {
			var rules []parley.PricingRule
			if test.rule != nil {
				rules = append(rules, enabled("r", test.rule))
			}
			_, err := pricing.Compile(test.card, rules, 1)
			var refused *parley.Error
			if !errors.As(err, &refused) || refused.Code != parley.CodeValidation {
				t.Fatalf("got %v, want a validation error", err)
			}
			if len(refused.Fields) != 1 || refused.Fields[0].Path != test.path {
				t.Errorf("got %v, want %s", refused.Fields, test.path)
			}
		})
	}
	t.Run("two rules of one ID", func(t *testing.T) {
		_, err := pricing.Compile(parley.RateCard{}, []parley.PricingRule{{ID: "r"}, {ID: "r"}}, 1)
		if !parley.Is(err, parley.CodeValidation) {
			t.Errorf("got %v", err)
		}
	})
}

func TestValidateRuleGivesThePositionInItsCondition(t *testing.T) {
	t.Parallel()
	err := pricing.ValidateRule(parley.PricingRule{Condition: "true &&\n  pirce > 1"})
	var refused *parley.Error
	if !errors.As(err, &refused) || refused.Facts["line"] != 2 || refused.Facts["column"] != 3 {
		t.Errorf("got %+v", err)
	}
	if err := pricing.ValidateRule(parley.PricingRule{Discount: 100, Condition: "impressions > 1"}); err != nil {
		t.Errorf("a good rule was refused: %v", err)
	}
	if err := pricing.ValidateCard(parley.RateCard{VolumeBrackets: parley.DefaultVolumeBrackets}); err != nil {
		t.Errorf("a good card was refused: %v", err)
	}
}

func TestPublic(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		change func(*parley.PriceInput)
		rules  []parley.PricingRule
		want   parley.PublicPrice
	}{
		{
			name:   "discounts that lead to the price are shown",
			change: func(in *parley.PriceInput) { in.Impressions = 10 * million },
			rules:  []parley.PricingRule{enabled("a", func(r *parley.PricingRule) { r.Discount = 125 })},
			want: parley.PublicPrice{
				Currency: "USD", BaseCPM: cents(1200), FinalCPM: cents(960),
				TierDiscount: 1000, RuleDiscount: 125, VolumeDiscount: 1000,
				Rationale: "Base 12.00 USD CPM, less 10% for agency buyers, less 1.25% by special terms, " +
					"less 10% for 10,000,000 impressions: 9.60 USD CPM.",
			},
		},
		{
			name: "a price raised to the floor shows one discount",
			change: func(in *parley.PriceInput) {
				in.Product.FloorCPM, in.Impressions = cents(1100), 10*million
			},
			want: parley.PublicPrice{
				Currency: "USD", BaseCPM: cents(1200), FinalCPM: cents(1100), TierDiscount: 833,
				Rationale: "Price for agency buyers: 11.00 USD CPM.",
			},
		},
		{
			name:   "a base under the floor is not shown",
			change: func(in *parley.PriceInput) { in.Product.FloorCPM = cents(1300) },
			want: parley.PublicPrice{
				Currency: "USD", BaseCPM: cents(1300), FinalCPM: cents(1300),
				Rationale: "Price for agency buyers: 13.00 USD CPM.",
			},
		},
		{
			name:   "a ceiling",
			change: func(in *parley.PriceInput) { in.Tier = parley.TierPublic },
			rules:  []parley.PricingRule{enabled("a", func(r *parley.PricingRule) { r.CeilingCPM = usd(600) })},
			want: parley.PublicPrice{
				Currency: "USD", BaseCPM: cents(1200), FinalCPM: cents(600), TierDiscount: 5000,
				Rationale: "Price for public buyers: 6.00 USD CPM.",
			},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			decision := price(t, engine(t, parley.RateCard{}, test.rules...), input(test.change))
			got := decision.Public()
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestRange(t *testing.T) {
	t.Parallel()
	tests := []struct {
		price     parley.Money
		low, high int64
	}{
		{parley.Money{Micros: 12_000_000, Currency: "USD"}, 9_600_000, 14_400_000},
		{parley.Money{Micros: 12_340_000, Currency: "USD"}, 9_870_000, 14_810_000},
		{parley.Money{Micros: 12_000_000, Currency: "JPY"}, 10_000_000, 14_000_000},
		{parley.Money{Micros: parley.MaxCPM, Currency: "KWD"}, 800_000_000_000, 1_200_000_000_000},
		{parley.Money{Currency: "USD"}, 0, 0},
	}
	for _, test := range tests {
		got := pricing.Range(test.price)
		want := pricing.PriceRange{
			Low:  parley.Money{Micros: test.low, Currency: test.price.Currency},
			High: parley.Money{Micros: test.high, Currency: test.price.Currency},
		}
		if got != want {
			t.Errorf("%v: got %v, want %v", test.price, got, want)
		}
	}
}
