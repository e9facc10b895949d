package pricing

import "parley"

// PublicPrice is what a buyer may read of a price. Its amounts are CPMs in micros.
type PublicPrice struct {
	Currency       parley.Currency
	BaseCPM        int64
	FinalCPM       int64
	TierDiscount   parley.BasisPoints
	RuleDiscount   parley.BasisPoints
	VolumeDiscount parley.BasisPoints
	Rationale      string
}

// Public is the part of a decision that a buyer may read.
//
// A decision whose discounts lead from its base to its price is shown as it is. In any other - the price was raised to
// the floor, lowered to a ceiling, or agreed in a negotiation - base and discounts together would give away how far, so
// that they are replaced by what the price itself says: the whole way from the base is one tier discount, in basis
// points rounded down, and a base below the price, which is mostly one below the floor, is shown as the price.
func Public(d parley.PriceDecision) PublicPrice {
	public := PublicPrice{
		Currency:       d.Currency,
		BaseCPM:        d.BaseCPM,
		FinalCPM:       d.FinalCPM,
		TierDiscount:   d.TierDiscount,
		RuleDiscount:   d.RuleDiscount,
		VolumeDiscount: d.VolumeDiscount,
		Rationale:      d.Rationale,
	}
	if addsUp(&d) {
		return public
	}
	public.BaseCPM = max(d.BaseCPM, d.FinalCPM)
	public.TierDiscount, public.RuleDiscount, public.VolumeDiscount = 0, 0, 0
	// Both amounts are at most parley.MaxCPM, far from an overflow.
	if public.BaseCPM > 0 {
		public.TierDiscount = parley.OneHundredPercent * parley.BasisPoints(public.BaseCPM-d.FinalCPM) /
			parley.BasisPoints(public.BaseCPM)
	}
	return public
}

// PriceRange is what the catalog shows to callers without a key instead of a price.
type PriceRange struct {
	Low  parley.Money
	High parley.Money
}

// Range is a CPM between 0 and parley.MaxCPM give or take 20%, each end rounded half up to the minor unit. The low end is not a price that anybody
// is offered and may lie under the floor; holding it above would show where the floor is.
func Range(price parley.Money) PriceRange {
	unit := price.Currency.MinorUnit()
	fifths := func(n int64) parley.Money {
		return parley.Money{Micros: exact{price.Micros, n, 5}.in(unit), Currency: price.Currency}
	}
	return PriceRange{Low: fifths(4), High: fifths(6)}
}
