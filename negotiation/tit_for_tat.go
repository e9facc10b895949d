package negotiation

// titForTat comes down by as much as the buyer came up. It is the absolute behaviour-dependent tactic of Faratin, Sierra
// and Jennings (1998), except that a buyer's step counts from the best price that it has named so far, so that going
// back and forth earns nothing. The buyer has to move first: its first serious price is no concession, whatever it named
// before.
type titForTat struct{}

// Target implements Strategy.
func (titForTat) Target(s Situation) int64 {
	var best int64
	for _, round := range s.Negotiation.Rounds {
		best = max(best, round.BuyerCPM)
	}
	if best < s.SeriousCPM {
		return s.StandingCPM
	}
	return s.StandingCPM - max(0, s.BuyerCPM-best)
}
