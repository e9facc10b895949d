package pricing_test

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"parley"
	"parley/pricing"
)

var (
	products    = []string{"ctv-premium", "video-run", "audio-spot"}
	inventories = []string{"ctv", "video", "audio"}
	advertisers = []string{"adv-1", "adv-2"}
	agencies    = []string{"agency-1", "agency-2"}
)

func genCPM() *rapid.Generator[int64] { return rapid.Int64Range(1, 60*parley.MicrosPerUnit) }

func genBrackets() *rapid.Generator[[]parley.VolumeBracket] {
	return rapid.Custom(func(t *rapid.T) []parley.VolumeBracket {
		var brackets []parley.VolumeBracket
		var last parley.VolumeBracket
		for range rapid.IntRange(0, 4).Draw(t, "brackets") {
			last.Impressions += rapid.Int64Range(1, 30*million).Draw(t, "impressions")
			last.Discount += parley.BasisPoints(rapid.Int64Range(0, 2500).Draw(t, "discount"))
			brackets = append(brackets, last)
		}
		return brackets
	})
}

func genCard() *rapid.Generator[parley.RateCard] {
	return rapid.Custom(func(t *rapid.T) parley.RateCard {
		card := parley.RateCard{VolumeBrackets: genBrackets().Draw(t, "card brackets")}
		for _, inventory := range rapid.SliceOfDistinct(rapid.SampledFrom(inventories), rapid.ID).Draw(t, "entries") {
			base := parley.Money{Micros: genCPM().Draw(t, "card base"), Currency: parley.USD}
			card.Entries = append(card.Entries, parley.RateCardEntry{InventoryType: inventory, BaseCPM: base})
		}
		if rapid.Bool().Draw(t, "global floor") {
			card.GlobalFloors = []parley.Money{{Micros: genCPM().Draw(t, "floor"), Currency: parley.USD}}
		}
		return card
	})
}

// genRules makes rules that look at everything but the tier, the agency and, through a condition, the volume.
func genRules() *rapid.Generator[[]parley.PricingRule] {
	maybe := func(t *rapid.T, label string, from []string) []string {
		return rapid.SliceOfNDistinct(rapid.SampledFrom(from), 0, 1, rapid.ID).Draw(t, label)
	}
	amount := func(t *rapid.T, label string) *parley.Money {
		if rapid.IntRange(0, 3).Draw(t, label) > 0 {
			return nil
		}
		return &parley.Money{Micros: genCPM().Draw(t, label) + 10_000, Currency: parley.USD}
	}
	one := rapid.Custom(func(t *rapid.T) parley.PricingRule {
		var from, to *parley.Date
		if rapid.IntRange(0, 2).Draw(t, "of days") == 0 {
			from = new(parley.Date(rapid.IntRange(20_000, 20_110).Draw(t, "from")))
			to = new(*from + parley.Date(rapid.IntRange(0, 40).Draw(t, "to")))
		}
		return parley.PricingRule{
			FlightFrom: from,
			FlightTo:   to,
			ID:         rapid.StringMatching(`[a-z]{1,6}`).Draw(t, "id"),
			Priority:   rapid.IntRange(0, 2).Draw(t, "priority"),
			Enabled:    rapid.IntRange(0, 5).Draw(t, "enabled") > 0,
			Selector:   parley.Selector{AdvertiserIDs: maybe(t, "advertisers", advertisers), ProductIDs: maybe(t, "products", products), InventoryTypes: maybe(t, "inventories", inventories)},

			Condition:      rapid.SampledFrom([]string{"", "", "flight_days > 7", `base_cpm >= 10`}).Draw(t, "condition"),
			BaseCPM:        amount(t, "override"),
			Discount:       parley.BasisPoints(rapid.Int64Range(0, 10_000).Draw(t, "discount")),
			FloorCPM:       amount(t, "floor"),
			CeilingCPM:     amount(t, "ceiling"),
			VolumeBrackets: genBrackets().Draw(t, "rule brackets"),
		}
	})
	return rapid.SliceOfNDistinct(one, 0, 6, func(r parley.PricingRule) string { return r.ID })
}

