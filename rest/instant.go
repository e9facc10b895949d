package rest

import (
	"time"

	"parley"
)

// before compares two RFC 3339 instants whose form has been checked.
func before(first, second string) bool {
	a, errA := time.Parse(time.RFC3339, first)
	b, errB := time.Parse(time.RFC3339, second)
	return errA == nil && errB == nil && a.Before(b)
}

// writtenDay is the day that an instant was written with. A flight of the contract's runs from midnight to midnight of the
// buyer's own days, so that moving it to the publisher's time zone would cut a day off it.
func writtenDay(problems *parley.Problems, path, instant string) *parley.Date {
	if instant == "" {
		return nil
	}
	day, err := parley.ParseDate(instant[:min(len(instant), len("2006-01-02"))])
	if err != nil {
		problems.Add(path, "%s", err.Error())
		return nil
	}
	return &day
}
