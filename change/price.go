package change

import "parley"

// Price is the price that a change leaves a deal with, beside what its new terms cost as they are sold now. CPM micros.
type Price struct {
	CPM   int64                 // that the deal would have
	Ask   int64                 // of the waterfall
	Floor int64                 // under which nothing is sold on these terms; 0 where there is no price
	Gone  *parley.ProposalError // why nothing is sold on these terms, in words for the buyer; nil where it is
}

// Sold tells whether the terms are sold, and at this price.
func (p Price) Sold() bool { return p.Gone == nil && p.CPM >= p.Floor }

// Askable refuses to take a request for terms that are not sold. What is under the floor the publisher's people are told at
// once; a buyer's request is left to the desk, like every other whose ask is above the price: what is refused, and what is
// not, would tell the floor.
func (p Price) Askable(c parley.ChangeRequest, after parley.DealTerms, today parley.Date) error {
	if p.Sold() || !SetsTerms(c, after, today) {
		return nil
	}
	floor := parley.FormatMicros(p.Floor, after.Currency.MinorDigits())
	switch {
	case p.Gone != nil:
		return parley.Invalid("proposed_values", "%s", p.Gone.Detail)
	case c.AskedBy == parley.SideBuyer:
		return nil
	case c.Terms.CPM != nil:
		return parley.Invalid("proposed_values.price", "must not be below the floor of %s", floor)
	}
	return parley.Invalid("proposed_values", "need a price of at least %s, the floor on these terms", floor)
}

// Approvable keeps the desk itself from approving what is not sold, or not at this price. The error is for the publisher's
// people.
func (p Price) Approvable(currency parley.Currency) error {
	switch {
	case p.Sold():
		return nil
	case p.Gone != nil:
		return parley.Invalid("decision", "must be reject: %s", p.Gone.Detail)
	}
	return parley.Invalid("decision", "must be reject: the price is below the floor of %s",
		parley.FormatMicros(p.Floor, currency.MinorDigits()))
}
