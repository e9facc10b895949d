package seller

import (
	"context"

	"parley"
)

// DecisionRequest answers a question to the deal desk.
type DecisionRequest struct {
	ApprovalID    string
	Decision      string                // approve, reject or counter
	Reason        string                // for the publisher's people
	BuyerMessage  string                // for the buyer
	Modifications *parley.Modifications // with counter
	Currency      parley.Currency       // that the modifications name; empty: the case's
	// Expected is what the answer is taken to do: it does that, or is refused with CodeConflict. nil: it does what it does.
	Expected *parley.Expected

	planned bool // it is what was planned for the approval, which is carried out now
}

var decisions = map[string]parley.ApprovalStatus{
	"approve": parley.ApprovalApproved, "reject": parley.ApprovalRejected, "counter": parley.ApprovalCountered,
}

func (r DecisionRequest) check() error {
	var problems parley.Problems
	if _, ok := decisions[r.Decision]; !ok {
		problems.Add("decision", "must be approve, reject or counter")
	}
	m := r.Modifications
	if r.Decision == "counter" {
		if m == nil || m.CounterCPM == nil && m.Impressions == nil && m.FlightStart == nil && m.FlightEnd == nil {
			problems.Add("modifications", "are required with counter: counter_cpm, impressions or dates")
		}
	} else if m != nil && *m != (parley.Modifications{Note: m.Note}) {
		problems.Add("modifications", "go with counter only")
	}
	if m != nil {
		if m.CounterCPM != nil {
			checkCPM(&problems, "modifications.counter_cpm", parley.Money{Micros: *m.CounterCPM})
		}
		if m.Impressions != nil && *m.Impressions <= 0 {
			problems.Add("modifications.impressions", "must be more than 0")
		}
		if m.Impressions != nil {
			checkImpressions(&problems, "modifications.impressions", *m.Impressions)
		}
	}
	return problems.Err()
}

// Decide stores the deal desk's answer, once. Where two people have to say yes, the first yes leaves it pending. What follows from
// it happens when the approval is resumed.
func (s *Service) Decide(ctx context.Context, call Call, request DecisionRequest, encode Encode[parley.Approval]) (Answer, error) {
	return s.answered(ctx, call, request, encode, func(w *work, asked parley.Approval) (parley.Approval, error) {
		return w.decide(ctx, asked, request)
	})
}

// DecideAndResume is Decide and Resume in one transaction.
func (s *Service) DecideAndResume(ctx context.Context, call Call, request DecisionRequest, encode Encode[parley.Approval]) (Answer, error) {
	return s.answered(ctx, call, request, encode, func(w *work, asked parley.Approval) (parley.Approval, error) {
		return w.decideAndResume(ctx, asked, request)
	})
}

// decideAndResume stores an answer and does what follows from it. After the first yes of two nothing does.
func (w *work) decideAndResume(ctx context.Context, asked parley.Approval, request DecisionRequest) (parley.Approval, error) {
	decided, err := w.decide(ctx, asked, request)
	if err != nil || decided.Status == parley.ApprovalPending {
		return decided, err
	}
	resumed, err := w.resume(ctx, decided)
	if err != nil {
		return resumed, err
	}
	return resumed, cameAs(resumed, request)
}

// answered takes an answer to an approval, which is locked before anything is judged.
func (s *Service) answered(ctx context.Context, call Call, request DecisionRequest, encode Encode[parley.Approval], answer func(*work, parley.Approval) (parley.Approval, error)) (Answer, error) {
	if err := request.check(); err != nil {
		return Answer{}, err
	}
	return write(ctx, s, call, encode, func(w *work) (parley.Approval, error) {
		pending := w.ApprovalForUpdate(request.ApprovalID)
		if _, err := w.authorize(ctx, needScope(parley.ScopeViewer)); err != nil {
			return parley.Approval{}, err
		}
		asked, err := pending.Get(ctx)
		if err != nil {
			return parley.Approval{}, err
		}
		return answer(w, asked)
	})
}

