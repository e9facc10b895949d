package change

import (
	"slices"

	"parley"
	"parley/inventory"
)

// NewTerms is what a change makes of a deal's terms. The error is CodeValidation with the field that does not fit.
func NewTerms(before parley.DealTerms, asked parley.ChangeTerms, today parley.Date) (parley.DealTerms, error) {
	after := before
	set(&after.Flight.Start, asked.FlightStart)
	set(&after.Flight.End, asked.FlightEnd)
	set(&after.Impressions, asked.Impressions)
	set(&after.CPM, asked.CPM)
	var problems parley.Problems
	if _, err := parley.NewFlight(after.Flight.Start, after.Flight.End, today); err != nil {
		problems.Add("proposed_values.flight_end", "%s", err.Error())
	}
	if after.Flight.End < today {
		problems.Add("proposed_values.flight_end", "has passed")
	}
	if after.Flight.Start < today && after.Flight.Start < before.Flight.Start {
		problems.Add("proposed_values.flight_start", "has passed")
	}
	if before.Flight.Start <= today && after.Flight.Start > before.Flight.Start {
		// Its days would be nobody's, and what was delivered on them would not have been earned.
		problems.Add("proposed_values.flight_start", "is that of a flight which has begun, on %s, and cannot be moved any more", before.Flight.Start)
	}
	if asked.Impressions != nil && after.Impressions <= 0 {
		problems.Add("proposed_values.impressions", "must be more than 0")
	}
	if asked.CPM != nil {
		problems.AddCPM("proposed_values.price", after.CPM, before.Currency)
	}
	if err := problems.Err(); err != nil || asked.Cancel == nil {
		return after, err
	}
	return cancelled(after, *asked.Cancel)
}

func set[T any](into, value *T) {
	if value != nil {
		*into = *value
	}
}

// cancelled gives up a share of what is delivered from a day on, rounded up: of what runs evenly over the flight.
func cancelled(terms parley.DealTerms, c parley.Cancellation) (parley.DealTerms, error) {
	if c.Share <= 0 || c.Share > parley.WholeDeal {
		return terms, parley.Invalid("proposed_values.cancel_pct", "must be more than 0 and at most 1")
	}
	if c.From != nil && *c.From > terms.Flight.End {
		return terms, parley.Invalid("proposed_values.effective_date", "must be within the flight")
	}
	from := terms.Flight.Start
	if c.From != nil {
		from = max(from, *c.From)
	}
	kept := int64(0)
	for _, n := range inventory.Spread(terms.Impressions, terms.Flight)[:from-terms.Flight.Start] {
		kept += n
	}
	given, err := parley.MulDiv(terms.Impressions-kept, c.Share, parley.WholeDeal, parley.Up)
	if err != nil {
		return terms, parley.Internal(err)
	}
	switch {
	case c.Share < parley.WholeDeal && terms.Impressions == 0:
		return terms, parley.Invalid("proposed_values.cancel_pct", "gives up a share of the deal's impressions, and it is for no number of "+
			"them: cancel all of it, or end it on an earlier day")
	case c.Share < parley.WholeDeal && given == 0:
		return terms, parley.Invalid("proposed_values.cancel_pct", "gives up nothing: no impressions run from %s on", from)
	case c.Share == parley.WholeDeal && from == terms.Flight.Start:
		terms.Status = parley.DealCancelled
		return terms, nil
	case c.Share == parley.WholeDeal:
		terms.Flight.End = from - 1
	}
	if terms.Impressions > 0 {
		if terms.Impressions -= given; terms.Impressions == 0 {
			terms.Status = parley.DealCancelled
			return terms, nil
		}
	}
	terms.Status = parley.DealPartiallyCancelled
	return terms, nil
}

// Belong names the terms that requests of the type do not set.
func Belong(problems *parley.Problems, t parley.ChangeType, terms parley.ChangeTerms) {
	for _, name := range terms.Names() {
		if slices.Contains(t.Terms(), name) {
			continue
		}
		if t == parley.ChangeCancellation {
			problems.Add("proposed_values."+name, "is not set by a cancellation: ask for it with another change_type")
			continue
		}
		problems.Add("proposed_values."+name, "is a cancellation's: ask for it with change_type %s", parley.ChangeCancellation)
	}
}

// Sets is the name of the first term that is set to a value; "" when none is.
func Sets(terms parley.ChangeTerms) string {
	terms.Cancel = nil
	if names := terms.Names(); len(names) > 0 {
		return names[0]
	}
	return ""
}

// Enlarges tells whether a deal has more after a change than it had: more impressions, or days that were not its own.
func Enlarges(before, after parley.DealTerms) bool {
	return after.Status != parley.DealCancelled &&
		(after.Impressions > before.Impressions || after.Flight.Start < before.Flight.Start || after.Flight.End > before.Flight.End)
}

// SetsTerms tells whether a change, which makes after of a deal, sets terms that the price depends on, or the price. One that
// ends the deal, or that is work for a person, does not. To give up a share of the volume, or the later days of a flight that is
// yet to begin, is to set what is left: else what is bought with a discount for much of it would be had for little.
func SetsTerms(c parley.ChangeRequest, after parley.DealTerms, today parley.Date) bool {
	return !c.ForAPerson() && (Sets(c.Terms) != "" || leavesLess(c.Terms, after, today))
}

// leavesLess tells whether a part of a deal is given up, and it goes on with the rest. A flight that has begun, and all of which
// is given up from a day on, ends.
func leavesLess(terms parley.ChangeTerms, after parley.DealTerms, today parley.Date) bool {
	return terms.Cancel != nil && after.Status != parley.DealCancelled &&
		(terms.Cancel.Share < parley.WholeDeal || after.Flight.Start > today)
}

// SuitsMinimum refuses to leave a deal with less than the least that its product is sold in. The error is CodeValidation.
func SuitsMinimum(asked parley.ChangeTerms, after parley.DealTerms, minimum int64, today parley.Date) error {
	switch {
	case after.Impressions >= minimum:
		return nil
	case leavesLess(asked, after, today):
		return parley.Invalid("proposed_values.cancel_pct", "leaves %d impressions, and the product's minimum is %d: give up less, or all",
			after.Impressions, minimum)
	case asked.Impressions != nil:
		return parley.Invalid("proposed_values.impressions", "must be at least the product's minimum of %d", minimum)
	}
	return nil
}

// AsksForMore tells whether new terms ask for anything that a deal does not have: another day, more impressions, or a lower price. What does not is
// the deal's to give up, whatever has become of its product.
func AsksForMore(before, after parley.DealTerms) bool {
	return after.Flight.Start < before.Flight.Start || after.Flight.End > before.Flight.End || after.Impressions > before.Impressions || after.CPM < before.CPM
}
