package delivery

import (
	"math"
	"math/bits"

	"parley"
)

// State is how a deal keeps up with its plan.
type State string

// The states.
const (
	NotStarted State = "not_started"
	NoData     State = "no_data" // the flight runs, and nothing was heard for two days
	Behind     State = "behind"  // under 90 % of the plan
	AtRisk     State = "at_risk" // guaranteed, and will come out under 98 %
	OnPace     State = "on_pace"
	Ahead      State = "ahead"      // above 110 % of the plan
	Delivered  State = "delivered"  // all that was contracted
	Short      State = "short"      // over, and under 98 %
	Unplanned  State = "unplanned"  // has no volume that it could keep up with
	CalledOff  State = "called_off" // ended before its flight did: cancelled, rejected or expired
)

// States are all of them, the worst first.
var States = [...]State{Short, NoData, Behind, AtRisk, Ahead, OnPace, Unplanned, NotStarted, Delivered, CalledOff}

// The bounds of the states, in basis points.
const (
	behindUnder = 9_000
	aheadOver   = 11_000
	enough      = 9_800
	whole       = 10_000
)

// Plan is what a deal is to deliver.
type Plan struct {
	Flight     parley.Flight
	Contract   int64        // impressions; 0: none are named
	Guaranteed bool         // whether they are promised
	Days       []int64      // of the flight, in order: the impressions that each is to have
	CalledOff  *parley.Date // the day on which the deal was called off, which is over with the day before; nil: it was not
}

// Slack is how many days before and after a flight still count as its own: sources differ in their time zones, and late figures are
// of the last days.
const Slack = 3

// Counts tells whether what a deal is said to have delivered on a day counts as its own: in its totals, what it earned, and its pacing.
// Other days are kept and marked.
func Counts(flight parley.Flight, day parley.Date) bool {
	return day >= flight.Start-Slack && day <= flight.End+Slack
}

// Day is what a deal delivered on a day.
type Day struct {
	Day         parley.Date
	Impressions int64
}

// Pace is how a deal keeps up with its plan, after the days that are complete.
type Pace struct {
	State     State
	Complete  int64  // days of the flight
	Left      int64  // days of the flight that are not complete
	Planned   int64  // impressions until then; 0 without a plan
	Delivered int64  // impressions on the days that count and are complete
	Heard     int64  // impressions on the days that count and are not complete yet
	Pace      *int64 // Delivered of Planned, in basis points; nil when nothing was planned until then, or nothing is known of any day
	Projected *int64 // impressions at the end of the flight, when it goes on as on the last three days; nil before any is complete, or when nothing is known
}

// trend is how many of the last days a projection goes by.
const trend = 3

// Silence is how many complete days without a figure make no data.
const Silence = 2

// Assess says how a deal keeps up. days are what it delivered, one for each day at the most, in any order; those that
// do not count as the flight's, and those after complete, are left out. complete is the last day whose figures are all there.
func Assess(plan Plan, days []Day, complete, today parley.Date) Pace {
	if plan.CalledOff != nil {
		complete = min(complete, *plan.CalledOff-1)
	}
	last := min(complete, plan.Flight.End)
	total := plan.Flight.Days()
	p := Pace{Complete: max(int64(last-plan.Flight.Start)+1, 0)}
	p.Left = total - p.Complete
	figures := map[parley.Date]int64{}
	newest := plan.Flight.Start - 1
	for _, d := range days {
		if !Counts(plan.Flight, d.Day) {
			continue
		}
		if d.Day > complete {
			p.Heard = parley.AddedUp(p.Heard, d.Impressions)
			continue
		}
		figures[d.Day] += d.Impressions
		newest = max(newest, min(d.Day, last))
		p.Delivered = parley.AddedUp(p.Delivered, d.Impressions)
	}
	for i := int64(0); i < p.Complete && i < int64(len(plan.Days)); i++ {
		p.Planned = parley.AddedUp(p.Planned, plan.Days[i])
	}
	if p.Planned > 0 {
		pace := share(p.Delivered, p.Planned)
		p.Pace = &pace
	}
	if n := min(p.Complete, trend); n > 0 {
		var recent int64
		for day := last - parley.Date(n) + 1; day <= last; day++ {
			recent = parley.AddedUp(recent, figures[day])
		}
		projected, err := parley.MulDiv(recent, p.Left, n, parley.Down)
		if err != nil {
			projected = math.MaxInt64
		}
		projected = parley.AddedUp(p.Delivered, projected)
		p.Projected = &projected
	}
	if len(days) == 0 { // what nobody has said is not nothing
		p.Pace, p.Projected = nil, nil
	}
	if plan.CalledOff != nil {
		p.State, p.Left, p.Projected = CalledOff, 0, nil
		return p
	}
	p.State = state(plan, p, int64(last-newest), today)
	return p
}

// state names how a deal keeps up; silent is for how many complete days nothing was heard.
func state(plan Plan, p Pace, silent int64, today parley.Date) State {
	switch {
	case today < plan.Flight.Start:
		return NotStarted
	case plan.Contract > 0 && parley.AddedUp(p.Delivered, p.Heard) >= plan.Contract: // what was heard of a day that is not complete only grows
		return Delivered
	case plan.Contract > 0 && p.Left == 0 && share(p.Delivered, plan.Contract) >= enough:
		return Delivered
	case plan.Contract > 0 && p.Left == 0:
		return Short
	case p.Complete >= Silence && silent >= Silence && p.Left > 0:
		return NoData
	case plan.Contract == 0:
		return Unplanned
	case p.Pace != nil && *p.Pace < behindUnder && (p.Complete >= 2 || p.Complete*10 >= plan.Flight.Days()):
		return Behind
	case plan.Guaranteed && p.Projected != nil && share(*p.Projected, plan.Contract) < enough:
		return AtRisk
	case p.Pace != nil && over(p.Delivered, p.Planned, aheadOver):
		return Ahead
	}
	return OnPace
}

// share is a part of a whole in basis points, cut off.
func share(part, of int64) int64 {
	bp, err := parley.MulDiv(part, whole, of, parley.Down)
	if err != nil {
		return math.MaxInt64
	}
	return bp
}

// over tells whether a part of a whole is more than so many basis points of it, which share, cut off, does not tell.
func over(part, of, bp int64) bool {
	high, low := bits.Mul64(uint64(part), whole)
	most, least := bits.Mul64(uint64(of), uint64(bp))
	return high > most || high == most && low > least
}

// Overserved tells whether a deal has been given more than 110 % of a contract, by all that was heard of it.
func (p Pace) Overserved(contract int64) bool {
	return contract > 0 && over(parley.AddedUp(p.Delivered, p.Heard), contract, aheadOver)
}

// Urgency is how soon a deal in a state needs somebody, the lowest first.
func Urgency(s State) int64 {
	for i, known := range States {
		if known == s {
			return int64(i)
		}
	}
	return int64(len(States))
}
