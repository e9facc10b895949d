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

// CheckPrice refuses a price that a deal's currency has no coins for.
func CheckPrice(asked parley.ChangeTerms, currency parley.Currency) error {
	if asked.CPM == nil {
		return nil
	}
	rounded, err := parley.RoundToMinor(*asked.CPM, currency, parley.HalfUp)
	if err != nil || rounded != *asked.CPM {
		return parley.Invalid("proposed_values.price", "must be a whole number of the currency's minor unit")
	}
	return nil
}

// Askable refuses to take a request for terms that are not sold. A buyer's own price is left to the desk, whatever it is:
// what is refused at once, and what is not, would tell the floor. The publisher's people are told it.
func (p Price) Askable(c parley.ChangeRequest, currency parley.Currency) error {
	if p.Sold() || !SetsTerms(c) {
		return nil
	}
	floor, bySeller := parley.FormatMicros(p.Floor, currency.MinorDigits()), c.AskedBy == parley.SideSeller
	switch {
	case p.Gone != nil:
		return parley.Invalid("proposed_values", "%s", p.Gone.Detail)
	case bySeller && c.Terms.CPM != nil:
		return parley.Invalid("proposed_values.price", "must not be below the floor of %s", floor)
	case bySeller:
		return parley.Invalid("proposed_values", "need a price of at least %s, the floor on these terms", floor)
	case c.Terms.CPM != nil:
		return nil
	}
	return parley.Invalid("proposed_values", "are not sold at the deal's price. Ask for a price too, or for other terms")
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

// Unsold says, for the buyer, why a change cannot be made at this price as things are now; "" when it can. Of a price that
// has come under the floor, which is the publisher's own to know, it tells that much and no more.
func (p Price) Unsold() string {
	switch {
	case p.Sold():
		return ""
	case p.Gone != nil:
		return p.Gone.Detail
	}
	return "The publisher does not sell at this price any more."
}
