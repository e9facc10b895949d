package negotiation

// gapSplit gives the buyer its share of the gap between the two prices, each round anew.
type gapSplit struct{}

// Target implements Strategy.
func (gapSplit) Target(s Situation) int64 {
	gap := s.StandingCPM - s.BuyerCPM
	sellers := whole - int64(s.Negotiation.Limits.BuyerShare)
	return s.BuyerCPM + gap*sellers/whole
}
