package parley

import (
	"cmp"
	"slices"
)

// Deed is what an answer to a question of the deal desk does.
type Deed string

// The deeds.
const (
	DeedAccept  Deed = "accept"  // the price is agreed, or the deal that waits is booked
	DeedCounter Deed = "counter" // the buyer is sent a counter: nothing is agreed or sold
	DeedSubmit  Deed = "submit"  // the order goes on
	DeedChange  Deed = "change"  // the deal is to be changed so
	DeedDecline Deed = "decline"
)

// Effect is what an answer does, on which terms. The flows go by it, and so does whatever says it in words.
type Effect struct {
	Deed        Deed   `json:"deed"`
	Ends        bool   `json:"ends,omitempty"`     // the deal is over by it
	Endorses    bool   `json:"endorses,omitempty"` // it is the first yes of two, after which somebody else has to say yes still
	Refused     string `json:"refused,omitempty"`  // why it would be refused, as Prospect.Refused has it
	Asks        string `json:"asks,omitempty"`     // the rule that asks somebody else first; empty: what is done is done
	CPM         int64  `json:"cpm_micros"`
	Impressions int64  `json:"impressions"`  // 0: no volume is named or known
	Flight      Flight `json:"flight"`       // the zero one of what was asked before it was kept
	Value       int64  `json:"value_micros"` // of what that comes to; 0 where Impressions are
	// Estimated tells that no volume is named: Impressions, and with them Value, are what is available over the flight.
	Estimated bool `json:"estimated,omitempty"`
}

// Same tells whether an effect is another one, but for what is available where no volume is named: that commits nobody.
func (e Effect) Same(other Effect) bool {
	if e.Estimated && other.Estimated {
		e.Impressions, e.Value = other.Impressions, other.Value
	}
	return e == other
}

// Held tells whether the question is about a proposal that commits nobody yet: its impressions are anybody's meanwhile.
func (a Approval) Held() bool {
	return a.ProposalID != "" && a.DealID == "" && a.OrderID == "" && a.ChangeID == ""
}

// Effect is what answering the question so does. left is how many impressions are left for what is Held; nil: all of them. A yes to a
// proposal that was to be countered sends the counter, and one to more than is left a counter over that.
func (a Approval) Effect(to ApprovalStatus, m *Modifications, left *int64) Effect {
	c := a.Case
	e := Effect{
		Deed: DeedDecline, CPM: c.Price, Impressions: c.Impressions, Flight: Flight{Start: c.FlightStart, End: c.FlightEnd}, Value: c.DealValue,
		Estimated: c.Volume != VolumeStated,
	}
	switch {
	case to == ApprovalCountered:
		e.Deed = DeedCounter
	case to != ApprovalApproved:
		return e
	case a.ChangeID != "":
		e.Deed = DeedChange
	case a.OrderID != "":
		e.Deed = DeedSubmit
	case a.Held() && (c.Recommendation == string(RecommendCounter) || left != nil && *left < c.Impressions):
		e.Deed = DeedCounter
	default:
		e.Deed = DeedAccept
	}
	e.Endorses = to == ApprovalApproved && a.FirstOfTwo()
	before := e
	if e.Deed == DeedCounter && to == ApprovalCountered && m != nil {
		e.CPM, e.Impressions = cmp.Or(valueOf(m.CounterCPM), e.CPM), cmp.Or(valueOf(m.Impressions), e.Impressions)
		e.Estimated = e.Estimated && m.Impressions == nil
		e.Flight.Start, e.Flight.End = cmp.Or(valueOf(m.FlightStart), e.Flight.Start), cmp.Or(valueOf(m.FlightEnd), e.Flight.End)
	}
	if e.Deed == DeedCounter && left != nil && e.Flight == before.Flight {
		e.Impressions = min(e.Impressions, *left)
	}
	if e.CPM != before.CPM || e.Impressions != before.Impressions {
		e.Value, _ = DealValue(e.CPM, e.Impressions) // 0: more than can be reckoned with
	}
	return e
}

// Expected is what whoever answers takes the answer to do. An answer does that, or nothing.
type Expected struct {
	Shown *Effect // all of it, as it was shown; nil: the parts below are what is known of it, of which those that are not are empty

	Deed        Deed
	CPM         *int64 // micros
	Impressions *int64
	Value       *int64 // micros
	FlightStart *Date
	FlightEnd   *Date
	PassesOn    *bool // to another rule, which asks next
	// Rivals are what a yes has beside it; nil: it may have any.
	Rivals   *[]string
	Currency Currency
}

// Terms tells whether the price, the volume and the dates are all known of what is expected.
func (x *Expected) Terms() bool {
	return x != nil && (x.Shown != nil || x.CPM != nil && x.Impressions != nil && x.FlightStart != nil && x.FlightEnd != nil)
}

// Is tells whether an effect, in a currency, is what was expected. One that would be refused never is.
func (x Expected) Is(currency Currency, e Effect) bool {
	if e.Refused != "" || x.Currency != "" && x.Currency != currency {
		return false
	}
	if x.Shown != nil {
		return e.Same(*x.Shown)
	}
	return (x.Deed == "" || x.Deed == e.Deed) && expects(x.CPM, e.CPM) && expects(x.Impressions, e.Impressions) && expects(x.Value, e.Value) &&
		expects(x.FlightStart, e.Flight.Start) && expects(x.FlightEnd, e.Flight.End) && expects(x.PassesOn, e.Asks != "")
}

// Beside tells whether what was granted before beside a yes is what was expected.
func (x Expected) Beside(p Prospect) bool {
	if x.Rivals == nil {
		return true
	}
	want, is := slices.Clone(*x.Rivals), slices.Clone(p.Rivals)
	slices.Sort(want)
	slices.Sort(is)
	return slices.Equal(want, is)
}

// expects tells whether a part is as it was expected, if anything was.
func expects[T comparable](want *T, is T) bool { return want == nil || *want == is }

func valueOf[T any](value *T) T {
	var none T
	if value == nil {
		return none
	}
	return *value
}
