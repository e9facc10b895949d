package seller

import (
	"cmp"
	"context"

	"parley"
	"parley/negotiation"
	"parley/storage"
)

// agree meets the approval gate with an accepted price, and concludes when no rule stops it.
func (w *work) agree(ctx context.Context, about subject, decision negotiation.Decision, approvals *storage.Pending[int64]) (Turn, error) {
	n := about.negotiation
	c := agreement(n, about.identity, about.inventoryType, decision.Round.SellerCPM)
	rule, facts, stopped, err := w.prices().meet(ctx, approvals, c, aboutNegotiation(n), parley.GateNegotiationAccept)
	if err != nil {
		return Turn{}, err
	}
	if stopped {
		w.opened(about.day)
		turn, err := w.holdAgreement(about, decision, rule, facts)
		if err == nil && about.proposal != nil && w.who.Role == parley.RoleBuyer {
			err = w.mayWait(ctx, about.identity, about.proposal.Owner, about.proposal.ProductID)
		}
		return turn, err
	}
	n = decision.Record(n, w.now)
	round := n.Rounds[len(n.Rounds)-1]
	if about.proposal != nil {
		w.accept(about.proposal, round.SellerCPM, n.Impressions)
		w.updateProposal(about.proposal)
		w.InsertEvent(w.event(proposalEvent(parley.EventProposalAccepted, *about.proposal), ""))
	}
	if err := w.heard(ctx, about.day, n); err != nil {
		return Turn{}, err
	}
	return Turn{Negotiation: n, Round: round}, w.storeConclusion(about, n)
}

// agreement is what accepting a price in a negotiation commits the publisher to.
func agreement(n parley.Negotiation, identity parley.Identity, inventoryType string, price int64) commitment {
	return commitment{
		ask: n.BaseCPM, price: price, currency: n.Currency, impressions: n.Impressions, flight: n.Flight,
		dealType: n.DealType, tier: n.Tier, identity: identity, owner: n.Owner, productID: n.ProductID, inventoryType: inventoryType,
		recommendation: parley.RecommendAccept,
	}
}

// aboutNegotiation is what an approval of an agreement is about.
func aboutNegotiation(n parley.Negotiation) parley.Approval {
	return parley.Approval{Owner: n.Owner, ProposalID: n.ProposalID, NegotiationID: n.ID, QuoteID: n.QuoteID}
}

// holdAgreement puts an agreed price before a person. The round answers the buyer's own price and binds nobody yet.
func (w *work) holdAgreement(about subject, decision negotiation.Decision, rule parley.ApprovalRule, facts parley.ApprovalCase) (Turn, error) {
	n := about.negotiation
	state, err := snapshot(heldTerms{Recommendation: parley.RecommendAccept, Price: decision.Round.SellerCPM, Impressions: n.Impressions})
	if err != nil {
		return Turn{}, err
	}
	question := aboutNegotiation(n)
	question.RequestedBy, question.Snapshot = cmp.Or(about.writtenBy, w.who.Actor()), state
	asked, err := w.requestApproval(rule, facts, question)
	if err != nil {
		return Turn{}, err
	}
	decision.Round.Action, decision.Status = parley.ActionCounter, parley.NegotiationPendingApproval
	decision.Round.Rationale = "Your price is with the publisher's deal desk for approval. Read the negotiation for its decision."
	n = decision.Record(n, w.now)
	n.ApprovalID = asked.ID
	if about.proposal != nil {
		about.proposal.Status, about.proposal.ApprovalID = parley.ProposalPendingApproval, asked.ID
		w.updateProposal(about.proposal)
	}
	return Turn{Negotiation: n, Round: n.Rounds[len(n.Rounds)-1], Asked: &asked}, w.storeRound(about, n)
}

// endWithout concludes a negotiation that came to nothing, for a reason of the seller's or, without one, because no price was
// agreed.
func (w *work) endWithout(ctx context.Context, about subject, decision negotiation.Decision, why *parley.ProposalError) (Turn, error) {
	w.opened(about.day)
	if why == nil {
		why = &parley.ProposalError{Stage: "negotiation", Code: "no_agreement", Detail: "The negotiation ended without an agreement."}
	}
	if about.negotiation.Status == parley.NegotiationPendingApproval {
		if err := w.withdrawApproval(ctx, about.negotiation.ApprovalID); err != nil {
			return Turn{}, err
		}
	}
	if about.proposal != nil {
		w.rejectProposal(about.proposal, *why)
	}
	n := decision.Record(about.negotiation, w.now)
	return Turn{Negotiation: n, Round: n.Rounds[len(n.Rounds)-1]}, w.storeConclusion(about, n)
}

// storeConclusion writes the last turn of a negotiation.
func (w *work) storeConclusion(about subject, n parley.Negotiation) error {
	before := parley.NegotiationActive
	if about.fresh {
		if err := w.storeOpening(n); err != nil {
			return err
		}
	} else {
		before = about.negotiation.Status
		w.InsertRound(n.ID, n.Rounds[len(n.Rounds)-1])
		n.Version++
		w.UpdateNegotiation(n)
		w.InsertEvent(w.event(negotiationEvent(parley.EventNegotiationRound, n), ""))
	}
	return w.recordConclusion(n, before)
}

func (w *work) recordConclusion(n parley.Negotiation, before parley.NegotiationStatus) error {
	return w.record(negotiationEvent(parley.EventNegotiationConcluded, n), "negotiation.conclude", "negotiation", n.ID,
		map[string]any{"status": before}, map[string]any{"status": n.Status, "agreed_micros": n.AgreedCPM})
}

// concludeAgreed ends a negotiation at a price that the deal desk has granted.
func (w *work) concludeAgreed(ctx context.Context, n *parley.Negotiation, price int64) error {
	if err := w.conclude(n, parley.NegotiationAccepted, &price); err != nil {
		return err
	}
	return w.heard(ctx, nil, *n)
}

// conclude ends a negotiation without another round.
func (w *work) conclude(n *parley.Negotiation, status parley.NegotiationStatus, agreed *int64) error {
	before, at := n.Status, w.now
	n.Status, n.AgreedCPM, n.EndedAt, n.UpdatedAt = status, agreed, &at, w.now
	n.Version++
	w.UpdateNegotiation(*n)
	return w.recordConclusion(*n, before)
}
