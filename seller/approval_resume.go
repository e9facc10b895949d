package seller

import (
	"context"
	"encoding/json"
	"fmt"

	"parley"
	"parley/inventory"
)

// outcome says what resuming an approval did.
type outcome struct {
	Result     string `json:"result"` // accepted, countered, rejected, booked, submitted, nothing
	Reason     string `json:"reason,omitempty"`
	ProposalID string `json:"proposal_id,omitempty"`
	DealID     string `json:"deal_id,omitempty"`
	OrderID    string `json:"order_id,omitempty"`
}

// apply carries out a decided approval, or one that timed out, which is a rejection.
func (w *work) apply(ctx context.Context, a parley.Approval) (outcome, error) {
	switch a.Gate {
	case parley.GateProposalDecision, parley.GateNegotiationAccept, parley.GateDealBooking:
		// A rule of any of these gates stops a commitment by whichever flow it comes, so what is resumed is what was held.
		switch {
		case a.DealID != "":
			return w.applyToDeal(ctx, a)
		case a.ProposalID != "":
			return w.applyToProposal(ctx, a)
		}
		return w.applyToNegotiation(ctx, a)
	case parley.GateOrderSubmission:
		return w.applyToOrder(ctx, a)
	case parley.GateChangeRequest:
	}
	return outcome{}, parley.Internal(fmt.Errorf("approval %s: nothing resumes at gate %s", a.ID, a.Gate))
}

func held(a parley.Approval) (heldTerms, error) {
	var terms heldTerms
	if err := json.Unmarshal(a.Snapshot, &terms); err != nil {
		return heldTerms{}, parley.Internal(fmt.Errorf("approval %s: snapshot: %w", a.ID, err))
	}
	return terms, nil
}

// refusal is what a buyer hears of a rejection at the desk.
func refusal(a parley.Approval) parley.ProposalError {
	if a.Status == parley.ApprovalTimedOut {
		return parley.ProposalError{Stage: "approval", Code: "approval_timed_out", Detail: "The publisher did not decide in time."}
	}
	detail := "The publisher's deal desk declined."
	if a.Reason != "" {
		detail = a.Reason
	}
	return parley.ProposalError{Stage: "approval", Code: "approval_rejected", Detail: detail}
}

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
	h := &hold{work: w, approval: a, terms: terms, proposal: &proposal, versions: versions}
	return h.goOn(ctx, done)
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
		note = m.Note
		set(&price, m.CounterCPM)
		set(&volume, m.Impressions)
		set(&flight.Start, m.FlightStart)
		set(&flight.End, m.FlightEnd)
	}
	left, why, err := h.stillSold(ctx, flight, volume)
	if err != nil {
		return outcome{}, err
	}
	if why != nil {
		done.Result, done.Reason = "rejected", why.Detail
		h.rejectProposal(h.proposal, *why)
		return done, h.abandonNegotiation(ctx, h.proposal.NegotiationID, parley.NegotiationRejected)
	}
	if left >= volume && !countered && h.terms.Recommendation == parley.RecommendAccept {
		done.Result = "accepted"
		return done, h.acceptHeld(ctx, price, volume)
	}
	if left < volume {
		done.Reason = fmt.Sprintf("%d of the %d impressions are left over this flight", left, volume)
	}
	done.Result = "countered"
	return done, h.counterHeld(ctx, price, min(left, volume), flight, note)
}

func set[T any](into, value *T) {
	if value != nil {
		*into = *value
	}
}

// stillSold checks what may have changed since the proposal was held. It answers how much of the volume is left, or why nothing
// can be sold any more.
func (h *hold) stillSold(ctx context.Context, flight parley.Flight, volume int64) (int64, *parley.ProposalError, error) {
	pending, days := h.Product(h.proposal.ProductID), h.Capacity(h.proposal.ProductID, flight)
	product, err := pending.Get(ctx)
	if parley.CodeOf(err) == parley.CodeNotFound && err != nil {
		return 0, &parley.ProposalError{Stage: "validate", Code: "product_gone", Detail: "The product is no longer sold."}, nil
	}
	if err != nil {
		return 0, nil, err
	}
	if !product.Sells(h.proposal.DealType) {
		return 0, &parley.ProposalError{Stage: "validate", Code: "deal_type_not_sold", Detail: "The product is no longer sold that way."}, nil
	}
	if _, err := parley.NewFlight(flight.Start, flight.End); err != nil || flight.Start < h.service.today(h.now) {
		return 0, &parley.ProposalError{Stage: "validate", Code: "flight_past", Detail: "The flight's dates have passed."}, nil
	}
	capacity, err := days.Get(ctx)
	if err != nil {
		return 0, nil, err
	}
	left := volume
	if available := inventory.Available(capacity, flight); available != nil {
		left = min(volume, *available)
	}
	if left <= 0 || left < volume && left < product.MinimumImpressions {
		return 0, &parley.ProposalError{Stage: "availability", Code: "sold_out", Detail: "The inventory over this flight has been sold meanwhile."}, nil
	}
	return left, nil, nil
}

