package proposal

import (
	"fmt"

	"parley"
)

// CounterTerms are what the last round of a negotiation offers the buyer of a proposal: its price, and each term that is
// another than was asked for. The dates that the desk has offered stay on the table.
func CounterTerms(p parley.Proposal, n parley.Negotiation) *parley.CounterTerms {
	round := n.Rounds[len(n.Rounds)-1]
	terms := &parley.CounterTerms{
		ProposedCPM: round.SellerCPM, Reason: otherVolume(n.Impressions, p.Impressions) + round.Rationale,
		NegotiationID: n.ID, RoundNumber: round.Number, Action: round.Action,
	}
	if n.Impressions != p.Impressions {
		terms.MaxImpressions = &n.Impressions
	}
	if before := p.CounterTerms; before != nil {
		terms.FlightStart, terms.FlightEnd = before.FlightStart, before.FlightEnd
	}
	return terms
}

// otherVolume tells the buyer that an offer is for another volume than was asked for; "" when it is not.
func otherVolume(offered, asked int64) string {
	switch {
	case offered < asked:
		return fmt.Sprintf("This offer is for %d of the %d impressions that were asked for. ", offered, asked)
	case offered > asked:
		return fmt.Sprintf("This offer is for %d impressions, more than the %d that were asked for. ", offered, asked)
	}
	return ""
}
