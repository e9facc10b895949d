package pricing

import "parley"

// PriceRange is what the catalog shows to callers without a key instead of a price.
type PriceRange struct {
	Low  parley.Money
	High parley.Money
}

// Range is a CPM between 0 and parley.MaxCPM give or take 20%, each end rounded half up to the minor unit. The low end is not a price that anybody
// is offered and may lie under the floor; holding it above would show where the floor is.
func Range(price parley.Money) PriceRange {
	unit := price.Currency.MinorUnit()
	fifth := parley.OneHundredPercent / 5
	end := func(discount parley.BasisPoints) parley.Money {
		return parley.Money{Micros: parley.ExactCPMOf(price.Micros).Less(discount).Round(unit), Currency: price.Currency}
	}
	return PriceRange{Low: end(fifth), High: end(-fifth)}
}
