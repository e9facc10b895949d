package negotiation

import (
	"fmt"
	"math/bits"

	"parley"
)

// Bound keeps answers that are the same for the same history from becoming a price oracle: it is the LowestCPM of a
// negotiation that a party opens after the ones that it may on a day; 0 when nothing has been stated to it that day.
//
// The rule is: so many negotiations a day come down, and a party that opens another is met where it was left. The lowest
// price that the seller has stated or agreed to on the day is the new one's final offer, made at once and not moved. So
// opening more of them, one after the other or side by side, with whatever prices, shows no price that the others did not
// show, and gets none below the lowest that had been stated by then.
//
// What was stated counts in proportion to the base, as volumes and dates give each request its own: 10.80 on a base of
// 12.00 is 9.00 on a base of 10.00, rounded up to the minor unit. base is in micros, positive and up to parley.MaxCPM.
func Bound(currency parley.Currency, base int64, day parley.NegotiationDay) (int64, error) {
	if day.BaseCPM == 0 {
		return 0, nil
	}
	scaled, err := parley.MulDiv(day.LowestCPM, base, day.BaseCPM, parley.Up)
	if err != nil {
		return 0, fmt.Errorf("scale %d on a base of %d to a base of %d: %w", day.LowestCPM, day.BaseCPM, base, err)
	}
	unit := currency.MinorUnit()
	return min(base, ceilDiv(scaled, unit)*unit), nil
}

// Stated is the day after a price was stated or agreed to: it is remembered where it is the lowest of the day, in
// proportion to its base. A price that waits for approval, or was refused it, has not been agreed to. Both are positive
// micros up to parley.MaxCPM; a price above its base counts as the base.
func Stated(day parley.NegotiationDay, base, price int64) parley.NegotiationDay {
	price = min(price, base)
	if day.BaseCPM == 0 || less(price, base, day.LowestCPM, day.BaseCPM) {
		day.LowestCPM, day.BaseCPM = price, base
	}
	return day
}

// less tells whether a/b is less than c/d, exactly. All are positive.
func less(a, b, c, d int64) bool {
	leftHigh, leftLow := bits.Mul64(uint64(a), uint64(d))
	rightHigh, rightLow := bits.Mul64(uint64(c), uint64(b))
	return leftHigh < rightHigh || leftHigh == rightHigh && leftLow < rightLow
}
