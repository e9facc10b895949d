package parley

// PublicPrice is what a buyer may read of a price. Its amounts are CPMs in micros.
type PublicPrice struct {
	Currency       Currency
	BaseCPM        int64
	FinalCPM       int64
	TierDiscount   BasisPoints
	RuleDiscount   BasisPoints
	VolumeDiscount BasisPoints
	Rationale      string
}

// Public is the part of a decision that a buyer may read.
//
// A decision whose discounts lead from its base to its price is shown as it is. In any other - the price was raised to
// the floor, lowered to a ceiling, or agreed in a negotiation - base and discounts together would give away how far, so
// that they are replaced by what the price itself says: the whole way from the base is one tier discount, in basis
// points rounded down, and a base below the price, which is mostly one below the floor, is shown as the price.
func (d *PriceDecision) Public() PublicPrice {
	public := PublicPrice{
		Currency:       d.Currency,
		BaseCPM:        d.BaseCPM,
		FinalCPM:       d.FinalCPM,
		TierDiscount:   d.TierDiscount,
		RuleDiscount:   d.RuleDiscount,
		VolumeDiscount: d.VolumeDiscount,
		Rationale:      d.Rationale,
	}
	if d.AddsUp() {
		return public
	}
	public.BaseCPM = max(d.BaseCPM, d.FinalCPM)
	public.TierDiscount, public.RuleDiscount, public.VolumeDiscount = 0, 0, 0
	// Both amounts are at most MaxCPM, far from an overflow.
	if public.BaseCPM > 0 {
		public.TierDiscount = OneHundredPercent * BasisPoints(public.BaseCPM-d.FinalCPM) / BasisPoints(public.BaseCPM)
	}
	return public
}

// AddsUp tells whether the discounts of a decision lead from its base down to its price. A base with a fraction of a cent
// that is rounded up to the price does not.
func (d *PriceDecision) AddsUp() bool {
	if d.FinalCPM > d.BaseCPM {
		return false
	}
	product := ExactCPMOf(d.BaseCPM).Less(d.TierDiscount).Less(d.RuleDiscount).Less(d.VolumeDiscount)
	return product.Round(d.Currency.MinorUnit()) == d.FinalCPM
}