// decidable answers an approval as it stands, if the caller may decide it so.
func (w *work) decidable(ctx context.Context, a parley.Approval, request DecisionRequest) (parley.Approval, error) {
	status := decisions[request.Decision]
	ends := a.FirstBy == w.who.Actor() && status == parley.ApprovalRejected // a yes that is taken back
	if err := needScope(a.Deciders()...)(w.who, AnonymousAccess{}); err != nil && !ends {
		return parley.Approval{}, err
	}
	if a = a.At(w.now); a.Status != parley.ApprovalPending {
		return parley.Approval{}, notPending(a)
	}
	if a.PlannedFor != nil && !request.planned {
		return parley.Approval{}, answeredAlready(a)
	}
	if a.RequestedBy == w.who.Actor() && !w.service.settings.SelfApproval {
		return parley.Approval{}, parley.Errorf(parley.CodeForbidden, "This is what you asked for yourself; somebody else with the role %s decides it.", parley.RolesInWords(a.Deciders()))
	}
	if a.FirstBy == w.who.Actor() && !ends {
		return parley.Approval{}, parley.Errorf(parley.CodeForbidden, "You have said yes already; it takes another person with the role %s.", parley.RolesInWords(a.Deciders()))
	}
	if status != parley.ApprovalRejected {
		if err := w.anotherPerson(ctx, a); err != nil {
			return parley.Approval{}, err
		}
		if err := w.grantable(ctx, a, declineOrUnblock); err != nil {
			return parley.Approval{}, err
		}
	}
	if status == parley.ApprovalCountered {
		if err := w.counterable(ctx, a, request); err != nil {
			return parley.Approval{}, err
		}
	}
	if status == parley.ApprovalApproved {
		if err := w.approvable(ctx, a); err != nil {
			return parley.Approval{}, err
		}
	}
	return a, nil
}

// approvable refuses to approve a change of a deal, or a deal that waits to be booked, that is not sold so as things are now.
func (w *work) approvable(ctx context.Context, a parley.Approval) error {
	switch {
	case a.ChangeID != "":
		return w.approvableChange(ctx, a.ChangeID)
	case a.DealID != "" && a.OrderID == "":
		return w.approvableDeal(ctx, a.DealID)
	}
	return nil
}

func (w *work) decide(ctx context.Context, a parley.Approval, request DecisionRequest) (parley.Approval, error) {
	a, err := w.decidable(ctx, a, request)
	if err != nil {
		return parley.Approval{}, err
	}
	status, at := decisions[request.Decision], w.now
	if request.Expected != nil || status == parley.ApprovalApproved && (a.FirstOfTwo() || a.FirstYes != nil) {
		item, would, err := w.expected(ctx, a, request)
		if err != nil {
			return parley.Approval{}, err
		}
		if would.Endorses {
			return w.endorse(a, request, would)
		}
		if status == parley.ApprovalApproved && a.OrderID != "" && a.ChangeID == "" && request.Expected.Terms() {
			a.Case = item.Facts() // which its deal has by now, and which this is a yes to
		}
	}
	if status == parley.ApprovalApproved {
		a.SecondRole = ""
	}
	a.Planned, a.PlannedFor = nil, nil
	a.Status, a.DecidedBy, a.DecidedAt, a.Reason, a.Modifications = status, w.who.Actor(), &at, request.Reason, request.Modifications
	a.BuyerMessage = request.BuyerMessage
	a.Version++
	w.UpdateApproval(a)
	event := parley.EventApprovalGranted
	if status != parley.ApprovalApproved {
		event = parley.EventApprovalDenied
	}
	return a, w.record(approvalEvent(event, a), "approval.decide", "approval", a.ID,
		map[string]any{"status": parley.ApprovalPending}, map[string]any{"status": a.Status, "reason": a.Reason, "message_to_buyer": a.BuyerMessage, "modifications": a.Modifications})
}

// endorse keeps the first yes of two, and what it is a yes to. Nothing is decided by it, and no buyer hears of it.
func (w *work) endorse(a parley.Approval, request DecisionRequest, would parley.Effect) (parley.Approval, error) {
	before := a.Deciders()
	a = a.Endorsed(w.who, w.now, would)
	a.Version++
	w.UpdateApproval(a)
	return a, w.record(plannedEvent(parley.EventApprovalEndorsed, a), "approval.endorse", "approval", a.ID,
		map[string]any{"roles": before}, map[string]any{"roles": a.Deciders(), "reason": request.Reason})
}

func notPending(a parley.Approval) error {
	text := "This approval was decided already; a decision is made once."
	switch a.Status {
	case parley.ApprovalTimedOut:
		text = "The time for this decision is over; the approval timed out."
	case parley.ApprovalWithdrawn:
		text = "What was to be decided is over; the approval was withdrawn."
	case parley.ApprovalPending, parley.ApprovalApproved, parley.ApprovalRejected, parley.ApprovalCountered:
	}
	return parley.Errorf(parley.CodeConflict, "%s", text).With("status", a.Status)
}

