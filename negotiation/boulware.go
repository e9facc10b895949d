package negotiation

import "math"

// boulware comes down with the time alone, whatever the buyer does: in round t of T it has conceded (t/T)^(1/beta) of
// what there is between the base and the lowest price that the limits allow. A beta under 1 holds out until the deadline
// (Boulware), one above 1 comes down early (Conceder). It is the polynomial time-dependent tactic of Faratin, Sierra and
// Jennings, "Negotiation decision functions for autonomous agents" (1998), with nothing conceded at the start.
type boulware struct{}

// Target implements Strategy.
func (boulware) Target(s Situation) int64 {
	limits := s.Negotiation.Limits
	time := float64(s.Round) / float64(limits.MaxRounds)
	// A share and not an amount, and so allowed to be a float. Rounding it to millionths keeps the last bits of the power,
	// in which processors may differ, away from the price.
	conceded := int64(math.Round(math.Pow(time, 1000/float64(limits.Exponent)) * 1_000_000))
	base := s.Negotiation.BaseCPM
	return base - (base-s.LowestCPM)*conceded/1_000_000
}
