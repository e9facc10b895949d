package parley

// ExactCPM is a CPM as a fraction, before it is rounded: micros x numerator / denominator. At most three discounts
// multiply, so that both stay within 10^12 and the arithmetic within 128 bits.
type ExactCPM struct {
	micros      int64
	numerator   int64
	denominator int64
}

// ExactCPMOf is a CPM in micros, at most MaxCPM, that nothing was taken off.
func ExactCPMOf(micros int64) ExactCPM { return ExactCPM{micros: micros, numerator: 1, denominator: 1} }

// Less takes a discount off.
func (x ExactCPM) Less(discount BasisPoints) ExactCPM {
	if discount == 0 {
		return x
	}
	x.numerator *= int64(OneHundredPercent - discount)
	x.denominator *= int64(OneHundredPercent)
	return x
}

// Round is the nearest multiple of a unit of micros, half up.
func (x ExactCPM) Round(unit int64) int64 {
	units, err := MulDiv(x.micros, x.numerator, x.denominator*unit, HalfUp)
	if err != nil {
		panic("parley: a price is out of the range that was checked: " + err.Error())
	}
	return units * unit
}
