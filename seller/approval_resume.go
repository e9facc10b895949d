package seller

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"

	"parley"
	"parley/change"
)

// Resume carries out what was decided: it takes the stored state, checks what may have changed since, and applies the decision once,
// however often it is called. What was granted to an account that has been blocked since is not carried out meanwhile.
func (s *Service) Resume(ctx context.Context, call Call, id string, encode Encode[parley.Approval]) (Answer, error) {
	return write(ctx, s, call, encode, func(w *work) (parley.Approval, error) {
		pending := w.ApprovalForUpdate(id)
		if _, err := w.authorize(ctx, needDesk); err != nil {
			return parley.Approval{}, err
		}
		found, err := pending.Get(ctx)
		if err != nil {
			return parley.Approval{}, err
		}
		if found.Status == parley.ApprovalPending {
			if found = found.At(w.now); found.Status == parley.ApprovalTimedOut {
				return parley.Approval{}, notPending(found)
			}
			return parley.Approval{}, parley.Errorf(parley.CodeConflict, "This approval is not decided yet. Decide it, then resume.").
				With("status", found.Status)
		}
		if found.Status == parley.ApprovalWithdrawn {
			return parley.Approval{}, parley.Errorf(parley.CodeConflict, "What was to be decided is over; there is nothing to carry out.").
				With("status", found.Status)
		}
		return w.resume(ctx, found)
	})
}

// resume applies a decided approval, unless that has been done.
func (w *work) resume(ctx context.Context, a parley.Approval) (parley.Approval, error) {
	if a.ResumedAt != nil {
		return a, nil
	}
	if a.Status == parley.ApprovalApproved || a.Status == parley.ApprovalCountered {
		if err := w.grantable(ctx, a, endOrUnblock); err != nil {
			return parley.Approval{}, err
		}
	}
	outcome, err := w.apply(ctx, a)
	if err != nil {
		return parley.Approval{}, err
	}
	at := w.now
	a.ResumedAt = &at
	if a.Outcome, err = json.Marshal(outcome); err != nil {
		return parley.Approval{}, parley.Internal(err)
	}
	a.Version++
	w.UpdateApproval(a)
	return a, w.audit("approval.resume", "approval", a.ID, nil, outcome)
}

// outcome says what resuming an approval did.
type outcome struct {
	Result     string `json:"result"` // accepted, countered, rejected, booked, submitted, held, nothing
	Reason     string `json:"reason,omitempty"`
	ProposalID string `json:"proposal_id,omitempty"`
	DealID     string `json:"deal_id,omitempty"`
	OrderID    string `json:"order_id,omitempty"`
	ChangeID   string `json:"change_request_id,omitempty"`
	ApprovalID string `json:"approval_id,omitempty"` // the next one, when it is held
}

// apply carries out a decided approval, or one that timed out, which is a rejection.
func (w *work) apply(ctx context.Context, a parley.Approval) (outcome, error) {
	if a.ChangeID != "" {
		return w.applyToChange(ctx, a)
	}
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

// heldBy is what became of a grant that was not the last one: another rule asks somebody about the same.
func heldBy(done outcome, asked parley.Approval) outcome {
	done.Result, done.ApprovalID = "held", asked.ID
	done.Reason = "the rule " + asked.RuleName + " asks about it too"
	return done
}

// refusal is what a buyer hears of a rejection at the desk.
func refusal(a parley.Approval) parley.ProposalError {
	if a.Status == parley.ApprovalTimedOut {
		return parley.ProposalError{Stage: "approval", Code: "approval_timed_out", Detail: "The publisher did not decide in time."}
	}
	detail := cmp.Or(a.BuyerMessage, "The publisher's deal desk declined.")
	return parley.ProposalError{Stage: "approval", Code: "approval_rejected", Detail: detail}
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
		return w.acceptOverQuote(ctx, a, n, quote, terms.Price)
	case a.Status == parley.ApprovalCountered && a.Modifications != nil && a.Modifications.CounterCPM != nil:
		return w.counterQuote(ctx, n, quote.Identity, a)
	}
	return outcome{Result: "rejected", Reason: refusal(a).Detail}, w.conclude(&n, parley.NegotiationRejected, nil)
}

