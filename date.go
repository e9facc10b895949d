package parley

import (
	"errors"
	"time"
)

// Date is a calendar day, counted in days since 1970-01-01. It has no time zone of its own: flight dates are in the
// publisher's.
type Date int32

// ErrNotDate is what ParseDate says of anything but a real day written as YYYY-MM-DD.
var ErrNotDate = errors.New("must be a date such as 2026-12-31")

// ErrFlight is what NewFlight says when the last day is before the first or the flight is longer than MaxFlightDays.
var ErrFlight = errors.New("must not be before the first day of the flight, nor more than 1096 days after it")

// ErrFarFlight is what NewFlight says of a flight that ends after the horizon.
var ErrFarFlight = errors.New("must not be more than ten years ahead")

// horizonYears is how far ahead a flight may end.
const horizonYears = 10

// MaxFlightDays is the longest flight: three years with a leap day.
const MaxFlightDays = 1097

const dayLayout = "2006-01-02"

// ParseDate reads YYYY-MM-DD between the years 1970 and 9999.
func ParseDate(text string) (Date, error) {
	if len(text) != len(dayLayout) {
		return 0, ErrNotDate
	}
	t, err := time.Parse(dayLayout, text)
	if err != nil || t.Year() < 1970 {
		return 0, ErrNotDate
	}
	return Date(t.Unix() / 86400), nil
}

// ErrNotInstant is what ParseInstant says of anything but a time of a year that dates are of.
var ErrNotInstant = errors.New("must be a time such as 2026-07-02T06:00:00Z")

// ParseInstant reads an RFC 3339 time between the years 1970 and 9999, and so none that is the zero one, which says that none was given.
func ParseInstant(text string) (time.Time, error) {
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil || !Dated(at) {
		return time.Time{}, ErrNotInstant
	}
	return at, nil
}

// Dated tells whether an instant is of a year that dates are of: 1970 to 9999, in UTC.
func Dated(at time.Time) bool {
	year := at.UTC().Year()
	return year >= 1970 && year <= 9999
}

// DateOf is the calendar day of an instant in a time zone.
func DateOf(t time.Time, zone *time.Location) Date {
	year, month, day := t.In(zone).Date()
	return Date(time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Unix() / 86400)
}

// String writes YYYY-MM-DD.
func (d Date) String() string { return d.Midnight().Format(dayLayout) }

// Midnight is the start of the day in UTC.
func (d Date) Midnight() time.Time { return time.Unix(int64(d)*86400, 0).UTC() }

// Begins is the instant at which the day begins in a time zone.
func (d Date) Begins(zone *time.Location) time.Time {
	year, month, day := d.Midnight().Date()
	return time.Date(year, month, day, 0, 0, 0, 0, zone).UTC()
}

// MonthStart is the first day of the month that lies some months after the day's own, or before it.
func (d Date) MonthStart(months int) Date {
	year, month, _ := d.Midnight().Date()
	return DateOf(time.Date(year, month+time.Month(months), 1, 0, 0, 0, 0, time.UTC), time.UTC)
}

// AppendText implements encoding.TextAppender.
func (d Date) AppendText(text []byte) ([]byte, error) {
	return d.Midnight().AppendFormat(text, dayLayout), nil
}

// MarshalText implements encoding.TextMarshaler.
func (d Date) MarshalText() ([]byte, error) { return d.AppendText(nil) }

// UnmarshalText implements encoding.TextUnmarshaler.
func (d *Date) UnmarshalText(text []byte) error {
	parsed, err := ParseDate(string(text))
	if err != nil {
		return err
	}
	*d = parsed
	return nil
}

// Flight is the run of a campaign: both days included.
type Flight struct {
	Start Date
	End   Date
}

// Horizon is the last day that a flight may end on, ten years after today.
func Horizon(today Date) Date {
	return Date(today.Midnight().AddDate(horizonYears, 0, 0).Unix() / 86400)
}

// NewFlight checks the order, the length and the end of a flight that is taken today.
func NewFlight(start, end, today Date) (Flight, error) {
	if end > Horizon(today) {
		return Flight{}, ErrFarFlight
	}
	if end < start || end-start >= MaxFlightDays {
		return Flight{}, ErrFlight
	}
	return Flight{Start: start, End: end}, nil
}

// Days is how many days the flight has; at least one.
func (f Flight) Days() int64 { return int64(f.End-f.Start) + 1 }
