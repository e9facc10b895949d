package negotiation

import "parley"

// whole is 100% in basis points, as a factor.
const whole = int64(parley.OneHundredPercent)

// Reservation is the lowest price of a negotiation: the floor, or the base less the total cap if that is more, rounded
// up to the currency's minor unit. Where that would be above the base, it is the base. Prices are micros up to
// parley.MaxCPM; floor must not be above base.
func Reservation(currency parley.Currency, base, floor int64, totalCap parley.BasisPoints) int64 {
	lowest := ceilDiv(base*(whole-int64(totalCap)), whole)
	unit := currency.MinorUnit()
	return min(base, ceilDiv(max(floor, lowest), unit)*unit)
}

// Serious is the price from which on a buyer is taken to be serious: the base less the total cap so many times as the limits'
// LowballDepth says, rounded up to the minor unit. It follows from the ask and the policy alone. If it followed from the
// floor, the answers under it would tell where the floor is.
func Serious(currency parley.Currency, base int64, limits parley.NegotiationLimits) int64 {
	depth := int64(limits.LowballDepth)
	if depth == 0 {
		depth = defaultLowballDepth
	}
	// In ten-millionths of the base: basis points of the cap times thousandths of the depth. 10^12 times 10^7 is too much for
	// one multiplication.
	const parts = whole * 1_000
	left := max(0, parts-int64(limits.TotalCap)*depth)
	price := base/parts*left + ceilDiv(base%parts*left, parts)
	unit := currency.MinorUnit()
	return ceilDiv(price, unit) * unit
}

// ceilDiv divides non-negative numbers and rounds up.
func ceilDiv(a, b int64) int64 { return (a + b - 1) / b }

// halfUp rounds a non-negative price to the currency's minor unit, halves up.
func halfUp(micros int64, currency parley.Currency) int64 {
	unit := currency.MinorUnit()
	return (micros + unit/2) / unit * unit
}
