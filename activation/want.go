package activation

import (
	"encoding/json"
	"time"

	"parley"
)

// Want is what a destination is to hold of a deal, as plain data.
type Want struct {
	Deal     parley.Deal
	Product  parley.Product
	OrderID  string // of the deal's newest order that goes on, or that went on once; empty: none did
	Settings json.RawMessage
	// Mappings are what the product and the parties are called at the destination, as far as somebody has said so.
	Mappings map[parley.MappingAbout]json.RawMessage
	Intent   parley.ActivationIntent
	Revision int64 // the activation's WantedVersion
	Starts   time.Time
	Ends     time.Time
	TimeZone string // of the publisher, in which the flight's days are meant
	// Stands is for how long the activation has stood as it does. No plan goes by it.
	Stands time.Duration
	// There tells that something of the deal is known to have been there as it was wanted. No plan's body goes by it.
	There bool
}

// Soonest is the first instant that something can be asked to begin at: ten minutes from now, on a multiple of five.
func Soonest(now time.Time) time.Time {
	const least, step = 10 * time.Minute, 5 * time.Minute
	at := now.UTC().Add(least)
	if whole := at.Truncate(step); !whole.Equal(at) {
		return whole.Add(step)
	}
	return at
}

// Span is when a flight runs: from the first instant of its first day to the last second of its last one, in the publisher's
// time zone, where a day may have 23 or 25 hours.
func Span(flight parley.Flight, zone *time.Location) (starts, ends time.Time) {
	return flight.Start.Begins(zone), (flight.End + 1).Begins(zone).Add(-time.Second)
}
