package console

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"parley"
	"parley/negotiation"
)

// The drawing of a negotiation, in units of its own: the lines keep this far from its edges.
const (
	roundsWidth  = 640
	roundsHeight = 240
	roundsLeft   = 12
	roundsRight  = 150
	roundsTop    = 18
	roundsBottom = 26
)

// negotiationChart draws the rounds as two lines that come closer: the buyer's prices and the seller's.
type negotiationChart struct {
	ID            string
	Currency      parley.Currency
	Status        parley.NegotiationStatus
	Width, Height int
	Buyer, Seller string // the points of the lines
	BuyerDots     []chartDot
	SellerDots    []chartDot
	Levels        []chartLevel
	Rounds        []chartDot // marks on the axis
	AxisY, AxisX2 int
	Left          int
	Standing      int64
	LastBuyer     int64
	Count         int
	Max           int
}

type chartDot struct {
	X, Y  int
	Label string
}

// chartLevel is a price that stands over all rounds.
type chartLevel struct {
	Name   string
	Kind   string
	Micros int64
	Y      int
	TextY  int
}

func drawNegotiation(n parley.Negotiation) *negotiationChart {
	chart := &negotiationChart{
		ID: n.ID, Currency: n.Currency, Status: n.Status, Width: roundsWidth, Height: roundsHeight, Left: roundsLeft,
		AxisY: roundsHeight - roundsBottom, AxisX2: roundsWidth - roundsRight, Standing: n.StandingCPM(), Count: len(n.Rounds),
		Max: n.Limits.MaxRounds,
	}
	reservation := negotiation.Reservation(n.Currency, n.BaseCPM, n.FloorCPM, n.Limits.TotalCap)
	levels := []chartLevel{{Name: "Ask", Micros: n.BaseCPM}, {Name: "Reservation", Micros: reservation}}
	if n.FloorCPM > 0 {
		levels = append(levels, chartLevel{Name: "Floor", Kind: "floor", Micros: n.FloorCPM})
	}
	if n.AgreedCPM != nil {
		levels = append(levels, chartLevel{Name: "Agreed", Kind: "agreed", Micros: *n.AgreedCPM})
	}
	low, high := n.BaseCPM, n.BaseCPM
	for _, level := range levels {
		low, high = min(low, level.Micros), max(high, level.Micros)
	}
	for _, round := range n.Rounds {
		if round.BuyerCPM > 0 {
			low, high = min(low, round.BuyerCPM), max(high, round.BuyerCPM)
			chart.LastBuyer = round.BuyerCPM
		}
	}
	tall := float64(roundsHeight - roundsTop - roundsBottom)
	y := func(micros int64) int {
		return roundsTop + int(float64(high-micros)/float64(max(high-low, 1))*tall)
	}
	steps := max(len(n.Rounds), 1)
	x := func(round int) int { return roundsLeft + 10 + round*(roundsWidth-roundsLeft-roundsRight-20)/steps }

	dot := func(round int, micros int64) chartDot {
		return chartDot{x(round), y(micros), amount(micros, n.Currency)}
	}
	chart.SellerDots = append(chart.SellerDots, dot(0, n.BaseCPM))
	for _, round := range n.Rounds {
		chart.SellerDots = append(chart.SellerDots, dot(round.Number, round.SellerCPM))
		if round.BuyerCPM > 0 {
			chart.BuyerDots = append(chart.BuyerDots, dot(round.Number, round.BuyerCPM))
		}
		chart.Rounds = append(chart.Rounds, chartDot{X: x(round.Number), Y: chart.AxisY + 16, Label: strconv.Itoa(round.Number)})
	}
	chart.Seller, chart.Buyer = points(chart.SellerDots), points(chart.BuyerDots)
	chart.Levels = spreadLevels(levels, y)
	return chart
}

// spreadLevels places the levels and keeps their names apart where the levels are close.
func spreadLevels(levels []chartLevel, y func(int64) int) []chartLevel {
	slices.SortStableFunc(levels, func(a, b chartLevel) int { return cmp.Compare(b.Micros, a.Micros) })
	const line = 14
	last := -line
	for i := range levels {
		levels[i].Y = y(levels[i].Micros)
		levels[i].TextY = max(levels[i].Y+4, last+line)
		last = levels[i].TextY
	}
	return levels
}

func points(dots []chartDot) string {
	texts := make([]string, len(dots))
	for i, d := range dots {
		texts[i] = strconv.Itoa(d.X) + "," + strconv.Itoa(d.Y)
	}
	return strings.Join(texts, " ")
}

// reasons say in a sentence why the engine answered a round as it did.
var reasons = map[negotiation.Rule]string{
	negotiation.RuleBuyerAccepted:      "The buyer took the standing price.",
	negotiation.RuleBuyerRejected:      "The buyer walked away.",
	negotiation.RuleFinalOfferMet:      "The buyer met the final offer.",
	negotiation.RuleFinalOfferRefused:  "The buyer stayed under the final offer.",
	negotiation.RuleStandingMet:        "The price reaches what was asked.",
	negotiation.RuleCloseEnough:        "The rest is within the acceptance threshold.",
	negotiation.RuleLastRound:          "No round is left: the lowest price, for a buyer that has named a serious one.",
	negotiation.RuleTermsChanged:       "The floor has come above the standing price, or the product is not sold so any more.",
	negotiation.RuleLowball:            "No serious price: nothing is conceded.",
	negotiation.RuleStepBack:           "Under the buyer's own last price: nothing is conceded.",
	negotiation.RuleTargetMet:          "The price reaches the counter that was about to be made.",
	negotiation.RuleReservationReached: "The counter would be at the lowest price or under it: the final offer.",
	negotiation.RuleBudgetNearlyUsed:   "Conceding this would use most of what is left to give: the final offer.",
	negotiation.RuleConcession:         "The strategy's counter.",
	negotiation.RuleHeldForDesk:        "A person answers this: what the seller stood by stands meanwhile.",
	negotiation.RuleByHand:             "A person answered.",
}

// because is why the engine answered a round so; empty when it was not the engine.
func because(trace json.RawMessage) string {
	var t negotiation.Trace
	if len(trace) == 0 || json.Unmarshal(trace, &t) != nil {
		return ""
	}
	return reasons[t.Rule]
}
