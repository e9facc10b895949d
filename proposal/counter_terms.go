package proposal

import (
	"fmt"

	"parley"
)

// CounterTerms are what a round of a negotiation offers the buyer of a proposal, for a volume of what it asked for.
func CounterTerms(n parley.Negotiation, round parley.NegotiationRound, offered, asked int64) *parley.CounterTerms {
	terms := &parley.CounterTerms{
		ProposedCPM: round.SellerCPM, Reason: round.Rationale, NegotiationID: n.ID, RoundNumber: round.Number, Action: round.Action,
	}
	if offered < asked {
		terms.MaxImpressions = &offered
		terms.Reason = fmt.Sprintf("This offer is for %d of the %d impressions that were asked for. %s", offered, asked, round.Rationale)
	}
	return terms
}