func genInput() *rapid.Generator[parley.PriceInput] {
	return rapid.Custom(func(t *rapid.T) parley.PriceInput {
		i := rapid.IntRange(0, len(products)-1).Draw(t, "product")
		base := genCPM().Draw(t, "base")
		start := parley.Date(rapid.IntRange(20_000, 20_100).Draw(t, "start"))
		return parley.PriceInput{
			Product: parley.Product{
				ID: products[i], InventoryType: inventories[i], BaseCPM: &base, Currency: parley.USD,
				FloorCPM: rapid.Int64Range(0, 30*parley.MicrosPerUnit).Draw(t, "product floor"),
			},
			Tier: rapid.SampledFrom(parley.Tiers[:]).Draw(t, "tier"),
			Identity: parley.Identity{
				SeatID: "seat-1", AgencyID: rapid.SampledFrom(agencies).Draw(t, "agency"),
				AdvertiserID: rapid.SampledFrom(advertisers).Draw(t, "advertiser"),
			},
			DealType:    rapid.SampledFrom(parley.DealTypes[:]).Draw(t, "deal type"),
			Flight:      parley.Flight{Start: start, End: start + parley.Date(rapid.IntRange(0, 30).Draw(t, "days"))},
			Impressions: rapid.Int64Range(0, 120*million).Draw(t, "impressions"),
			Today:       20_000,
		}
	})
}

// check runs a property over generated engines and requests.
func check(t *testing.T, property func(t *rapid.T, e *pricing.Engine, in parley.PriceInput)) {
	rapid.Check(t, func(t *rapid.T) {
		e, err := pricing.Compile(genCard().Draw(t, "card"), genRules().Draw(t, "rules"), 1)
		if err != nil {
			t.Fatal(err)
		}
		property(t, e, genInput().Draw(t, "input"))
	})
}

