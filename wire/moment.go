package wire

import (
	"time"

	"github.com/danielgtaylor/huma/v2"

	"parley"
	"parley/seller"
)

// Moment bounds a search by time: an RFC 3339 instant, or a day of the publisher's time zone, which counts whole.
type Moment struct {
	at  time.Time
	day *parley.Date // nil when at is an instant
}

// UnmarshalText implements encoding.TextUnmarshaler.
func (m *Moment) UnmarshalText(text []byte) error {
	if day, err := parley.ParseDate(string(text)); err == nil {
		*m = Moment{day: &day}
		return nil
	}
	at, err := ParseInstant(string(text), nil)
	*m = Moment{at: at}
	return err
}

// Schema implements huma.SchemaProvider.
func (Moment) Schema(huma.Registry) *huma.Schema { return &huma.Schema{Type: huma.TypeString} }

// Since is the first instant that a search from the moment finds; zero for a search without a beginning.
func (m *Moment) Since(zone *time.Location) time.Time {
	switch {
	case m == nil:
		return time.Time{}
	case m.day != nil:
		return m.day.Begins(zone)
	}
	return m.at
}

// Until is the first instant that a search up to the moment leaves out; zero for a search without an end.
func (m *Moment) Until(zone *time.Location) time.Time {
	if m != nil && m.day != nil {
		return (*m.day + 1).Begins(zone)
	}
	return m.Since(zone)
}

// Between is embedded in the parameters of operations that look at a time, by either of two names.
type Between struct {
	From *Moment `query:"from" doc:"At or after a time, or from a day on."`
	To   *Moment `query:"to" doc:"Before a time, or up to the end of a day."`

	FromDate *Moment `query:"from_date" doc:"The same as from."`
	ToDate   *Moment `query:"to_date" doc:"The same as to."`
}

// Period is the time that is looked at, in the publisher's time zone.
func (b Between) Period(zone *time.Location) seller.Period {
	return seller.Period{From: Either(b.From, b.FromDate).Since(zone), To: Either(b.To, b.ToDate).Until(zone)}
}
