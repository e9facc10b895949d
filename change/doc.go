// Package change judges changes of a deal: what a change makes of the deal's terms and how they differ, how grave it is, what
// its new terms are worth and whether they are sold at their price, and whether the other side has to agree to it.
//
// The rules are those of the change requests of the deal library's contract (types, severities, statuses), with the
// publisher's promises on top of them:
//
//   - A change is as grave as what it does, whatever it calls itself. A flight that moves by up to parley.MinorShiftDays, or
//     work on the creatives, is minor; volume, targeting, a makegood, a flight that moves further, or one that keeps fewer than
//     half of its days, is material; the price, or an end, is critical. New terms whose ask is above the deal's price are
//     material at least, so that small shifts are no way to dearer days.
//   - A flight is measured from the one that both sides agreed to last, so that many small shifts are no way to a large one.
//   - New terms are priced as they are sold now. Under the floor they are refused, in words that do not tell a buyer the floor.
//   - What one side asks for the other agrees to: a change that the seller asks for and that costs the buyer is the buyer's to
//     apply.
//
// The package is pure: values in, values out. It has no clock, I/O or randomness; who calls it says which day it is, in the
// publisher's time zone. Prices are CPMs in micros of the deal's currency.
package change
