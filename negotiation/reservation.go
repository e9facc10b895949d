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

// ceilDiv divides non-negative numbers and rounds up.
func ceilDiv(a, b int64) int64 { return (a + b - 1) / b }

// halfUp rounds a non-negative price to the currency's minor unit, halves up.
func halfUp(micros int64, currency parley.Currency) int64 {
	unit := currency.MinorUnit()
	return (micros + unit/2) / unit * unit
}
