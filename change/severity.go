package change

import (
	"encoding/json"
	"slices"
	"strings"

	"parley"
)

// byType is how grave a change is for what it calls itself. What it does can make it graver, never lighter.
var byType = map[parley.ChangeType]parley.Severity{
	parley.ChangeCreative:     parley.SeverityMinor,
	parley.ChangeFlightDates:  parley.SeverityMinor, // the days decide
	parley.ChangeImpressions:  parley.SeverityMaterial,
	parley.ChangeTargeting:    parley.SeverityMaterial,
	parley.ChangeMakegood:     parley.SeverityMaterial,
	parley.ChangeOther:        parley.SeverityMaterial,
	parley.ChangePricing:      parley.SeverityCritical,
	parley.ChangeCancellation: parley.SeverityCritical,
}

// Severity is how grave a change is: the graver of its name and of what it does to the deal. agreed is the flight that both
// sides last agreed to, and ask what the new terms cost as they are sold now.
func Severity(c parley.ChangeRequest, before, after parley.DealTerms, agreed parley.Flight, ask int64, today parley.Date) parley.Severity {
	severity := byType[c.Type].Worse(severityOfMembers(c.Proposed))
	if c.Terms.Cancel != nil || after.CPM != before.CPM || after.Status != before.Status {
		severity = severity.Worse(parley.SeverityCritical)
	}
	dearer := SetsTerms(c, after, today) && ask > before.CPM
	if after.Impressions != before.Impressions || dearer || isLongWay(after.Flight, agreed) {
		severity = severity.Worse(parley.SeverityMaterial)
	}
	return severity
}

// isLongWay tells whether a flight is more than a small shift away from the agreed one.
func isLongWay(flight, agreed parley.Flight) bool {
	shift := max(apart(flight.Start, agreed.Start), apart(flight.End, agreed.End))
	return shift > parley.MinorShiftDays || 2*shared(flight, agreed) < flight.Days()
}

func apart(a, b parley.Date) int { return max(int(a-b), int(b-a)) }

// shared is how many days two flights have in common.
func shared(a, b parley.Flight) int64 {
	return max(0, int64(min(a.End, b.End))-int64(max(a.Start, b.Start))+1)
}

// severityOfMembers looks at what is proposed beside the deal's own terms: what is neither about creatives nor a note asks
// for something that a person has to read.
func severityOfMembers(proposed json.RawMessage) parley.Severity {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(proposed, &members); err != nil {
		return parley.SeverityMaterial
	}
	told := slices.Concat(parley.TermMembers, parley.FixedMembers, parley.WordMembers)
	for name := range members {
		if !slices.Contains(told, name) && !strings.HasPrefix(name, "creative") {
			return parley.SeverityMaterial
		}
	}
	return parley.SeverityMinor
}
