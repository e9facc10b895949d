package negotiation

import (
	"maps"
	"slices"
	"strings"

	"parley"
)

// The names that limits choose a strategy by.
const (
	GapSplit  = "gap_split"
	Boulware  = "boulware"
	TitForTat = "tit_for_tat"
)

// Strategy says how far a seller would come down in a counter. Implementations are pure and keep no state.
type Strategy interface {
	// Target is the price that the strategy would counter with, in micros before rounding to the minor unit. It may be any
	// number: the engine holds it to the limits, keeps it from rising and rounds it. It is asked only when no other rule
	// has an answer, so that the buyer's price is serious, under the standing one, and not under the buyer's own last price.
	Target(s Situation) int64
}

// Situation is what a strategy looks at.
type Situation struct {
	Negotiation *parley.Negotiation // with the rounds before this one; not to be changed
	Round       int                 // the round being answered, from 1, less than the limits' MaxRounds
	BuyerCPM    int64
	StandingCPM int64
	SeriousCPM  int64 // the lowest price that counts as a step towards the seller
	LowestCPM   int64 // what the limits alone would let it go down to; the floor is not a strategy's to see
}

var strategies = map[string]Strategy{
	GapSplit:  gapSplit{},
	Boulware:  boulware{},
	TitForTat: titForTat{},
}

var strategyNames = strings.Join(Strategies(), ", ")

// Strategies are the names of all strategies, sorted.
func Strategies() []string { return slices.Sorted(maps.Keys(strategies)) }