// counterable refuses modifications that the seller could not stand by.
func (w *work) counterable(ctx context.Context, a parley.Approval, request DecisionRequest) error {
	m := request.Modifications
	if a.Gate == parley.GateOrderSubmission || a.ProposalID == "" && a.NegotiationID == "" || a.DealID != "" {
		return parley.Invalid("decision", "must be approve or reject: nothing is left to counter at this gate")
	}
	terms, err := held(a)
	if err != nil {
		return err
	}
	if a.ProposalID == "" {
		if m.CounterCPM == nil || m.Impressions != nil || m.FlightStart != nil || m.FlightEnd != nil {
			return parley.Invalid("modifications", "must be a counter_cpm alone: a quote keeps its volume and dates")
		}
		quote, err := w.Quote(a.QuoteID).Get(ctx)
		if err != nil {
			return err
		}
		if err := overOffered(*m, terms, parley.Money{Micros: terms.Price, Currency: quote.Price.Currency}); err != nil {
			return err
		}
		return w.counterSold(ctx, offer{
			productID: quote.ProductID, dealType: quote.DealType, flight: quote.Flight, impressions: quote.Impressions,
			currency: quote.Price.Currency, tier: quote.Tier, identity: quote.Identity,
		}, *m, 0, request.Currency)
	}
	proposal, err := w.Proposal(a.ProposalID).Get(ctx)
	if err != nil {
		return err
	}
	offered := parley.Money{Micros: terms.Price, Currency: proposal.Ask.Currency}
	if a.NegotiationID == "" && terms.Recommendation != parley.RecommendAccept {
		offered.Micros = proposal.ProposedCPM.Micros
	}
	if err := overOffered(*m, terms, offered); err != nil {
		return err
	}
	flight, err := countered(proposal.Flight, *m, w.service.today(w.now))
	if err != nil {
		return err
	}
	sold := offer{
		productID: proposal.ProductID, dealType: proposal.DealType, flight: flight, impressions: terms.Impressions,
		currency: proposal.Ask.Currency, tier: proposal.Tier, identity: proposal.Identity,
	}
	set(&sold.impressions, m.Impressions)
	return w.counterSold(ctx, sold, *m, terms.Price, request.Currency)
}

// overOffered refuses to ask less of a buyer than what it offers for the same already.
func overOffered(m parley.Modifications, terms heldTerms, offered parley.Money) error {
	same := m.FlightStart == nil && m.FlightEnd == nil && (m.Impressions == nil || *m.Impressions == terms.Impressions)
	if !same || m.CounterCPM == nil || *m.CounterCPM >= offered.Micros {
		return nil
	}
	return parley.Invalid("modifications.counter_cpm", "must be at least what the buyer offers, %s: approve that instead", offered)
}

// countered is a flight with the dates that the desk sets. It refuses those that do not make a flight together with those that stay as
// they are.
func countered(flight parley.Flight, m parley.Modifications, today parley.Date) (parley.Flight, error) {
	set(&flight.Start, m.FlightStart)
	set(&flight.End, m.FlightEnd)
	_, err := parley.NewFlight(flight.Start, flight.End, today)
	switch {
	case m.FlightStart != nil && flight.Start < today:
		return flight, parley.Invalid("modifications.flight_start", "must not be in the past")
	case err != nil && m.FlightEnd == nil:
		return flight, parley.Invalid("modifications.flight_start", "must not be after the end of the flight, %s", flight.End)
	case err != nil:
		return flight, parley.Invalid("modifications.flight_end", "%s", err.Error())
	}
	return flight, nil
}

// counterSold refuses to offer what is not sold on these terms as they are now: a price that is below their floor, or none that
// the currency has, a volume that is not there or that the product is not sold in. heldCPM is the price that stays where the
// desk names none.
func (w *work) counterSold(ctx context.Context, terms offer, m parley.Modifications, heldCPM int64, named parley.Currency) error {
	const path = "modifications.counter_cpm"
	if m.CounterCPM != nil {
		if named != "" && named != terms.currency {
			return parley.Invalid(path, "must be in %s, in which the product is sold", terms.currency)
		}
		if err := parley.CheckCPM(path, *m.CounterCPM, terms.currency); err != nil {
			return err
		}
		heldCPM = *m.CounterCPM
	}
	now, gone, err := w.priceNow(ctx, terms)
	if err != nil {
		return err
	}
	if least := now.product.LeastVolume(terms.dealType); m.Impressions != nil && *m.Impressions < least {
		return parley.Invalid("modifications.impressions", "must be at least the product's minimum of %d", least)
	}
	if gone != nil {
		return parley.Invalid("decision", "must be reject, since nothing can be offered now: %s", gone.Detail)
	}
	if most := now.available; m.Impressions != nil && most != nil && *m.Impressions > *most {
		return parley.Invalid("modifications.impressions", "must be at most %d, which is available over the flight", *most)
	}
	floor := parley.FormatMicros(now.price.FloorCPM, terms.currency.MinorDigits())
	switch {
	case heldCPM >= now.price.FloorCPM:
	case m.CounterCPM == nil:
		return parley.Invalid("modifications", "need a counter_cpm of at least %s, the floor on these terms", floor)
	default:
		return parley.Invalid(path, "must not be below the floor of %s", floor)
	}
	if _, err := parley.DealValue(heldCPM, terms.impressions); err != nil {
		return parley.Invalid("modifications", "make a deal that is too large to be reckoned with")
	}
	return nil
}
