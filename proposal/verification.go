package proposal

import "parley"

// VerifyingCPMs is from which and up to which quoted CPM, both included, a quote verifies a proposed price: the price is
// within 1% of it.
func VerifyingCPMs(proposed int64) (from, upTo int64, err error) {
	// A price p is within 1% of a quoted q when 0.99 q <= p <= 1.01 q, so q is from p/1.01, rounded up, to p/0.99, rounded down.
	if from, err = parley.MulDiv(proposed, 100, 101, parley.Up); err != nil {
		return 0, 0, parley.Internal(err)
	}
	if upTo, err = parley.MulDiv(proposed, 100, 99, parley.Down); err != nil {
		return 0, 0, parley.Internal(err)
	}
	return from, upTo, nil
}

// Verification says, for the buyer, whether a quote verifies its price; an empty id is none.
func Verification(quoteID string) (verified bool, reason string) {
	if quoteID == "" {
		return false, "No quote of yours for this product that is still good is within 1% of this price."
	}
	return true, "The price is within 1% of your quote " + quoteID + "."
}
