// Package negotiation is the NegotiationEngine: it answers a buyer's price with an acceptance, a counter, a final offer
// or a rejection.
//
// Evaluate is a pure function of a negotiation's history and the new price: no clock, I/O or randomness, so the same
// history and the same price always get the same answer. Prices are CPMs in micros, computed in integers and rounded
// once, half up, to the currency's minor unit.
//
// The rules are the engine's, the same for every strategy; a Strategy only says how far it would come down in a counter,
// and the engine holds that to the limits. So the following is true whatever the strategy says and whatever the buyer
// does (see the property tests): no price is stated or accepted under the floor, nor under the reservation price; what
// the seller offers never rises, and what it accepts is the buyer's own price; a counter concedes at most the round's
// cap; after the last round comes one more answer, and everything has ended.
//
// What a buyer may read is the round: its number, action, prices, concessions and rationale. Limits, floor, reservation
// price and Trace are the publisher's and never leave it.
package negotiation
