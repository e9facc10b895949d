package wire

import (
	"errors"
	"time"

	"parley"
)

var (
	errDay     = errors.New("must be a date such as 2026-12-31, or a time such as 2026-12-31T12:00:00Z")
	errInstant = errors.New("must be a time such as 2026-12-31T12:00:00Z, or a date such as 2026-12-31")
)

// instantLayouts are the forms of a time. One without its zone is in UTC.
var instantLayouts = [...]string{
	time.RFC3339, "2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02 15:04:05", "2006-01-02 15:04:05Z07:00",
}

// ParseDay reads the day of a flight: a date, or an instant, which means the day of the publisher's time zone that it
// falls on. A nil zone is UTC.
func ParseDay(text string, zone *time.Location) (parley.Date, error) {
	if day, err := parley.ParseDate(text); err == nil {
		return day, nil
	}
	at, err := writtenInstant(text)
	if err != nil {
		return 0, errDay
	}
	if zone == nil {
		zone = time.UTC
	}
	day, err := parley.ParseDate(parley.DateOf(at, zone).String())
	if err != nil {
		return 0, errDay
	}
	return day, nil
}

// ParseInstant reads a time, or a date, which means the beginning of that day in the publisher's time zone. A nil zone is
// UTC.
func ParseInstant(text string, zone *time.Location) (time.Time, error) {
	if day, err := parley.ParseDate(text); err == nil {
		if zone == nil {
			zone = time.UTC
		}
		return day.Begins(zone), nil
	}
	at, err := writtenInstant(text)
	if err != nil {
		return time.Time{}, errInstant
	}
	return at, nil
}

func writtenInstant(text string) (time.Time, error) {
	for _, layout := range instantLayouts {
		if at, err := time.Parse(layout, text); err == nil && parley.Dated(at) {
			return at.UTC(), nil
		}
	}
	return time.Time{}, errInstant
}
