package delivery

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"parley"
)

// Rung is a step of the ladder that a deal climbs from being sent to being delivered.
type Rung string

// The rungs, from the first one.
const (
	RungSent        Rung = "sent"         // it was sent to the systems that serve it
	RungTaken       Rung = "taken"        // none of them has refused it
	RungAccepted    Rung = "accepted"     // nothing outside is due any more, such as the buyer's acceptance
	RungSeat        Rung = "seat"         // it is for a seat
	RungBidRequests Rung = "bid_requests" // the seat is asked for bids
	RungBids        Rung = "bids"         // it answers
	RungWins        Rung = "wins"         // its bids win
	RungImpressions Rung = "impressions"  // what wins is shown
	RungCreatives   Rung = "creatives"    // there is something to show
	RungPace        Rung = "pace"         // it keeps up with its plan
)

// Result is what is known of a rung.
type Result string

// The results. What is unknown does not stop the climb.
const (
	RungHolds   Result = "ok"
	RungFails   Result = "fails"
	RungUnknown Result = "unknown"
)

// Acts is who can do something about a rung that fails.
type Acts string

// Those who can.
const (
	PublisherActs Acts = "publisher"
	BuyerActs     Acts = "buyer"
	BothAct       Acts = "both"
)

// Step is a rung of one deal's ladder.
type Step struct {
	Rung   Rung
	Result Result
	Text   string // for people, with the figures; without what is the publisher's own
	Acts   Acts   // of one that fails; empty: nobody has to
}

// Health is a deal's ladder, and the first rung of it that fails, which is why the deal does not deliver; nil when none does.
type Health struct {
	Steps     []Step
	Diagnosis *Step
}

// Signals are what is known of a deal; nil is what is not known.
type Signals struct {
	Sent, Taken, Accepted, Seat, Creatives *bool

	Recent []parley.DeliveryFigures // of each of the days that a trend goes by, of which there are figures; see Recent
	Days   int64                    // how many those are; 0: no figures are known
	Pace   Pace
	// CreativesBy is the last day on which creatives are in time; nil: nobody has said.
	CreativesBy *parley.Date
}

// The bounds of the rungs, in basis points.
const (
	fewBids  = 100   // of bid requests
	fewWins  = 1_000 // of bids
	fewShown = 7_000 // impressions of wins
)

// Recent are the days that a trend goes by: the last three of a flight that are complete, or all, if fewer. ok is false while none
// is.
func Recent(flight parley.Flight, complete parley.Date) (from, to parley.Date, ok bool) {
	to = min(complete, flight.End)
	return max(to-trend+1, flight.Start), to, to >= flight.Start
}

// Diagnose climbs the ladder.
func Diagnose(s Signals) Health {
	if s.Sent != nil && !*s.Sent { // that nobody refused it and nothing is due says nothing yet
		s.Taken, s.Accepted = unlessFails(s.Taken), unlessFails(s.Accepted)
	}
	steps := []Step{
		told(RungSent, s.Sent, PublisherActs, "It was sent to the systems that serve it.", "It has not been sent to every system that serves it yet."),
		told(RungTaken, s.Taken, PublisherActs, "Every system took it.", "A system that serves it has refused it, or could not be reached."),
		told(RungAccepted, s.Accepted, BothAct, "Nothing outside is due.", "A system that serves it waits for something outside, such as the buyer's acceptance."),
		told(RungSeat, s.Seat, BuyerActs, "It is for a known seat.", "It names no seat, so that no buyer may be offered it."),
		s.requests(), s.bids(), s.wins(), s.shown(),
		told(RungCreatives, s.Creatives, BuyerActs, "It has creatives.", s.missing()),
		s.pace(),
	}
	h := Health{Steps: steps}
	if i := slices.IndexFunc(steps, func(step Step) bool { return step.Result == RungFails }); i >= 0 {
		h.Diagnosis = &steps[i]
	}
	return h
}

func unlessFails(holds *bool) *bool {
	if holds != nil && *holds {
		return nil
	}
	return holds
}

func told(rung Rung, holds *bool, acts Acts, well, ill string) Step {
	switch {
	case holds == nil:
		return unknown(rung)
	case *holds:
		return Step{Rung: rung, Result: RungHolds, Text: well}
	}
	return Step{Rung: rung, Result: RungFails, Text: ill, Acts: acts}
}

// missing says that creatives are, and until when they are in time.
func (s Signals) missing() string {
	if s.CreativesBy == nil {
		return "Its creatives are missing."
	}
	return "Its creatives are missing; the last day for them is " + s.CreativesBy.String() + "."
}

func unknown(rung Rung) Step {
	return Step{Rung: rung, Result: RungUnknown, Text: "Nothing is known of it."}
}

func (s Signals) requests() Step {
	n, _, _, on := s.both(requestsOf, requestsOf)
	switch {
	case on == 0:
		return unknown(RungBidRequests)
	case n > 0:
		return Step{Rung: RungBidRequests, Result: RungHolds, Text: parley.FormatCount(n) + " bid requests" + s.lately(on)}
	}
	return Step{Rung: RungBidRequests, Result: RungFails, Text: "No bid requests" + s.lately(on), Acts: PublisherActs}
}