func mustPrice(t *rapid.T, e *pricing.Engine, in parley.PriceInput) parley.PriceDecision {
	d, err := e.CalculatePrice(in)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestNeverUnderTheFloorAndAlwaysAStatablePrice(t *testing.T) {
	t.Parallel()
	check(t, func(t *rapid.T, e *pricing.Engine, in parley.PriceInput) {
		d := mustPrice(t, e, in)
		if d.FinalCPM < d.FloorCPM || d.FloorCPM < in.Product.FloorCPM {
			t.Fatalf("price %d, effective floor %d, product floor %d", d.FinalCPM, d.FloorCPM, in.Product.FloorCPM)
		}
		if d.FinalCPM%d.Currency.MinorUnit() != 0 {
			t.Fatalf("%d is no whole number of cents", d.FinalCPM)
		}
	})
}

// TestAFlightIsNotUnderTheFloorOfAnyOfItsDays compares the floor of a flight with that of each of its days alone.
func TestAFlightIsNotUnderTheFloorOfAnyOfItsDays(t *testing.T) {
	t.Parallel()
	check(t, func(t *rapid.T, e *pricing.Engine, in parley.PriceInput) {
		whole := mustPrice(t, e, in)
		for day := in.Flight.Start; day <= in.Flight.End; day++ {
			one := in
			one.Flight = parley.Flight{Start: day, End: day}
			if alone := mustPrice(t, e, one); alone.FloorCPM > whole.FloorCPM || alone.FloorCPM > whole.FinalCPM {
				t.Fatalf("the flight's floor is %d and its price %d, and the floor of %s is %d", whole.FloorCPM, whole.FinalCPM, day, alone.FloorCPM)
			}
		}
	})
}

func TestVolumeThatIsNotThereEarnsNothing(t *testing.T) {
	t.Parallel()
	check(t, func(t *rapid.T, e *pricing.Engine, in parley.PriceInput) {
		available := rapid.Int64Range(0, 120*million).Draw(t, "available")
		in.Available = &available
		got := mustPrice(t, e, in)
		asked := in.Impressions
		in.Available, in.Impressions = nil, min(asked, available)
		want := mustPrice(t, e, in)
		if got.FinalCPM != want.FinalCPM || got.VolumeDiscount != want.VolumeDiscount {
			t.Fatalf("%d asked of %d: %d; for what is there it is %d", asked, available, got.FinalCPM, want.FinalCPM)
		}
		if got.Impressions != asked || got.CountedImpressions != in.Impressions {
			t.Fatalf("%d asked and %d counted are told as %d and %d", asked, in.Impressions, got.Impressions, got.CountedImpressions)
		}
		steps := fmt.Sprint(got.Steps)
		told := strings.Contains(got.Rationale, "that are available") && strings.Contains(steps, "available of")
		if cut := available < asked && pricing.VolumeDiscounts(in.Tier); told != cut {
			t.Fatalf("%d asked of %d, told %t: %s %s", asked, available, told, got.Rationale, steps)
		}
	})
}

func TestLargerVolumeNeverHigherPrice(t *testing.T) {
	t.Parallel()
	check(t, func(t *rapid.T, e *pricing.Engine, in parley.PriceInput) {
		before := mustPrice(t, e, in)
		in.Impressions += rapid.Int64Range(0, 80*million).Draw(t, "more")
		if after := mustPrice(t, e, in); after.FinalCPM > before.FinalCPM {
			t.Fatalf("%d for %d, %d for %d", before.FinalCPM, before.Impressions, after.FinalCPM, after.Impressions)
		}
	})
}

func TestBetterTierNeverHigherPrice(t *testing.T) {
	t.Parallel()
	check(t, func(t *rapid.T, e *pricing.Engine, in parley.PriceInput) {
		last := int64(-1)
		for _, tier := range parley.Tiers {
			in.Tier = tier
			d := mustPrice(t, e, in)
			if last >= 0 && d.FinalCPM > last {
				t.Fatalf("%s pays %d, the tier below %d", tier, d.FinalCPM, last)
			}
			last = d.FinalCPM
		}
	})
}

func TestSameAdvertiserSamePriceThroughAnyAgency(t *testing.T) {
	t.Parallel()
	check(t, func(t *rapid.T, e *pricing.Engine, in parley.PriceInput) {
		in.Tier = parley.TierAdvertiser
		in.Identity.AgencyID = agencies[0]
		one := mustPrice(t, e, in)
		in.Identity.AgencyID = agencies[1]
		if diff := cmp.Diff(one, mustPrice(t, e, in)); diff != "" {
			t.Fatal(diff)
		}
	})
}

func TestOrderOfRulesDoesNotMatter(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		card, rules, in := genCard().Draw(t, "card"), genRules().Draw(t, "rules"), genInput().Draw(t, "input")
		var decisions []parley.PriceDecision
		for range 2 {
			e, err := pricing.Compile(card, rules, 1)
			if err != nil {
				t.Fatal(err)
			}
			decisions = append(decisions, mustPrice(t, e, in))
			rules = rapid.Permutation(rules).Draw(t, "order")
		}
		if diff := cmp.Diff(decisions[0], decisions[1]); diff != "" {
			t.Fatal(diff)
		}
	})
}

func TestOverrideBeatsDiscountWhateverTheOrder(t *testing.T) {
	t.Parallel()
	check(t, func(t *rapid.T, e *pricing.Engine, in parley.PriceInput) {
		d := mustPrice(t, e, in)
		for _, step := range d.Steps {
			if step.Name == pricing.StepRuleOverride && (d.RuleDiscount != 0 || d.TierDiscount != 0 || d.BaseCPM != step.After) {
				t.Fatalf("a discount is stacked on an override: %+v", d)
			}
		}
	})
}

