package storagetest

import (
	"testing"
	"time"

	"parley"
	"parley/storage"
)

func (f *fixture) rule() parley.PricingRule {
	return parley.PricingRule{
		ID: f.id(parley.PrefixPricingRule), Name: "Rüle", Priority: -3, Enabled: true,
		Selector: parley.Selector{
			Tiers: []parley.Tier{parley.TierAgency, parley.TierAdvertiser}, AgencyIDs: []string{"a"}, AdvertiserIDs: []string{},
			AccountIDs: []string{"acct-1", "acct-2"}, ProductIDs: []string{}, InventoryTypes: []string{"ctv"}, DealTypes: []parley.DealType{parley.PrivateAuction},
		},
		HoldingCompanies: []string{"h"},
		FlightFrom:       ptr(flight.Start), ValidTo: ptr(flight.End),
		Condition: `impressions > 5`, Currency: "SEK", BaseCPM: &parley.Money{Micros: 1, Currency: "EUR"}, Discount: 250,
		CeilingCPM: &parley.Money{Micros: 3, Currency: "JPY"}, VolumeBrackets: []parley.VolumeBracket{{Impressions: 5, Discount: 7}},
		Version: 1, CreatedAt: noon, UpdatedAt: noon, UpdatedBy: "operator:1",
	}
}

func (f *fixture) pricingVersion() int64 {
	f.Helper()
	return read(f, func(r *storage.Reader) *storage.Pending[int64] { return storage.PricingRules.Version(r) })
}

var pricing = map[string]func(*testing.T, *fixture){
	"a rate card is replaced version by version": func(t *testing.T, f *fixture) {
		before := f.pricingVersion()
		ask := func(r *storage.Reader) *storage.Pending[storage.PricingConfig] { return r.Pricing() }
		same(f, read(f, ask).RateCard.Version, int64(0))
		day := parley.DateOf(noon, time.UTC)
		card := parley.RateCard{
			Version: 1, Entries: []parley.RateCardEntry{
				{InventoryType: "ctv", BaseCPM: parley.Money{Micros: 5, Currency: "EUR"}},
				{InventoryType: "audio", BaseCPM: parley.Money{Micros: 6, Currency: "EUR"}, EffectiveDate: &day, Notes: "as agreed\nin spring"},
			},
			GlobalFloors: []parley.Money{{Micros: 4, Currency: parley.USD}}, VolumeBrackets: []parley.VolumeBracket{{Impressions: 1, Discount: 2}},
			UpdatedAt: noon, UpdatedBy: "operator:1",
		}
		f.write(func(tx *storage.Tx) { tx.InsertRateCard(card) })
		same(f, read(f, ask).RateCard, card)
		if f.pricingVersion() == before {
			t.Error("the pricing version has not moved")
		}
		f.refused(parley.CodePreconditionFailed, func(tx *storage.Tx) { tx.InsertRateCard(card) })
		card.Version = 3
		f.refused(parley.CodePreconditionFailed, func(tx *storage.Tx) { tx.InsertRateCard(card) })
		errs := race(10, func(int) error {
			second := card
			second.Version = 2
			return f.store.Tx(t.Context(), func(tx *storage.Tx) error { tx.InsertRateCard(second); return nil })
		})
		same(f, tally(errs), map[parley.Code]int{"": 1, parley.CodePreconditionFailed: 9})
		list := read(f, func(r *storage.Reader) *storage.Pending[storage.Listing[parley.RateCard]] {
			return r.RateCards(storage.Page{Limit: 1, Newest: true})
		})
		same(f, list.Total, int64(2))
		same(f, list.Items[0].Version, int64(2))
	},
	"rules and card are read together": func(_ *testing.T, f *fixture) {
		f.write(func(tx *storage.Tx) {
			for range 7 {
				storage.PricingRules.Insert(tx, f.rule())
			}
			gone := f.rule()
			storage.PricingRules.Insert(tx, gone)
			storage.PricingRules.Delete(tx, gone.ID, 1, noon, "operator:1")
		})
		config := read(f, func(r *storage.Reader) *storage.Pending[storage.PricingConfig] { return r.Pricing() })
		same(f, len(config.Rules), 7)
		same(f, config.Version, f.pricingVersion())
	},
}
