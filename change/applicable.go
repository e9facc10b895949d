package change

import "parley"

// Changeable refuses deals that nothing can be changed of: those that do not run, or whose flight is over. The error is
// CodeConflict.
func Changeable(deal parley.Deal, today parley.Date) error {
	if !deal.Status.Runs() {
		return parley.Errorf(parley.CodeConflict, "A deal that is %s cannot be changed.", deal.Status).With("current_status", deal.Status)
	}
	if deal.Flight.End < today {
		return parley.Errorf(parley.CodeConflict, "The flight of this deal ended on %s; it cannot be changed.", deal.Flight.End).
			With("current_status", deal.Status).With("flight_end", deal.Flight.End)
	}
	return nil
}

// Applicable is what an approved change makes of a deal as it is now. failure says, for the buyer, why it can no longer be
// made, whatever it costs; "" when it can. A change that sets terms is to be priced too.
func Applicable(c parley.ChangeRequest, deal parley.Deal, today parley.Date) (after parley.DealTerms, failure string) {
	if !deal.Status.Runs() {
		return after, "The deal is " + string(deal.Status) + "."
	}
	if Changeable(deal, today) != nil {
		return after, "The deal's flight is over."
	}
	if field, is, differs := Unexpected(deal, c.Expected); differs {
		return after, "The deal's " + called[field] + " has changed meanwhile: it is " + is + "."
	}
	after, err := NewTerms(deal.Terms(), c.Terms, today)
	if err != nil {
		return after, "The new terms no longer hold: the dates have passed."
	}
	return after, ""
}

// Applied is a deal as a change leaves it; ok is false of one that can no longer be made of it.
func Applied(c parley.ChangeRequest, deal parley.Deal, today parley.Date) (_ parley.Deal, ok bool) {
	after, failure := Applicable(c, deal, today)
	if failure != "" {
		return deal, false
	}
	deal.Flight, deal.Impressions, deal.Price.FinalCPM, deal.Status = after.Flight, after.Impressions, after.CPM, after.Status
	return deal, true
}

// called is what a sentence calls the terms of a deal that a change can meet changed.
var called = map[string]string{
	"flight_start": "first day", "flight_end": "last day", "impressions": "number of impressions", "price": "price", "currency": "currency",
	"product_id": "product", "deal_type": "type", "status": "status",
}
