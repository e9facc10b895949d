package negotiation

import (
	"fmt"

	"parley"
)

// Bound keeps answers that are the same for the same history from becoming a price oracle: it is the LowestCPM of a new
// negotiation, given the buyer's earlier ones over the same product on the same day; 0 when there is none.
//
// The rule is: one negotiation a day comes down, and a buyer that opens another is met where it was left. The lowest
// price that the seller has stated or agreed to in any earlier one is the new one's final offer, made at once and not
// moved. So only the first negotiation of a day ever states a new lowest price, in at most as many rounds as one has:
// opening more of them, one after the other or side by side, with whatever prices, shows no price that the first did not
// show, and gets none below the lowest that it had stated by then.
//
// What was stated counts in proportion to the base, as volumes and dates give each request its own: 10.80 on a base of
// 12.00 is 9.00 on a base of 10.00, rounded up to the minor unit. base is in micros, positive and up to parley.MaxCPM. An
// acceptance that has not become an agreement, because it waits for approval or was refused, was not stated.
func Bound(currency parley.Currency, base int64, earlier []parley.Negotiation) (int64, error) {
	var bound int64
	for _, n := range earlier {
		scaled, err := parley.MulDiv(lowestStated(n), base, n.BaseCPM, parley.Up)
		if err != nil {
			return 0, fmt.Errorf("scale negotiation %s from a base of %d to %d: %w", n.ID, n.BaseCPM, base, err)
		}
		if bound == 0 || scaled < bound {
			bound = scaled
		}
	}
	unit := currency.MinorUnit()
	return min(base, ceilDiv(bound, unit)*unit), nil
}

func lowestStated(n parley.Negotiation) int64 {
	lowest := n.BaseCPM
	for _, round := range n.Rounds {
		if round.Action != parley.ActionAccept {
			lowest = min(lowest, round.SellerCPM)
		}
	}
	if n.AgreedCPM != nil {
		lowest = min(lowest, *n.AgreedCPM)
	}
	return lowest
}
