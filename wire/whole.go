package wire

import (
	"errors"
	"strconv"
	"strings"
)

var errNotWhole = errors.New("must be a whole number")

// ParseWhole reads a JSON number that is whole, in whichever form it is written: 1000000, 1000000.0 and 1e6 are the same. A
// number that is not whole is refused as such; one outside int64 is strconv.ErrRange.
func ParseWhole(digits string) (int64, error) {
	mantissa, exponent, scientific := strings.Cut(strings.ToLower(digits), "e")
	shift := 0
	if scientific {
		var err error
		if shift, err = strconv.Atoi(exponent); err != nil || len(exponent) > 4 {
			return 0, strconv.ErrRange
		}
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	fraction = strings.TrimRight(fraction, "0")
	text := whole + fraction
	zeros := shift - len(fraction)
	const most = 19 // digits of int64
	switch {
	case strings.Trim(text, "-0") == "":
		zeros = 0
	case zeros < 0:
		// What stands behind the point has to be nothing.
		kept := strings.TrimRight(text, "0")
		if len(text)-len(kept) < -zeros {
			return 0, errNotWhole
		}
		text, zeros = text[:len(text)+zeros], 0
	case zeros > most:
		return 0, strconv.ErrRange
	}
	n, err := strconv.ParseInt(text+strings.Repeat("0", zeros), 10, 64)
	if errors.Is(err, strconv.ErrSyntax) {
		return 0, errNotWhole
	}
	return n, err
}
