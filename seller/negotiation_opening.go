package seller

import (
	"context"
	"fmt"
	"time"

	"parley"
	"parley/negotiation"
)

// openOn answers a proposal that does not meet the ask: it may still be taken, within the tolerance or by the engine, and
// otherwise the negotiation opens with the proposal's price as its first round. Of a proposal that is taken, and of one
// that will be held at a gate, no negotiation stays.
func (w *work) openOn(ctx context.Context, proposal *parley.Proposal, terms negotiation.Selection, e *evaluation) (opening, error) {
	n := parley.Negotiation{
		ProposalID: proposal.ID, Owner: proposal.Owner, Party: proposal.Party, ProductID: proposal.ProductID,
		DealType: proposal.DealType, Impressions: e.offered, Flight: proposal.Flight, Tier: proposal.Tier,
	}
	day, err := w.open(ctx, &n, proposal.Ask, terms.Limits, proposal.ExpiresAt)
	if err != nil {
		return opening{}, err
	}
	if taken, err := e.tolerated(terms.Tolerance, negotiation.LowestCPM(n)); err != nil || taken {
		return opening{negotiation: n, day: day}, err
	}
	decision, err := negotiation.Evaluate(n, proposal.ProposedCPM.Micros)
	if err != nil {
		return opening{}, err
	}
	if decision.Round.Action == parley.ActionAccept {
		if e.offered == e.volume {
			e.take(decision.Round.SellerCPM)
			e.step("negotiate", "accept", map[string]any{"trace": decision.Trace})
			return opening{negotiation: n, day: day}, nil
		}
		// The price is good and the volume is not: the price stands, and the buyer answers for less.
		decision.Round.Action, decision.Status = parley.ActionCounter, parley.NegotiationActive
		decision.Round.Rationale = "The price is good for the volume that is left. Accept it, or decline."
	}
	n = decision.Record(n, w.now)
	round := n.Rounds[0]
	e.step("negotiate", string(round.Action), map[string]any{"trace": decision.Trace})
	proposal.NegotiationID = n.ID
	proposal.CounterTerms = counterTerms(n, round, e.offered, e.volume)
	return opening{negotiation: n, day: day, countered: true}, nil
}

// opening is the negotiation that a proposal below the ask opens, or would have opened.
type opening struct {
	negotiation parley.Negotiation
	day         *parley.NegotiationDay // of its party; nil where nothing is counted
	countered   bool                   // it has its first round
}

// open fills in a new negotiation: its price to begin with, its limits, and what the party's other negotiations of the day
// leave of them. It answers the day, locked, with the new one counted.
func (w *work) open(ctx context.Context, n *parley.Negotiation, ask parley.PriceDecision, limits parley.NegotiationLimits, until time.Time) (*parley.NegotiationDay, error) {
	s := w.service
	n.ID, n.Status, n.Version = s.ids.New(parley.PrefixNegotiation), parley.NegotiationActive, 1
	n.Currency, n.BaseCPM, n.FloorCPM, n.Limits = ask.Currency, ask.FinalCPM, ask.FloorCPM, limits
	n.StartedAt, n.UpdatedAt, n.ExpiresAt = w.now, w.now, w.now.Add(s.settings.NegotiationTTL)
	if n.ExpiresAt.After(until) {
		n.ExpiresAt = until
	}
	return w.bounded(ctx, n)
}

// counterTerms are what a round offers the buyer of a proposal.
func counterTerms(n parley.Negotiation, round parley.NegotiationRound, offered, asked int64) *parley.CounterTerms {
	terms := &parley.CounterTerms{
		ProposedCPM: round.SellerCPM, Reason: round.Rationale, NegotiationID: n.ID, RoundNumber: round.Number, Action: round.Action,
	}
	if offered < asked {
		terms.MaxImpressions = &offered
		terms.Reason = fmt.Sprintf("This offer is for %d of the %d impressions that were asked for. %s", offered, asked, round.Rationale)
	}
	return terms
}

// storeOpening writes a new negotiation with the rounds it has.
func (w *work) storeOpening(n parley.Negotiation) error {
	w.InsertNegotiation(n)
	w.InsertEvent(w.event(negotiationEvent(parley.EventNegotiationStarted, n), ""))
	if len(n.Rounds) > 0 {
		w.InsertEvent(w.event(negotiationEvent(parley.EventNegotiationRound, n), ""))
	}
	return w.audit("negotiation.open", "negotiation", n.ID, nil, map[string]any{"base_micros": n.BaseCPM, "limits": n.Limits})
}