func (s Signals) bids() Step {
	return s.rate(RungBids, bidsOf, requestsOf, fewBids, "bids", "bid requests", BuyerActs, "")
}

func (s Signals) wins() Step {
	_, _, losses, _ := s.both(winsOf, bidsOf)
	return s.rate(RungWins, winsOf, bidsOf, fewWins, "wins", "bids", BothAct, lossWords(losses))
}

func (s Signals) shown() Step {
	return s.rate(RungImpressions, impressionsOf, winsOf, fewShown, "impressions", "wins", BothAct, " Look at the creative and the player.")
}

// figure is one of a day's; nil where that is not counted.
type figure func(parley.DeliveryFigures) *int64

func requestsOf(d parley.DeliveryFigures) *int64    { return d.BidRequests }
func bidsOf(d parley.DeliveryFigures) *int64        { return d.Bids }
func winsOf(d parley.DeliveryFigures) *int64        { return d.Wins }
func impressionsOf(d parley.DeliveryFigures) *int64 { return &d.Impressions }

// both adds up two figures, and why bids were lost, over the days that have both, and says how many those are.
func (s Signals) both(part, of figure) (parts, whole int64, losses map[string]int64, days int64) {
	losses = map[string]int64{}
	for _, d := range s.Recent {
		one, other := part(d), of(d)
		if one == nil || other == nil {
			continue
		}
		days++
		parts, whole = parley.AddedUp(parts, *one), parley.AddedUp(whole, *other)
		for code, n := range d.Losses {
			losses[code] = parley.AddedUp(losses[code], n)
		}
	}
	return parts, whole, losses, days
}

// rate judges a part of a whole, over the days that have both. A whole of nothing says nothing.
func (s Signals) rate(rung Rung, of, among figure, least int64, parts, whole string, acts Acts, why string) Step {
	part, all, _, on := s.both(of, among)
	if on == 0 || all == 0 {
		return unknown(rung)
	}
	bp := share(part, all)
	text := fmt.Sprintf("%s %s of %s %s, %s%s", parley.FormatCount(part), parts, parley.FormatCount(all), whole, percent(bp), s.lately(on))
	if bp >= least {
		return Step{Rung: rung, Result: RungHolds, Text: text}
	}
	return Step{Rung: rung, Result: RungFails, Text: text + why, Acts: acts}
}

// lately names the last complete days, of which so many have the figures.
func (s Signals) lately(on int64) string {
	switch {
	case s.Days == 1:
		return " on the last complete day."
	case on < s.Days:
		return fmt.Sprintf(" on %d of the last %d complete days.", on, s.Days)
	}
	return fmt.Sprintf(" on the last %d complete days.", s.Days)
}

// percent writes basis points as a percentage.
func percent(bp int64) string {
	return strings.TrimSuffix(strings.TrimRight(fmt.Sprintf("%d.%02d", bp/100, bp%100), "0"), ".") + "%"
}

func (s Signals) pace() Step {
	step := Step{Rung: RungPace}
	switch s.Pace.State {
	case Behind, AtRisk, Short, NoData:
		step.Result, step.Acts = RungFails, BothAct
		step.Text = map[State]string{
			Behind: "It is behind its plan", AtRisk: "It will come out short of what was contracted", Short: "It ended short of what was contracted",
			NoData: "Nothing was heard of it for two days",
		}[s.Pace.State]
		if s.Pace.Pace != nil {
			step.Text += ": " + percent(*s.Pace.Pace) + " of what was planned until now"
		}
		step.Text += "."
	case OnPace, Ahead, Delivered:
		if s.Pace.Pace == nil && s.Pace.State != Delivered {
			return unknown(RungPace)
		}
		step.Result, step.Text = RungHolds, "It keeps up with its plan."
	case NotStarted, Unplanned, CalledOff:
		return unknown(RungPace)
	}
	return step
}

// lossReasons are what OpenRTB's reasons of lost bids mean, of those that deals are lost for.
var lossReasons = map[string]string{
	"4": "the deal's id is not the one that was sent", "101": "the bid is under the deal's floor", "102": "another bid was higher", "104": "the seat is blocked",
	"201": "the creative is not approved yet", "202": "the creative is not approved", "203": "the creative's size is not allowed",
	"204": "the creative's format is not allowed", "205": "the advertiser is blocked", "209": "the category is blocked",
}

// mostReasons is how many reasons of lost bids a text names.
const mostReasons = 3

// lossWords names why most bids were lost.
func lossWords(losses map[string]int64) string {
	codes := slices.SortedFunc(maps.Keys(losses), func(a, b string) int {
		return cmp.Or(cmp.Compare(losses[b], losses[a]), cmp.Compare(a, b))
	})
	var words []string
	for _, code := range codes[:min(len(codes), mostReasons)] {
		if losses[code] > 0 {
			reason := "reason " + code
			if meaning, known := lossReasons[code]; known {
				reason += ", " + meaning
			}
			words = append(words, parley.FormatCount(losses[code])+" ("+reason+")")
		}
	}
	if len(words) == 0 {
		return ""
	}
	return " Lost: " + strings.Join(words, ", ") + "."
}