// acceptHeld accepts on the approved terms, and with them the negotiation that led there.
func (h *hold) acceptHeld(ctx context.Context, price, volume int64) error {
	h.accept(h.proposal, price, volume)
	h.updateProposal(h.proposal)
	h.InsertEvent(h.event(proposalEvent(parley.EventProposalAccepted, *h.proposal), ""))
	if h.proposal.NegotiationID == "" {
		return nil
	}
	n, err := h.NegotiationForUpdate(h.proposal.NegotiationID).Get(ctx)
	if err != nil || n.Status.Concluded() {
		return err
	}
	return h.conclude(&n, parley.NegotiationAccepted, &price)
}

// counterHeld makes the terms the buyer's counter terms, in the negotiation that there is or in a new one.
func (h *hold) counterHeld(ctx context.Context, price, volume int64, flight parley.Flight, note string) error {
	p := h.proposal
	p.Flight = flight
	n, fresh, err := h.heldNegotiation(ctx, volume)
	if err != nil {
		return err
	}
	n.Flight, n.Impressions, n.UpdatedAt = flight, volume, h.now
	n.ExpiresAt = h.renewed(n)
	reason := note
	if reason == "" {
		reason = "The publisher's deal desk offers " + parley.FormatMicros(price, n.Currency.MinorDigits()) + " " + string(n.Currency) + " CPM."
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
	p.CounterTerms = counterTerms(n, round, volume, p.Impressions)
	p.CounterTerms.FlightStart, p.CounterTerms.FlightEnd = &flight.Start, &flight.End
	h.updateProposal(p)
	h.InsertEvent(h.event(proposalEvent(parley.EventProposalCountered, *p), ""))
	return h.storeRound(subject{fresh: fresh}, n)
}

// heldNegotiation is the negotiation that the counter is a round of.
func (h *hold) heldNegotiation(ctx context.Context, volume int64) (parley.Negotiation, bool, error) {
	if h.proposal.NegotiationID != "" {
		n, err := h.NegotiationForUpdate(h.proposal.NegotiationID).Get(ctx)
		return n, false, err
	}
	terms, err := h.bargain(ctx, h.versions.negotiation, aboutProposal(*h.proposal))
	if err != nil {
		return parley.Negotiation{}, false, err
	}
	n := parley.Negotiation{
		ProposalID: h.proposal.ID, Owner: h.proposal.Owner, ProductID: h.proposal.ProductID, DealType: h.proposal.DealType,
		Impressions: volume, Flight: h.proposal.Flight, Tier: h.proposal.Tier,
	}
	return n, true, h.open(ctx, &n, h.proposal.Ask, terms.Limits, h.proposal.ExpiresAt)
}

// applyToNegotiation goes on with a price agreed over a quote.
func (w *work) applyToNegotiation(ctx context.Context, a parley.Approval) (outcome, error) {
	terms, err := held(a)
	if err != nil {
		return outcome{}, err
	}
	quote, err := w.QuoteForUpdate(a.QuoteID).Get(ctx)
	if err != nil {
		return outcome{}, err
	}
	n, err := w.NegotiationForUpdate(a.NegotiationID).Get(ctx)
	if err != nil {
		return outcome{}, err
	}
	quote = quote.At(w.now)
	switch {
	case n.Status != parley.NegotiationPendingApproval:
		return outcome{Result: "nothing", Reason: "the negotiation is " + string(n.Status)}, nil
	case quote.Status != parley.QuoteAvailable:
		return outcome{Result: "rejected", Reason: "the quote is " + string(quote.Status)}, w.conclude(&n, parley.NegotiationExpired, nil)
	case a.Status == parley.ApprovalApproved:
		return outcome{Result: "accepted"}, w.conclude(&n, parley.NegotiationAccepted, &terms.Price)
	case a.Status == parley.ApprovalCountered && a.Modifications != nil && a.Modifications.CounterCPM != nil:
		return outcome{Result: "countered"}, w.counterQuote(n, *a.Modifications)
	}
	return outcome{Result: "rejected", Reason: refusal(a).Detail}, w.conclude(&n, parley.NegotiationRejected, nil)
}

// counterQuote puts the desk's price on the table of a negotiation over a quote.
func (w *work) counterQuote(n parley.Negotiation, m parley.Modifications) error {
	reason := m.Note
	if reason == "" {
		reason = "The publisher's deal desk offers " + parley.FormatMicros(*m.CounterCPM, n.Currency.MinorDigits()) + " " + string(n.Currency) + " CPM."
	}
	n.Rounds = append(n.Rounds, parley.NegotiationRound{
		Number: len(n.Rounds) + 1, Action: parley.ActionCounter, BuyerCPM: n.Rounds[len(n.Rounds)-1].BuyerCPM,
		SellerCPM: *m.CounterCPM, Rationale: reason, At: w.now,
	})
	n.Status, n.UpdatedAt = parley.NegotiationActive, w.now
	return w.storeRound(subject{}, n)
}

// applyToDeal books or refuses a deal that was held with its inventory reserved.
func (w *work) applyToDeal(ctx context.Context, a parley.Approval) (outcome, error) {
	deal, err := w.DealForUpdate(a.DealID).Get(ctx)
	if err != nil {
		return outcome{}, err
	}
	done := outcome{DealID: deal.ID, ProposalID: deal.ProposalID}
	if deal.Status != parley.DealProposed {
		done.Result, done.Reason = "nothing", "the deal is "+string(deal.Status)
		return done, nil
	}
	if a.Status == parley.ApprovalApproved && deal.Flight.End >= w.service.today(w.now) {
		done.Result = "booked"
		return done, w.bookHeld(deal)
	}
	why := refusal(a)
	status := parley.DealRejected
	switch a.Status {
	case parley.ApprovalTimedOut:
		status = parley.DealExpired
	case parley.ApprovalApproved:
		why.Detail = "The flight's dates have passed."
	case parley.ApprovalPending, parley.ApprovalRejected, parley.ApprovalCountered, parley.ApprovalWithdrawn:
	}
	done.Result, done.Reason = "rejected", why.Detail
	return done, w.refuseHeld(ctx, deal, status, why)
}

// bookHeld makes a held deal a booked one: accepted, and at once booked.
func (w *work) bookHeld(deal parley.Deal) error {
	deal.Status, deal.UpdatedAt = parley.DealBooked, w.now
	deal.Version++
	w.UpdateDeal(deal)
	return w.record(dealEvent(parley.EventDealBooked, deal), "deal.book", "deal", deal.ID,
		map[string]any{"status": parley.DealProposed}, map[string]any{"status": deal.Status})
}

// refuseHeld ends a held deal, releases what it holds and frees nothing else: its quote is declined, its proposal failed.
func (w *work) refuseHeld(ctx context.Context, deal parley.Deal, status parley.DealStatus, why parley.ProposalError) error {
	if deal.DealType.Guaranteed() {
		w.Release(deal.ProductID, deal.Flight, deal.Impressions)
	}
	deal.Status, deal.UpdatedAt = status, w.now
	deal.Version++
	w.UpdateDeal(deal)
	if deal.QuoteID != "" {
		w.DeclineQuote(deal.QuoteID)
	}
	if deal.ProposalID != "" {
		proposal, err := w.ProposalForUpdate(deal.ProposalID).Get(ctx)
		if err != nil {
			return err
		}
		proposal.Status, proposal.Errors = parley.ProposalFailed, append(proposal.Errors, why)
		w.updateProposal(&proposal)
	}
	event := parley.EventDealRejected
	if status == parley.DealExpired {
		event = parley.EventDealExpired
	}
	return w.record(dealEvent(event, deal), "deal.refuse", "deal", deal.ID,
		map[string]any{"status": parley.DealProposed}, map[string]any{"status": status, "reason": why.Detail})
}

// applyToOrder moves an order that was held on its submission.
func (w *work) applyToOrder(ctx context.Context, a parley.Approval) (outcome, error) {
	order, err := w.OrderForUpdate(a.OrderID).Get(ctx)
	if err != nil {
		return outcome{}, err
	}
	done := outcome{OrderID: order.ID}
	if order.Status != parley.OrderPendingApproval {
		done.Result, done.Reason = "nothing", "the order is "+string(order.Status)
		return done, nil
	}
	deal, err := w.Deal(order.DealID).Get(ctx)
	if err != nil {
		return outcome{}, err
	}
	to, reason := parley.OrderApproved, a.Reason
	done.Result = "accepted"
	if a.Status != parley.ApprovalApproved {
		to, reason, done.Result = parley.OrderRejected, refusal(a).Detail, "rejected"
	}
	_, err = w.move(order, deal, to, reason, nil)
	return done, err
}
