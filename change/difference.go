package change

import (
	"encoding/json"
	"strconv"

	"parley"
	"parley/inventory"
)

// Differences lists what a change makes different.
func Differences(before, after parley.DealTerms) []parley.ChangeDiff {
	diffs := []parley.ChangeDiff{}
	add := func(field string, old, new any) {
		if old != new {
			diffs = append(diffs, parley.ChangeDiff{Field: field, Old: encoded(old), New: encoded(new)})
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

// encoded is a term as JSON. Dates, counts, decimals and statuses always encode.
func encoded(term any) json.RawMessage {
	raw, err := json.Marshal(term)
	if err != nil {
		panic("change: a term does not encode: " + err.Error())
	}
	return raw
}

// Unexpected names the first term that is not what the buyer took it to be, and what it is.
func Unexpected(terms parley.DealTerms, expected parley.ChangeTerms) (field, is string, differs bool) {
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

// Expected are the terms that the buyer took for granted: those it named, and of the others those that the change touches,
// as they are. What is approved later is a change from these.
func Expected(terms parley.DealTerms, asked, named parley.ChangeTerms) parley.ChangeTerms {
	if named.FlightStart == nil && (asked.FlightStart != nil || asked.Cancel != nil) {
		named.FlightStart = &terms.Flight.Start
	}
	if named.FlightEnd == nil && (asked.FlightEnd != nil || asked.Cancel != nil) {
		named.FlightEnd = &terms.Flight.End
	}
	if named.Impressions == nil && (asked.Impressions != nil || asked.Cancel != nil) {
		named.Impressions = &terms.Impressions
	}
	if named.CPM == nil && asked.CPM != nil {
		named.CPM = &terms.CPM
	}
	return named
}

// Impact is what a change does to the value of a deal. The error is CodeValidation for a value that no amount can hold.
func Impact(before, after parley.DealTerms) (*parley.PricingImpact, error) {
	was, err := parley.DealValue(before.CPM, before.Impressions)
	if err != nil {
		return nil, parley.Internal(err)
	}
	if after.Status == parley.DealCancelled {
		return &parley.PricingImpact{Before: was, Currency: before.Currency}, nil
	}
	will, err := parley.DealValue(after.CPM, after.Impressions)
	if err != nil {
		return nil, parley.Invalid("proposed_values.impressions", "and the price make a deal that is too large")
	}
	return &parley.PricingImpact{Before: was, After: will, Currency: before.Currency}, nil
}

// Availability tells whether a guaranteed deal's new terms would fit the days of their flight if what the deal holds were
// given back.
func Availability(deal parley.Deal, after parley.DealTerms, days []parley.DayCapacity) *parley.ChangeAvailability {
	left := inventory.Available(inventory.Without(days, deal.Flight, deal.Impressions), after.Flight)
	return &parley.ChangeAvailability{Available: left == nil || *left >= after.Impressions, Impressions: left}
}
