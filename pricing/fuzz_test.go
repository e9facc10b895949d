package pricing_test

import (
	"testing"

	"parley"
	"parley/pricing"
)

// FuzzCalculatePrice prices with amounts up to their limits, in currencies whose unit is dear and in those whose unit is
// cheap: a price comes out, or a refusal, and never a panic.
func FuzzCalculatePrice(f *testing.F) {
	f.Add(int64(12_000_000), int64(8_000_000), int64(0), int64(0), int64(10*million), int64(-1), uint16(0), uint16(500), uint8(0), uint8(2))
	f.Add(parley.MaxCPM, parley.MaxCPM, parley.MaxCPM, parley.MaxCPM, parley.MaxImpressions, parley.MaxImpressions, uint16(9_999), uint16(10_000), uint8(1), uint8(3))
	f.Add(int64(1), int64(0), int64(1), int64(0), int64(0), int64(0), uint16(10_000), uint16(10_000), uint8(3), uint8(3))
	currencies := []parley.Currency{"USD", "KRW", "VND", "JPY", "KWD"}
	f.Fuzz(func(t *testing.T, base, floor, override, ceiling, asked, available int64, discount, volume uint16, currency, tier uint8) {
		in := parley.PriceInput{
			Product: parley.Product{ID: "p", InventoryType: "ctv", BaseCPM: &base, FloorCPM: floor, Currency: currencies[int(currency)%len(currencies)]},
			Tier:    parley.Tiers[int(tier)%len(parley.Tiers)], DealType: parley.PreferredDeal, Flight: parley.Flight{Start: 20_000, End: 20_030},
			Impressions: asked, Today: 20_000,
		}
		if floor < 0 || floor > parley.MaxCPM || asked < 0 || asked > parley.MaxImpressions {
			t.Skip("is refused before it is priced")
		}
		if available >= 0 {
			in.Available = &available
		}
		amount := func(micros int64) *parley.Money {
			if micros == 0 {
				return nil
			}
			return &parley.Money{Micros: micros, Currency: in.Product.Currency}
		}
		rule := parley.PricingRule{
			ID: "r", Name: "r", Enabled: true, Discount: parley.BasisPoints(discount), BaseCPM: amount(override), CeilingCPM: amount(ceiling),
			VolumeBrackets: []parley.VolumeBracket{{Impressions: 1, Discount: parley.BasisPoints(volume)}},
		}
		e, err := pricing.Compile(parley.RateCard{}, []parley.PricingRule{rule}, 1)
		if err != nil {
			t.Skip("such a rule is refused")
		}
		d, err := e.CalculatePrice(in)
		if err != nil {
			if !parley.Is(err, parley.CodeValidation) {
				t.Fatalf("%+v: %v", in, err)
			}
			return
		}
		if d.FinalCPM < d.FloorCPM || d.FloorCPM < floor || d.FinalCPM%d.Currency.MinorUnit() != 0 {
			t.Fatalf("%+v is priced at %d over a floor of %d", in, d.FinalCPM, d.FloorCPM)
		}
		public := d.Public()
		if public.TierDiscount < 0 || public.TierDiscount > parley.OneHundredPercent || public.BaseCPM < 0 {
			t.Fatalf("%+v is shown as %+v", d, public)
		}
		around := pricing.Range(parley.Money{Micros: min(d.FinalCPM, parley.MaxCPM), Currency: d.Currency})
		if around.Low.Micros > d.FinalCPM || around.Low.Micros < 0 {
			t.Fatalf("the range %+v does not reach down from %d", around, d.FinalCPM)
		}
		// A value that no amount can hold is an error, which callers answer.
		if value, err := parley.DealValue(d.FinalCPM, asked); err == nil && value < 0 {
			t.Fatalf("%d impressions at %d are worth %d", asked, d.FinalCPM, value)
		}
	})
}