// TestTraceMultipliesOut computes the price again from the steps, in rational numbers.
func TestTraceMultipliesOut(t *testing.T) {
	t.Parallel()
	check(t, func(t *rapid.T, e *pricing.Engine, in parley.PriceInput) {
		d := mustPrice(t, e, in)
		product := new(big.Rat)
		final, rounded := int64(-1), int64(-1)
		for i, step := range d.Steps {
			if i > 0 && step.Before != d.Steps[i-1].After {
				t.Fatalf("step %d starts from %d, the one before ended at %d", i, step.Before, d.Steps[i-1].After)
			}
			switch step.Name {
			case pricing.StepBase, pricing.StepRuleOverride:
				product.SetInt64(step.After)
			case pricing.StepTierDiscount, pricing.StepRuleDiscount, pricing.StepVolumeDiscount:
				product.Mul(product, big.NewRat(int64(parley.OneHundredPercent-step.Rate), int64(parley.OneHundredPercent)))
			case pricing.StepRounding:
				rounded = step.After
			case pricing.StepFloor, pricing.StepCeiling:
				final = step.After
			default:
				t.Fatalf("unknown step %q", step.Name)
			}
		}
		want := roundHalfUp(product, d.Currency.MinorUnit())
		if rounded >= 0 && rounded != want {
			t.Fatalf("rounded to %d, want %d", rounded, want)
		}
		if final < 0 {
			final = want
		}
		if d.FinalCPM != final {
			t.Fatalf("got %d, the steps lead to %d", d.FinalCPM, final)
		}
	})
}

func roundHalfUp(amount *big.Rat, unit int64) int64 {
	units := new(big.Rat).Quo(amount, big.NewRat(unit, 1))
	units.Add(units, big.NewRat(1, 2))
	return new(big.Int).Div(units.Num(), units.Denom()).Int64() * unit
}

// TestPublicTellsNoFloor compares what two buyers read whose prices are the same, one held at the floor and the other
// agreed without one.
func TestPublicTellsNoFloor(t *testing.T) {
	t.Parallel()
	check(t, func(t *rapid.T, e *pricing.Engine, in parley.PriceInput) {
		d := mustPrice(t, e, in)
		public := d.Public()
		if public.BaseCPM < d.FloorCPM || public.FinalCPM != d.FinalCPM {
			t.Fatalf("%+v under a floor of %d", public, d.FloorCPM)
		}
		if !d.FloorApplied {
			return
		}
		d.FloorApplied, d.FloorCPM, d.Steps = false, 0, nil
		if diff := cmp.Diff(public, d.Public()); diff != "" {
			t.Fatal(diff)
		}
		if public.VolumeDiscount != 0 || public.RuleDiscount != 0 {
			t.Fatalf("%+v shows discounts that the floor cut off", public)
		}
		off := public.BaseCPM - public.FinalCPM
		if shown := int64(public.TierDiscount); off*10_000 < shown*public.BaseCPM || off*10_000 >= (shown+1)*public.BaseCPM {
			t.Fatalf("%+v: the discount is not that of the price", public)
		}
	})
}

// benchmarkRules are 100 rules of a publisher with many contracts: a tenth with conditions, most of them somebody
// else's.
func benchmarkRules() []parley.PricingRule {
	random := rand.New(rand.NewPCG(1, 2))
	rules := make([]parley.PricingRule, 100)
	for i := range rules {
		r := enabled("rule-"+string(rune('0'+i/10))+string(rune('0'+i%10)), func(r *parley.PricingRule) {
			r.Priority, r.Discount = random.IntN(10), parley.BasisPoints(100+random.IntN(900))
		})
		switch {
		case i%10 == 0:
			r.Condition = []string{`impressions > 1000000`, `"US" in geo_targets`, `flight_days >= 14 && deal_type == "PG"`}[i/10%3]
		case i%10 == 1:
			r.FloorCPM = usd(int64(100 + random.IntN(300)))
		case i%10 < 4:
			r.AgencyIDs = []string{"agency-7", "agency-8", "agency-9"}
		case i%10 < 6:
			r.InventoryTypes, r.AdvertiserIDs = []string{"ctv"}, []string{"adv-1", "adv-2"}
		case i%10 < 8:
			r.ProductIDs = []string{"video-run", "audio-spot"}
		}
		rules[i] = r
	}
	return rules
}

func BenchmarkCalculatePrice100Rules(b *testing.B) {
	card := parley.RateCard{
		Entries:      []parley.RateCardEntry{{InventoryType: "ctv", BaseCPM: *usd(3500)}},
		GlobalFloors: []parley.Money{*usd(200)},
	}
	e := engine(b, card, benchmarkRules()...)
	in := input(func(in *parley.PriceInput) { in.Impressions = 20 * million })
	b.ReportAllocs()
	for b.Loop() {
		if _, err := e.CalculatePrice(in); err != nil {
			b.Fatal(err)
		}
	}
}
