package parley

import "fmt"

// CPMProblem says, for whoever sent it, what keeps an amount in micros from being a CPM in a currency: it is not positive,
// above MaxCPM, or no whole number of the currency's minor unit. It is "" when nothing does. Of an empty currency the minor
// unit is not known and not looked at.
func CPMProblem(micros int64, currency Currency) string {
	switch {
	case micros <= 0:
		return "must be more than 0"
	case micros > MaxCPM:
		return "must be at most " + FormatMicros(MaxCPM, 0)
	case currency == "":
		return ""
	}
	unit := currency.MinorUnit()
	if micros%unit == 0 {
		return ""
	}
	nearest := max(unit, (micros+unit/2)/unit*unit)
	digits := currency.MinorDigits()
	return fmt.Sprintf("must be a whole number of %s %s; the nearest price is %s", FormatMicros(unit, digits), currency,
		FormatMicros(nearest, digits))
}

// AddCPM records what CPMProblem finds; path names the field.
func (p *Problems) AddCPM(path string, micros int64, currency Currency) {
	if problem := CPMProblem(micros, currency); problem != "" {
		p.Add(path, "%s", problem)
	}
}

// CheckCPM is the validation error of what CPMProblem finds.
func CheckCPM(path string, micros int64, currency Currency) error {
	var problems Problems
	problems.AddCPM(path, micros, currency)
	return problems.Err()
}
