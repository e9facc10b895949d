package seller

import (
	"context"
	"fmt"
	"time"

	"parley"
	"parley/negotiation"
)

// openOn answers a proposal that is not accepted as it is: the engine may still take its price, and otherwise the
// negotiation opens with the proposal's price as its first round.
func (w *work) openOn(ctx context.Context, proposal *parley.Proposal, limits parley.NegotiationLimits, e *evaluation) (*parley.Negotiation, error) {
	n := parley.Negotiation{
		ProposalID: proposal.ID, Owner: proposal.Owner, ProductID: proposal.ProductID, DealType: proposal.DealType,
		Impressions: e.offered, Flight: proposal.Flight, Tier: proposal.Tier,
	}
	if err := w.open(ctx, &n, proposal.Ask, limits, proposal.ExpiresAt); err != nil {
		return nil, err
	}
	decision, err := negotiation.Evaluate(n, proposal.ProposedCPM.Micros)
	if err != nil {
		return nil, err
	}
	if decision.Round.Action == parley.ActionAccept {
		if e.offered == e.volume {
			e.recommendation = parley.RecommendAccept
			e.step("negotiate", "accept", map[string]any{"trace": decision.Trace})
			return nil, nil
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
	return &n, nil
}

// open fills in a new negotiation: its price to begin with, its limits, and what the buyer's other negotiations of the
// day leave of them.
func (w *work) open(ctx context.Context, n *parley.Negotiation, ask parley.PriceDecision, limits parley.NegotiationLimits, until time.Time) error {
	s := w.service
	n.ID, n.Status, n.Version = s.ids.New(parley.PrefixNegotiation), parley.NegotiationActive, 1
	n.Currency, n.BaseCPM, n.FloorCPM, n.Limits = ask.Currency, ask.FinalCPM, ask.FloorCPM, limits
	n.StartedAt, n.UpdatedAt, n.ExpiresAt = w.now, w.now, w.now.Add(s.settings.NegotiationTTL)
	if n.ExpiresAt.After(until) {
		n.ExpiresAt = until
	}
	w.LockNegotiations(n.Owner, n.ProductID)
	today, err := w.NegotiationsOn(n.Owner, n.ProductID, s.midnight(w.now)).Get(ctx)
	if err != nil || len(today) < s.settings.NegotiationsPerDay {
		return err
	}
	// Asking again under new ids must not map out the publisher's prices: from here on the lowest price that the buyer has
	// heard today is the only one it hears.
	n.LowestCPM, err = negotiation.Bound(n.Currency, n.BaseCPM, today)
	return err
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
