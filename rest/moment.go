package rest

import (
	"errors"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"parley"
)

// Moment bounds a search by time: an RFC 3339 instant, or a day of the publisher's time zone, which counts whole.
type Moment struct {
	at  time.Time
	day *parley.Date // nil when at is an instant
}

// UnmarshalText implements encoding.TextUnmarshaler.
func (m *Moment) UnmarshalText(text []byte) error {
	if at, err := time.Parse(time.RFC3339, string(text)); err == nil {
		*m = Moment{at: at.UTC()}
		return nil
	}
	day, err := parley.ParseDate(string(text))
	if err != nil {
		return errors.New("must be a time such as 2026-12-31T12:00:00Z, or a day such as 2026-12-31")
	}
	*m = Moment{day: &day}
	return nil
}

// Schema implements huma.SchemaProvider.
func (Moment) Schema(huma.Registry) *huma.Schema { return &huma.Schema{Type: huma.TypeString} }

// since is the first instant that a search from the moment finds; zero for a search without a beginning.
func (m *Moment) since(zone *time.Location) time.Time {
	switch {
	case m == nil:
		return time.Time{}
	case m.day != nil:
		return m.day.Begins(zone)
	}
	return m.at
}

// until is the first instant that a search up to the moment leaves out; zero for a search without an end.
func (m *Moment) until(zone *time.Location) time.Time {
	if m != nil && m.day != nil {
		return (*m.day + 1).Begins(zone)
	}
	return m.since(zone)
}
