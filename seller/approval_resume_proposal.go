package seller

import (
	"cmp"
	"context"
	"fmt"

	"parley"
	"parley/proposal"
)

// applyToProposal goes on with a proposal that was held: by its own gate, or by that of its negotiation.
func (w *work) applyToProposal(ctx context.Context, a parley.Approval) (outcome, error) {
	terms, err := held(a)
	if err != nil {
		return outcome{}, err
	}
	pending, versions := w.ProposalForUpdate(a.ProposalID), w.askVersions()
	proposal, err := pending.Get(ctx)
	if err != nil {
		return outcome{}, err
	}
	done := outcome{ProposalID: proposal.ID}
	if proposal = proposal.At(w.now); proposal.Status != parley.ProposalPendingApproval {
		done.Result, done.Reason = "nothing", "the proposal is "+string(proposal.Status)
		return done, nil
	}
	if a.Status != parley.ApprovalApproved && a.Status != parley.ApprovalCountered {
		why := refusal(a)
		done.Result, done.Reason = "rejected", why.Detail
		w.rejectProposal(&proposal, why)
		return done, w.abandonNegotiation(ctx, proposal.NegotiationID, parley.NegotiationRejected)
	}
	if a.Status == parley.ApprovalApproved {
		gate := parley.GateProposalDecision
		if a.NegotiationID != "" {
			gate = parley.GateNegotiationAccept
		}
		about, c, err := w.whatGoesOn(ctx, a, proposal, terms)
		if err != nil {
			return outcome{}, err
		}
		asked, held, err := w.askNext(ctx, about, c, gate)
		if err != nil {
			return outcome{}, err
		}
		if held {
			return heldBy(done, asked), w.waitOn(ctx, &proposal, asked)
		}
	}
	h := &hold{work: w, approval: a, terms: terms, proposal: &proposal, versions: versions}
	return h.goOn(ctx, done)
}

// whatGoesOn is what a yes to a held proposal goes on with: a counter over what is left by now, where that is less than was asked about. The
// rules see that, and so does whoever is asked next.
func (w *work) whatGoesOn(ctx context.Context, a parley.Approval, p parley.Proposal, terms heldTerms) (about parley.Approval, c commitment, err error) {
	h := &hold{work: w, approval: a, terms: terms, proposal: &p}
	left, _, why, err := h.stillSold(ctx, p.Flight, terms.Impressions)
	if err != nil {
		return a, c, err
	}
	if why == nil && left < terms.Impressions {
		terms.Impressions, terms.Recommendation = left, parley.RecommendCounter
		a.Snapshot, err = snapshot(terms)
	}
	c = proposalCommitment(p, terms)
	c.counters = terms.Recommendation == parley.RecommendCounter
	return a, c, err
}

// waitOn keeps a proposal, and the negotiation that led there, waiting for another approval.
func (w *work) waitOn(ctx context.Context, proposal *parley.Proposal, asked parley.Approval) error {
	proposal.ApprovalID = asked.ID
	w.updateProposal(proposal)
	if proposal.NegotiationID == "" {
		return nil
	}
	n, err := w.NegotiationForUpdate(proposal.NegotiationID).Get(ctx)
	if err != nil {
		return err
	}
	n.ApprovalID, n.UpdatedAt = asked.ID, w.now
	n.Version++
	w.UpdateNegotiation(n)
	return nil
}

// hold is a held proposal on its way on.
type hold struct {
	*work
	approval parley.Approval
	terms    heldTerms
	proposal *parley.Proposal
	versions versions
}

// goOn applies an approval or a counter to what can still be honoured.
func (h *hold) goOn(ctx context.Context, done outcome) (outcome, error) {
	price, volume, note := h.terms.Price, h.terms.Impressions, ""
	flight, countered := h.proposal.Flight, h.approval.Status == parley.ApprovalCountered
	if m := h.approval.Modifications; countered && m != nil {
		note = cmp.Or(m.Note, h.approval.BuyerMessage)
		set(&price, m.CounterCPM)
		set(&volume, m.Impressions)
		set(&flight.Start, m.FlightStart)
		set(&flight.End, m.FlightEnd)
	}
	left, now, why, err := h.stillSold(ctx, flight, volume)
	if err != nil {
		return outcome{}, err
	}
	if why == nil && price < now.price.FloorCPM {
		why = termsChanged()
	}
	if why != nil {
		return h.drop(ctx, done, *why)
	}
	if h.approval.Effect(h.approval.Status, h.approval.Modifications, &left).Deed == parley.DeedAccept {
		done.Result = "accepted"
		return done, h.acceptHeld(ctx, price, volume)
	}
	if left < volume {
		done.Reason = fmt.Sprintf("%d of the %d impressions are left over this flight", left, volume)
	}
	return h.counterHeld(ctx, done, now, price, min(left, volume), flight, note)
}

// drop rejects a proposal that cannot be honoured any more, with what hangs on it.
func (h *hold) drop(ctx context.Context, done outcome, why parley.ProposalError) (outcome, error) {
	done.Result, done.Reason = "rejected", why.Detail
	h.rejectProposal(h.proposal, why)
	return done, h.abandonNegotiation(ctx, h.proposal.NegotiationID, parley.NegotiationRejected)
}

func set[T any](into, value *T) {
	if value != nil {
		*into = *value
	}
}

