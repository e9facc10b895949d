package seller

import (
	"errors"

	"parley"
)

func checkImpressions(problems *parley.Problems, path string, impressions int64) {
	switch {
	case impressions < 0:
		problems.Add(path, "must be more than 0")
	case impressions > parley.MaxImpressions:
		problems.Add(path, "must be at most %d", parley.MaxImpressions)
	}
}

// checkCPM is what can be said of a price before it is known in which currency it has to be.
func checkCPM(problems *parley.Problems, path string, cpm parley.Money) {
	problems.AddCPM(path, cpm.Micros, "")
	if cpm.Currency != "" && !cpm.Currency.Valid() {
		problems.Add(path+".currency", "must be an ISO 4217 currency code such as USD")
	}
}

func checkDealType(problems *parley.Problems, name string) parley.DealType {
	if name == "" {
		problems.Add("deal_type", "is required: PG, PD or PA")
		return ""
	}
	dealType, ok := parley.ParseDealType(name)
	if !ok {
		problems.Add("deal_type", "must be PG, PD or PA")
	}
	return dealType
}

// tooLarge turns an amount that no number here can hold, which is the request's doing, into its refusal.
func tooLarge(err error) error {
	if err == nil || !errors.Is(err, parley.ErrOverflow) {
		return err
	}
	return &parley.Error{
		Code: parley.CodeValidation, Cause: err,
		Message: "The amounts that this comes to are too large to be reckoned with. Ask for fewer impressions or another price.",
	}
}

// checkValue refuses a volume that costs more at a CPM than any amount can hold.
func checkValue(cpm, impressions int64) error {
	if _, err := parley.DealValue(cpm, impressions); err != nil {
		return parley.Invalid("impressions", "come to a deal that is too large to be reckoned with at this price; ask for fewer")
	}
	return nil
}

// checkFlight fills in what a request left open: it starts today, and it ends thirty days after its start.
func checkFlight(problems *parley.Problems, start, end *parley.Date, today parley.Date) parley.Flight {
	flight := defaultFlight(today)
	if start != nil {
		flight = defaultFlight(*start)
	}
	if end != nil {
		flight.End = *end
	}
	bound := "flight_end"
	if end == nil {
		bound = "flight_start" // which the end follows from
	}
	switch {
	case flight.End < today:
		problems.Add(bound, "must not be in the past")
	case flight.Start < today:
		problems.Add("flight_start", "must not be in the past")
	}
	if _, err := parley.NewFlight(flight.Start, flight.End, today); err != nil {
		problems.Add(bound, "%s", err.Error())
	}
	return flight
}

func defaultFlight(start parley.Date) parley.Flight {
	return parley.Flight{Start: start, End: start + defaultFlightDays}
}

// ownOnly is the filter that keeps a buyer to its own; an operator's is open.
func ownOnly(who parley.Principal) *string {
	if who.IsOperator() {
		return nil
	}
	owner := who.Owner()
	return &owner
}

// unknown is what a caller hears of what does not exist, and of what is somebody else's.
func unknown(what, id string) error {
	return parley.Errorf(parley.CodeNotFound, "There is no %s %q. Check the id, and that this key may see it.", what, id)
}

// unknownProduct turns a missing row into the answer for a missing product.
func unknownProduct(err error, id string) error {
	if parley.Is(err, parley.CodeNotFound) {
		return parley.Errorf(parley.CodeNotFound, "There is no product %q. GET /products lists what is sold.", id)
	}
	return err
}