// acceptOverQuote concludes a negotiation over a quote at the price that was approved, if it can be given still and no other
// rule asks about it.
func (w *work) acceptOverQuote(ctx context.Context, a parley.Approval, n parley.Negotiation, quote parley.Quote, cpm int64) (outcome, error) {
	_, why, err := w.honours(ctx, offer{
		productID: quote.ProductID, dealType: quote.DealType, flight: quote.Flight, impressions: quote.Impressions,
		currency: quote.Price.Currency, tier: quote.Tier, identity: quote.Identity,
	}, cpm)
	switch {
	case err != nil:
		return outcome{}, err
	case why != nil:
		return outcome{Result: "rejected", Reason: why.Detail}, w.conclude(&n, parley.NegotiationRejected, nil)
	}
	asked, held, err := w.askNext(ctx, a, agreement(n, quote.Identity, quote.InventoryType, cpm), parley.GateNegotiationAccept)
	if err != nil {
		return outcome{}, err
	}
	if held {
		n.ApprovalID, n.UpdatedAt = asked.ID, w.now
		n.Version++
		w.UpdateNegotiation(n)
		return heldBy(outcome{}, asked), nil
	}
	return outcome{Result: "accepted"}, w.concludeAgreed(ctx, &n, cpm)
}

// counterQuote puts the desk's price on the table of a negotiation over a quote.
func (w *work) counterQuote(ctx context.Context, n parley.Negotiation, identity parley.Identity, a parley.Approval) (outcome, error) {
	m := *a.Modifications
	why, err := w.offers(ctx, &n, identity, *m.CounterCPM)
	if err != nil {
		return outcome{}, err
	}
	if why != nil {
		return outcome{Result: "rejected", Reason: why.Detail}, w.conclude(&n, parley.NegotiationRejected, nil)
	}
	reason := cmp.Or(m.Note, a.BuyerMessage)
	if reason == "" {
		reason = "The publisher's deal desk offers " + parley.FormatMicros(*m.CounterCPM, n.Currency.MinorDigits()) + " " + string(n.Currency) + " CPM."
	}
	n.Rounds = append(n.Rounds, parley.NegotiationRound{
		Number: len(n.Rounds) + 1, Action: parley.ActionCounter, BuyerCPM: n.Rounds[len(n.Rounds)-1].BuyerCPM,
		SellerCPM: *m.CounterCPM, Rationale: reason, At: w.now,
	})
	n.Status, n.UpdatedAt = parley.NegotiationActive, w.now
	if err := w.heard(ctx, nil, n); err != nil {
		return outcome{}, err
	}
	return outcome{Result: "countered"}, w.storeRound(subject{}, n)
}

// applyToDeal books or refuses a deal that was held with its inventory reserved.
func (w *work) applyToDeal(ctx context.Context, a parley.Approval) (outcome, error) {
	h, err := w.hold(ctx, a.DealID)
	if err != nil {
		return outcome{}, err
	}
	deal := h.deal
	done := outcome{DealID: deal.ID, ProposalID: deal.ProposalID}
	if deal.Status != parley.DealProposed {
		done.Result, done.Reason = "nothing", "the deal is "+string(deal.Status)
		return done, nil
	}
	why, status := refusal(a), parley.DealRejected
	switch a.Status {
	case parley.ApprovalTimedOut:
		status = parley.DealExpired
	case parley.ApprovalApproved:
		gone, err := w.heldIsGone(ctx, deal)
		if err != nil {
			return outcome{}, err
		}
		if gone == nil {
			return w.bookOrAsk(ctx, a, deal, done)
		}
		why = *gone
	case parley.ApprovalPending, parley.ApprovalRejected, parley.ApprovalCountered, parley.ApprovalWithdrawn:
	}
	done.Result, done.Reason = "rejected", why.Detail
	_, err = w.end(h, ended{as: status, reason: why.Detail, why: why, by: a.ID})
	return done, err
}

