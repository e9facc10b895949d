package seller

import (
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"

	"parley"
	"parley/inventory"
)

// typeSeverities is how grave a change is for what it calls itself. What it does can make it graver, never lighter.
var typeSeverities = map[parley.ChangeType]parley.Severity{
	parley.ChangeCreative:     parley.SeverityMinor,
	parley.ChangeFlightDates:  parley.SeverityMinor, // the days decide
	parley.ChangeImpressions:  parley.SeverityMaterial,
	parley.ChangeTargeting:    parley.SeverityMaterial,
	parley.ChangeMakegood:     parley.SeverityMaterial,
	parley.ChangeOther:        parley.SeverityMaterial,
	parley.ChangePricing:      parley.SeverityCritical,
	parley.ChangeCancellation: parley.SeverityCritical,
}

// severityOf is how grave a change is: the graver of its name and of what it does to the deal. booked is the flight that
// both sides last agreed to, so that many small shifts are not a way to a large one.
func severityOf(c parley.ChangeRequest, before, after parley.DealTerms, booked parley.Flight) parley.Severity {
	severity := typeSeverities[c.Type].Worse(membersSeverity(c.Proposed))
	if c.Terms.Cancel != nil || after.CPM != before.CPM || after.Status != before.Status {
		severity = severity.Worse(parley.SeverityCritical)
	}
	if after.Impressions != before.Impressions {
		severity = severity.Worse(parley.SeverityMaterial)
	}
	if shift := max(apart(after.Flight.Start, booked.Start), apart(after.Flight.End, booked.End)); shift > parley.MinorShiftDays {
		severity = severity.Worse(parley.SeverityMaterial)
	}
	if 2*shared(after.Flight, booked) < after.Flight.Days() {
		severity = severity.Worse(parley.SeverityMaterial)
	}
	return severity
}

func apart(a, b parley.Date) int { return max(int(a-b), int(b-a)) }

// membersSeverity looks at what is proposed beside the deal's own terms: what is neither about creatives nor a note asks
// for something that a person has to read.
func membersSeverity(proposed json.RawMessage) parley.Severity {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(proposed, &members); err != nil {
		return parley.SeverityMaterial
	}
	for name := range members {
		if !slices.Contains(termMembers, name) && !strings.HasPrefix(name, "creative") && name != "notes" && name != "reason" {
			return parley.SeverityMaterial
		}
	}
	return parley.SeverityMinor
}

// termMembers are the members of proposed_values that are terms of the deal.
var termMembers = []string{
	"flight_start", "start_date", "flight_end", "end_date", "impressions", "price", "cpm", "final_cpm", "cancel_pct", "effective_date",
}

// firstTerm is the name of the first term that a change sets; "" when it sets none.
func firstTerm(t parley.ChangeTerms) string {
	switch {
	case t.FlightStart != nil:
		return "flight_start"
	case t.FlightEnd != nil:
		return "flight_end"
	case t.Impressions != nil:
		return "impressions"
	case t.CPM != nil:
		return "price"
	}
	return ""
}

func changedFlight(flight parley.Flight, terms parley.ChangeTerms) parley.Flight {
	set(&flight.Start, terms.FlightStart)
	set(&flight.End, terms.FlightEnd)
	return flight
}

// changedTerms is what a change makes of a deal's terms. The error is CodeValidation with the field that does not fit.
func changedTerms(before parley.DealTerms, change parley.ChangeTerms, today parley.Date) (parley.DealTerms, error) {
	after := before
	after.Flight = changedFlight(before.Flight, change)
	set(&after.Impressions, change.Impressions)
	set(&after.CPM, change.CPM)
	var problems parley.Problems
	if _, err := parley.NewFlight(after.Flight.Start, after.Flight.End, today); errors.Is(err, parley.ErrFarFlight) {
		problems.Add("proposed_values.flight_end", "%s", err.Error())
	} else if err != nil {
		problems.Add("proposed_values.flight_end", "makes no flight of at most %d days with the flight's start", parley.MaxFlightDays)
	}
	if after.Flight.End < today {
		problems.Add("proposed_values.flight_end", "has passed")
	}
	if after.Flight.Start < today && after.Flight.Start < before.Flight.Start {
		problems.Add("proposed_values.flight_start", "has passed")
	}
	if change.Impressions != nil && after.Impressions <= 0 {
		problems.Add("proposed_values.impressions", "must be more than 0")
	}
	if change.CPM != nil && after.CPM <= 0 {
		problems.Add("proposed_values.price", "must be more than 0")
	}
	if err := problems.Err(); err != nil || change.Cancel == nil {
		return after, err
	}
	return cancelledTerms(after, *change.Cancel)
}

// wholeMinorUnits refuses a price that the deal's currency has no coins for.
func wholeMinorUnits(change parley.ChangeTerms, currency parley.Currency) error {
	if change.CPM == nil {
		return nil
	}
	rounded, err := parley.RoundToMinor(*change.CPM, currency, parley.HalfUp)
	if err != nil || rounded != *change.CPM {
		return parley.Invalid("proposed_values.price", "must be a whole number of the currency's minor unit")
	}
	return nil
}

// cancelledTerms gives up a share of what is delivered from a day on.
func cancelledTerms(terms parley.DealTerms, c parley.Cancellation) (parley.DealTerms, error) {
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

// unexpected names the first term that is not what the buyer took it to be.
func unexpected(terms parley.DealTerms, expected parley.ChangeTerms) (field, is string, differs bool) {
	switch {
	case expected.FlightStart != nil && *expected.FlightStart != terms.Flight.Start:
		return "flight_start", terms.Flight.Start.String(), true
	case expected.FlightEnd != nil && *expected.FlightEnd != terms.Flight.End:
		return "flight_end", terms.Flight.End.String(), true
	case expected.Impressions != nil && *expected.Impressions != terms.Impressions:
		return "impressions", strconv.FormatInt(terms.Impressions, 10), true
	case expected.CPM != nil && *expected.CPM != terms.CPM:
		return "price", parley.FormatMicros(terms.CPM, terms.Currency.MinorDigits()), true
	}
	return "", "", false
}

// expects are the terms that the buyer took for granted, with those it did not name as they are: what is approved later is
// a change from these.
func expects(terms parley.DealTerms, change, named parley.ChangeTerms) parley.ChangeTerms {
	if named.FlightStart == nil && (change.FlightStart != nil || change.Cancel != nil) {
		named.FlightStart = &terms.Flight.Start
	}
	if named.FlightEnd == nil && (change.FlightEnd != nil || change.Cancel != nil) {
		named.FlightEnd = &terms.Flight.End
	}
	if named.Impressions == nil && (change.Impressions != nil || change.Cancel != nil) {
		named.Impressions = &terms.Impressions
	}
	if named.CPM == nil && change.CPM != nil {
		named.CPM = &terms.CPM
	}
	return named
}

// diffsOf lists what a change makes different.
func diffsOf(before, after parley.DealTerms) []parley.ChangeDiff {
	diffs := []parley.ChangeDiff{}
	add := func(field string, old, new any) {
		if old != new {
			diffs = append(diffs, parley.ChangeDiff{Field: field, Old: data(old), New: data(new)})
		}
	}
	price := func(micros int64) json.Number {
		return json.Number(parley.FormatMicros(micros, before.Currency.MinorDigits()))
	}
	add("flight_start", before.Flight.Start, after.Flight.Start)
	add("flight_end", before.Flight.End, after.Flight.End)
	add("impressions", before.Impressions, after.Impressions)
	add("price", price(before.CPM), price(after.CPM))
	add("status", before.Status, after.Status)
	return diffs
}