// stillSold checks what may have changed since the proposal was held. It answers how much of the volume is left and what it
// costs now, or why nothing can be sold any more.
func (h *hold) stillSold(ctx context.Context, flight parley.Flight, volume int64) (left int64, now present, why *parley.ProposalError, err error) {
	p := h.proposal
	if _, err := parley.NewFlight(flight.Start, flight.End, h.service.today(h.now)); err != nil || flight.Start < h.service.today(h.now) {
		return 0, now, &parley.ProposalError{Stage: "validate", Code: "flight_past", Detail: "The flight's dates have passed."}, nil
	}
	now, why, err = h.priceNow(ctx, offer{
		productID: p.ProductID, dealType: p.DealType, flight: flight, impressions: volume,
		currency: p.ProposedCPM.Currency, tier: p.Tier, identity: p.Identity,
	})
	if err != nil || why != nil {
		return 0, now, why, err
	}
	left = volume
	if now.available != nil {
		left = min(volume, *now.available)
	}
	if left <= 0 || left < volume && left < now.product.LeastVolume(p.DealType) {
		why = &parley.ProposalError{Stage: "availability", Code: "sold_out", Detail: "The inventory over this flight has been sold meanwhile."}
	}
	return left, now, why, nil
}

// acceptHeld accepts on the approved terms, and with them the negotiation that led there.
func (h *hold) acceptHeld(ctx context.Context, price, volume int64) error {
	h.accept(h.proposal, price, volume)
	h.updateProposal(h.proposal)
	h.InsertEvent(h.event(proposalEvent(parley.EventProposalAccepted, *h.proposal), ""))
	if h.proposal.NegotiationID == "" {
		return h.heard(ctx, nil, parley.Negotiation{
			Party: h.proposal.Party, ProductID: h.proposal.ProductID, Currency: h.proposal.Ask.Currency,
			BaseCPM: h.proposal.Ask.FinalCPM, AgreedCPM: &price,
		})
	}
	n, err := h.NegotiationForUpdate(h.proposal.NegotiationID).Get(ctx)
	if err != nil || n.Status.Concluded() {
		return err
	}
	return h.concludeAgreed(ctx, &n, price)
}

// counterHeld makes the terms the buyer's counter terms, in the negotiation that there is or in a new one.
func (h *hold) counterHeld(ctx context.Context, done outcome, now present, price, volume int64, flight parley.Flight, note string) (outcome, error) {
	p := h.proposal
	moved := flight != p.Flight
	p.Flight = flight
	n, day, err := h.heldNegotiation(ctx, volume, now.price)
	if err != nil {
		return outcome{}, err
	}
	fresh := len(n.Rounds) == 0
	n.Flight, n.Impressions, n.UpdatedAt = flight, volume, h.now
	n.ExpiresAt = h.renewed(n)
	if why := standsAbove(&n, now.price.FloorCPM); why != nil {
		return h.drop(ctx, done, *why)
	}
	reason := note
	if reason == "" {
		reason = "The publisher's deal desk offers " + parley.FormatMicros(price, n.Currency.MinorDigits()) + " " + string(n.Currency) + " CPM."
	}
	if moved {
		reason = fmt.Sprintf("Its flight is from %s to %s. %s", flight.Start, flight.End, reason)
	}
	// What the desk offers is the seller's standing price from here on: the last round takes it, and the buyer answers it.
	round := parley.NegotiationRound{
		Number: len(n.Rounds) + 1, Action: parley.ActionCounter, BuyerCPM: p.ProposedCPM.Micros, SellerCPM: price, Rationale: reason, At: h.now,
	}
	if last := len(n.Rounds) - 1; last >= 0 {
		round.BuyerCPM = n.Rounds[last].BuyerCPM
	}
	n.Rounds = append(n.Rounds, round)
	n.Status = parley.NegotiationActive
	p.Status, p.NegotiationID = parley.ProposalCounterOffered, n.ID
	p.CounterTerms = proposal.CounterTerms(*p, n)
	p.CounterTerms.FlightStart, p.CounterTerms.FlightEnd = &flight.Start, &flight.End
	n.Rounds[len(n.Rounds)-1].Rationale = p.CounterTerms.Reason // for who reads the negotiation alone
	h.updateProposal(p)
	h.InsertEvent(h.event(proposalEvent(parley.EventProposalCountered, *p), ""))
	if err := h.heard(ctx, day, n); err != nil {
		return outcome{}, err
	}
	done.Result = "countered"
	return done, h.storeRound(subject{fresh: fresh}, n)
}

// heldNegotiation is the negotiation that the counter is a round of.
func (h *hold) heldNegotiation(ctx context.Context, volume int64, ask parley.PriceDecision) (parley.Negotiation, *parley.NegotiationDay, error) {
	if h.proposal.NegotiationID != "" {
		n, err := h.NegotiationForUpdate(h.proposal.NegotiationID).Get(ctx)
		return n, nil, err
	}
	terms, err := h.bargain(ctx, h.versions.negotiation, aboutProposal(*h.proposal))
	if err != nil {
		return parley.Negotiation{}, nil, err
	}
	n := parley.Negotiation{
		ProposalID: h.proposal.ID, Owner: h.proposal.Owner, Party: h.proposal.Party, ProductID: h.proposal.ProductID, DealType: h.proposal.DealType,
		Impressions: volume, Flight: h.proposal.Flight, Tier: h.proposal.Tier,
	}
	day, err := h.open(ctx, &n, ask, terms.Limits, h.proposal.ExpiresAt)
	return n, day, err
}
