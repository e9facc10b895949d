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

// Unexpected names the first term of a deal that is not what it is taken to be, and what it is.
func Unexpected(deal parley.Deal, expected parley.ExpectedTerms) (field, is string, differs bool) {
	for _, term := range []struct {
		field, is string
		differs   bool
	}{
		{"flight_start", deal.Flight.Start.String(), isOther(expected.FlightStart, deal.Flight.Start)},
		{"flight_end", deal.Flight.End.String(), isOther(expected.FlightEnd, deal.Flight.End)},
		{"impressions", strconv.FormatInt(deal.Impressions, 10), isOther(expected.Impressions, deal.Impressions)},
		{"price", parley.FormatMicros(deal.Price.FinalCPM, deal.Price.Currency.MinorDigits()), isOther(expected.CPM, deal.Price.FinalCPM)},
		{"currency", string(deal.Price.Currency), isOther(expected.Currency, deal.Price.Currency)},
		{"product_id", deal.ProductID, isOther(expected.ProductID, deal.ProductID)},
		{"deal_type", string(deal.DealType), isOther(expected.DealType, deal.DealType)},
		{"status", string(deal.Status), isOther(expected.Status, deal.Status)},
	} {
		if term.differs {
			return term.field, term.is, true
		}
	}
	return "", "", false
}

func isOther[T comparable](expected *T, is T) bool { return expected != nil && *expected != is }

// Expected are all of a deal's terms as they are: what is approved of a change is what it makes of these, and not what it
// makes of any others.
func Expected(deal parley.Deal) parley.ExpectedTerms {
	return parley.ExpectedTerms{
		ProductID: &deal.ProductID, DealType: &deal.DealType, Status: &deal.Status, FlightStart: &deal.Flight.Start,
		FlightEnd: &deal.Flight.End, Impressions: &deal.Impressions, CPM: &deal.Price.FinalCPM, Currency: &deal.Price.Currency,
	}
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
