package parley

import (
	"errors"
	"math"
	"math/bits"
	"strconv"
	"strings"
)

// MicrosPerUnit is how many micros make one currency unit (one dollar, one euro).
const MicrosPerUnit = 1_000_000

// MaxCPM is the highest CPM that the product accepts, in micros: one million currency units per 1,000 impressions. It
// leaves room for exact arithmetic over discounts and keeps typing errors out.
const MaxCPM int64 = 1_000_000 * MicrosPerUnit

// MaxImpressions is the largest volume that one request may name.
const MaxImpressions int64 = 1_000_000_000_000

// Errors of money arithmetic. They carry no code: the caller knows which field the number came from.
var (
	ErrNotDecimal = errors.New("must be a decimal number such as 12.50")
	ErrPrecision  = errors.New("must not have more than six decimal places")
	ErrOverflow   = errors.New("is too large")
)

// Money is an exact amount: micros of one unit of Currency. A CPM is Money per 1,000 impressions.
type Money struct {
	Micros   int64
	Currency Currency
}

// String formats the amount with at least the currency's minor digits, such as "12.50 USD".
func (m Money) String() string {
	return FormatMicros(m.Micros, m.Currency.MinorDigits()) + " " + string(m.Currency)
}

// ParseMicros reads a decimal number from its digits, without any binary float in between: "10.26" is 10,260,000
// micros. It accepts JSON number syntax, including an exponent, and a leading plus sign is refused as JSON does. More
// than six significant decimal places are ErrPrecision, values outside int64 are ErrOverflow.
func ParseMicros(text string) (int64, error) {
	const longest = 64
	if text == "" || len(text) > longest {
		return 0, ErrNotDecimal
	}
	rest, negative := strings.CutPrefix(text, "-")
	mantissa, exponentText, hasExponent := strings.Cut(strings.ReplaceAll(rest, "E", "e"), "e")
	exponent := 0
	if hasExponent {
		var err error
		if exponent, err = strconv.Atoi(exponentText); err != nil || exponent > longest || exponent < -longest {
			return 0, ErrNotDecimal
		}
	}
	whole, fraction, hasPoint := strings.Cut(mantissa, ".")
	if !allDigits(whole) || (hasPoint && !allDigits(fraction)) {
		return 0, ErrNotDecimal
	}
	digits := strings.TrimLeft(whole+fraction, "0")
	trimmed := strings.TrimRight(digits, "0")
	if trimmed == "" {
		return 0, nil
	}
	// The value is trimmed x 10^scale micros.
	scale := len(digits) - len(trimmed) - len(fraction) + exponent + 6
	if scale < 0 {
		return 0, ErrPrecision
	}
	if len(trimmed)+scale > 19 {
		return 0, ErrOverflow
	}
	value, err := strconv.ParseUint(trimmed+strings.Repeat("0", scale), 10, 64)
	if err != nil || value > math.MaxInt64 {
		return 0, ErrOverflow
	}
	if negative {
		return -int64(value), nil
	}
	return int64(value), nil
}

func allDigits(s string) bool {
	if s == "" {
		return false
	}
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// FormatMicros writes micros as a decimal number with at least minDigits decimal places and no trailing zeros beyond
// them: FormatMicros(12_500_000, 2) is "12.50", FormatMicros(12_345_600, 2) is "12.3456".
func FormatMicros(micros int64, minDigits int) string {
	var text [24]byte
	return string(AppendMicros(text[:0], micros, minDigits))
}

// microsDigits is how many decimal places micros have.
const microsDigits = 6

// AppendMicros appends what FormatMicros writes.
func AppendMicros(text []byte, micros int64, minDigits int) []byte {
	magnitude := uint64(micros)
	if micros < 0 {
		magnitude = -magnitude
		text = append(text, '-')
	}
	text = strconv.AppendUint(text, magnitude/MicrosPerUnit, 10)
	whole := len(text)
	text = strconv.AppendUint(text, magnitude%MicrosPerUnit+MicrosPerUnit, 10)
	text[whole] = '.' // in the place of the one million that kept the zeros
	end := whole + 1 + microsDigits
	for end > whole+1+minDigits && text[end-1] == '0' {
		end--
	}
	if end == whole+1 {
		end = whole
	}
	return text[:end]
}

// FormatCount writes a whole number with commas between the thousands, such as "5,000,000".
func FormatCount(n int64) string { return string(AppendCount(nil, n)) }

// AppendCount appends what FormatCount writes.
func AppendCount(text []byte, n int64) []byte {
	if n < 0 {
		text = append(text, '-')
	}
	magnitude := strconv.FormatUint(uint64(max(n, -n)), 10)
	for i := range len(magnitude) {
		if i > 0 && (len(magnitude)-i)%3 == 0 {
			text = append(text, ',')
		}
		text = append(text, magnitude[i])
	}
	return text
}

// Rounding says what happens to the part below the unit that is kept.
type Rounding int

// The roundings that prices use.
const (
	HalfUp Rounding = iota // to the nearest, ties away from zero
	Up                     // to the next one above
	Down                   // cut off
)

// MulDiv returns amount x numerator / denominator with a 128-bit intermediate, rounded once. All arguments must be
// non-negative and the denominator positive; a result outside int64 is ErrOverflow.
func MulDiv(amount, numerator, denominator int64, rounding Rounding) (int64, error) {
	if amount < 0 || numerator < 0 || denominator <= 0 {
		return 0, ErrOverflow
	}
	hi, lo := bits.Mul64(uint64(amount), uint64(numerator))
	if hi >= uint64(denominator) {
		return 0, ErrOverflow
	}
	quotient, remainder := bits.Div64(hi, lo, uint64(denominator))
	switch rounding {
	case HalfUp:
		if remainder >= uint64(denominator)-remainder {
			quotient++
		}
	case Up:
		if remainder > 0 {
			quotient++
		}
	case Down:
	}
	if quotient > math.MaxInt64 {
		return 0, ErrOverflow
	}
	return int64(quotient), nil
}

// RoundToMinor rounds a non-negative amount to the currency's minor unit (cents for USD).
func RoundToMinor(micros int64, currency Currency, rounding Rounding) (int64, error) {
	unit := currency.MinorUnit()
	units, err := MulDiv(micros, 1, unit, rounding)
	if err != nil || units > math.MaxInt64/unit {
		return 0, ErrOverflow
	}
	return units * unit, nil
}

// AddedUp is a sum of two amounts or counts that are not below zero; the largest number that there is stands for every larger one.
func AddedUp(a, b int64) int64 {
	if b > math.MaxInt64-a {
		return math.MaxInt64
	}
	return a + b
}

// DealValue is what a volume costs at a CPM: cpm x impressions / 1000, in micros, rounded half up.
func DealValue(cpmMicros, impressions int64) (int64, error) {
	return MulDiv(cpmMicros, impressions, 1000, HalfUp)
}
