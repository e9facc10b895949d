package seller

import (
	"context"
	"time"

	"parley"
	"parley/negotiation"
	"parley/proposal"
)

// openOn answers a proposal that does not meet the ask: it may still be taken, within the tolerance or by the engine, and
// otherwise the negotiation opens with the proposal's price as its first round. Of a proposal that is taken, and of one
// that will be held at a gate, no negotiation stays.
func (w *work) openOn(ctx context.Context, p *parley.Proposal, terms negotiation.Selection, e proposal.Evaluation) (proposal.Evaluation, opening, error) {
	n := parley.Negotiation{
		ProposalID: p.ID, Owner: p.Owner, Party: p.Party, ProductID: p.ProductID,
		DealType: p.DealType, Impressions: e.Offered, Flight: p.Flight, Tier: p.Tier,
	}
	day, err := w.open(ctx, &n, p.Ask, terms.Limits, p.ExpiresAt)
	if err != nil {
		return e, opening{}, err
	}
	e, decision, err := e.Bargain(n, terms.Tolerance)
	if err != nil {
		return e, opening{}, err
	}
	if e.Recommendation == parley.RecommendAccept {
		return e, opening{negotiation: n, day: day}, nil
	}
	n = decision.Record(n, w.now)
	p.NegotiationID = n.ID
	p.CounterTerms = proposal.CounterTerms(*p, n)
	return e, opening{negotiation: n, day: day, countered: true}, nil
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

// storeOpening writes a new negotiation with the rounds it has.
func (w *work) storeOpening(n parley.Negotiation) error {
	w.InsertNegotiation(n)
	w.InsertEvent(w.event(negotiationEvent(parley.EventNegotiationStarted, n), ""))
	if len(n.Rounds) > 0 {
		w.InsertEvent(w.event(negotiationEvent(parley.EventNegotiationRound, n), ""))
	}
	return w.audit("negotiation.open", "negotiation", n.ID, nil, map[string]any{"base_micros": n.BaseCPM, "limits": n.Limits})
}