// bookOrAsk books a held deal that a rule has let pass, unless another one asks somebody about it.
func (w *work) bookOrAsk(ctx context.Context, a parley.Approval, deal parley.Deal, done outcome) (outcome, error) {
	c := dealCommitment(deal, deal.Price.FinalCPM)
	c.deal = &deal
	destinations := w.EachDestination()
	asked, held, err := w.askNext(ctx, a, c, parley.GateDealBooking)
	if err != nil || held {
		return heldBy(done, asked), err
	}
	done.Result = "booked"
	if deal.AssumedImpressions, err = w.assumedVolume(ctx, deal); err != nil {
		return done, err
	}
	if err := w.bookHeld(deal); err != nil {
		return done, err
	}
	deal.Status = parley.DealBooked
	return done, w.activateBooked(ctx, deal, destinations)
}

// heldIsGone says why a held deal can no longer be had as it was asked for; nil when it can. What the ledger holds for it
// is there for it.
func (w *work) heldIsGone(ctx context.Context, deal parley.Deal) (*parley.ProposalError, error) {
	_, gone, err := w.honours(ctx, heldOffer(deal), deal.Price.FinalCPM)
	return gone, err
}

// heldOffer is what a held deal sells, with what the ledger holds for it.
func heldOffer(deal parley.Deal) offer {
	terms := offerOf(deal)
	if deal.DealType.Guaranteed() {
		terms.held = &holding{flight: deal.Flight, impressions: deal.Impressions}
	}
	return terms
}

// approvableDeal keeps the desk itself from approving a held deal that is not sold as it was asked for, or not at this price:
// also one at a quote's price, which holds until the quote expires only where nobody has to be asked. The error is for the
// publisher's people.
func (w *work) approvableDeal(ctx context.Context, dealID string) error {
	deal, err := w.Deal(dealID).Get(ctx)
	if err != nil || deal.Status != parley.DealProposed {
		return err
	}
	now, gone, err := w.priceNow(ctx, heldOffer(deal))
	if err != nil {
		return err
	}
	return change.Price{CPM: deal.Price.FinalCPM, Floor: now.price.FloorCPM, Gone: gone}.Approvable(deal.Price.Currency)
}

// bookHeld makes a held deal a booked one: accepted, and at once booked.
func (w *work) bookHeld(deal parley.Deal) error {
	deal.Status, deal.BookedOn, deal.UpdatedAt = parley.DealBooked, w.service.today(w.now), w.now
	deal.Version++
	w.UpdateDeal(deal)
	return w.record(dealEvent(parley.EventDealBooked, deal), "deal.book", "deal", deal.ID,
		map[string]any{"status": parley.DealProposed}, map[string]any{"status": deal.Status})
}

// applyToOrder moves an order that was held on its submission.
func (w *work) applyToOrder(ctx context.Context, a parley.Approval) (outcome, error) {
	pendingDeal, hanging := w.DealForUpdate(a.DealID), w.askWithOrder(a.DealID, a.OrderID)
	deal, err := pendingDeal.Get(ctx)
	if err != nil {
		return outcome{}, err
	}
	order, err := hanging.order.Get(ctx)
	if err != nil {
		return outcome{}, err
	}
	done := outcome{OrderID: order.ID}
	if order.Status != parley.OrderPendingApproval {
		done.Result, done.Reason = "nothing", "the order is "+string(order.Status)
		return done, nil
	}
	if a.Status == parley.ApprovalApproved && deal.Status.Runs() {
		asked, held, err := w.askNext(ctx, a, ordered(deal), parley.GateOrderSubmission)
		if err != nil || held {
			return heldBy(done, asked), err
		}
	}
	to, reason := parley.OrderApproved, a.BuyerMessage
	done.Result = "accepted"
	switch {
	case a.Status != parley.ApprovalApproved:
		to, reason, done.Result = parley.OrderRejected, refusal(a).Detail, "rejected"
	case !deal.Status.Runs():
		to, reason, done.Result = parley.OrderRejected, "The deal is "+string(deal.Status)+".", "rejected"
		done.Reason = reason
	}
	if order, err = w.move(order, deal, to, reason, nil); err != nil {
		return done, err
	}
	return done, w.followOrder(ctx, order, deal, hanging)
}
