// Package pricing computes what a product costs a buyer: the price waterfall over the publisher's rate card and rules.
//
// A price starts from the rate card or the product, is lowered by the buyer's tier, by a rule and by volume, is rounded
// once to the currency's minor unit, and is then held above the floor. All of it is integer arithmetic on micros:
// discounts multiply exactly, in basis points, and nothing is rounded before the end.
//
// Compile reads a rate card and rules once; an Engine is then a pure function of its input and serves any number of
// goroutines. What it answers is for the publisher; the decision's Public cuts it down to what a
// buyer may read.
package pricing
