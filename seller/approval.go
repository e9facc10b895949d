package seller

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"parley"
	"parley/approval"
	"parley/storage"
)

// gatedBy is the approval rules compiled from one version of the stored ones, and the configured ones.
type gatedBy struct {
	version    int64
	gatekeeper *approval.Gatekeeper
}

// gatekeeper answers the approval rules that this transaction sees.
func (s *Service) gatekeeper(ctx context.Context, r storage.Reader, version storage.Pending[int64]) (*approval.Gatekeeper, error) {
	current, err := version.Get(ctx)
	if err != nil {
		return nil, err
	}
	if cached := s.gated.Load(); cached != nil && cached.version == current {
		return cached.gatekeeper, nil
	}
	config, err := r.ApprovalConfig().Get(ctx)
	if err != nil {
		return nil, err
	}
	gatekeeper, err := approval.Compile(append(slices.Clone(s.settings.ApprovalRules), config.Rules...))
	if err != nil {
		return nil, parley.Internal(fmt.Errorf("stored approval rules do not compile: %w", err))
	}
	s.gated.Store(&gatedBy{version: config.Version, gatekeeper: gatekeeper})
	return gatekeeper, nil
}

// rulesAt are the gates whose rules stop a case at each gate. A later commitment also meets the rules of the earlier ones,
// so that taking another flow is no way around them.
var rulesAt = map[parley.Gate][]parley.Gate{
	parley.GateProposalDecision:  {parley.GateProposalDecision},
	parley.GateNegotiationAccept: {parley.GateNegotiationAccept, parley.GateProposalDecision},
	parley.GateDealBooking:       {parley.GateDealBooking, parley.GateNegotiationAccept, parley.GateProposalDecision},
	parley.GateOrderSubmission:   {parley.GateOrderSubmission},
	parley.GateChangeRequest:     {parley.GateChangeRequest},
}

// stopped answers the rule that stops a case at a gate; ok is false when none does. A rule by which these same terms
// have been approved before does not stop them again.
func (w *work) stopped(ctx context.Context, version storage.Pending[int64], facts parley.ApprovalCase, granted []parley.Approval, gate parley.Gate) (rule parley.ApprovalRule, ok bool, err error) {
	gatekeeper, err := w.service.gatekeeper(ctx, w, version)
	if err != nil {
		return parley.ApprovalRule{}, false, err
	}
	rules, err := gatekeeper.Match(facts, rulesAt[gate]...)
	if err != nil {
		return parley.ApprovalRule{}, false, err
	}
	for _, rule := range rules {
		if !slices.ContainsFunc(granted, func(a parley.Approval) bool { return a.RuleID == rule.ID && sameTerms(a.Case, facts) }) {
			return rule, true, nil
		}
	}
	return parley.ApprovalRule{}, false, nil
}

// sameTerms tells whether an approval of one commitment is an approval of another.
func sameTerms(approved, asked parley.ApprovalCase) bool {
	return approved.Recommendation == string(parley.RecommendAccept) && approved.Price == asked.Price &&
		approved.Impressions == asked.Impressions && approved.ProductID == asked.ProductID &&
		approved.DealType == asked.DealType && approved.FlightDays == asked.FlightDays
}

// commitment is what the publisher is about to be held to.
type commitment struct {
	ask, price     int64 // CPM micros
	currency       parley.Currency
	impressions    int64
	flight         parley.Flight
	dealType       parley.DealType
	tier           parley.Tier
	productID      string
	inventoryType  string
	recommendation parley.Recommendation
}

// facts are what approval rules see of a commitment.
func (c commitment) facts() (parley.ApprovalCase, error) {
	value, err := parley.DealValue(c.price, c.impressions)
	if err != nil {
		return parley.ApprovalCase{}, parley.Invalid("impressions", "and the price make a deal that is too large")
	}
	return parley.ApprovalCase{
		DealValue: value, Price: c.price, Ask: c.ask, Currency: c.currency, Impressions: c.impressions,
		FlightDays: c.flight.Days(), DealType: c.dealType, BuyerTier: c.tier, ProductID: c.productID,
		InventoryType: c.inventoryType, Recommendation: string(c.recommendation),
	}, nil
}

// requestApproval stores the question to the deal desk. about names what it is about; the rest is filled in.
func (w *work) requestApproval(rule parley.ApprovalRule, facts parley.ApprovalCase, about parley.Approval) (parley.Approval, error) {
	asked := approval.Request(rule, facts, w.now)
	asked.ID, asked.Version, asked.Snapshot = w.service.ids.New(parley.PrefixApproval), 1, about.Snapshot
	asked.Owner, asked.ProposalID, asked.NegotiationID = about.Owner, about.ProposalID, about.NegotiationID
	asked.QuoteID, asked.DealID, asked.OrderID, asked.ChangeID = about.QuoteID, about.DealID, about.OrderID, about.ChangeID
	w.InsertApproval(asked)
	return asked, w.record(approvalEvent(parley.EventApprovalRequested, asked), "approval.request", "approval", asked.ID, nil, facts)
}

func approvalEvent(eventType parley.EventType, a parley.Approval) parley.Event {
	flow := a.ProposalID
	if flow == "" {
		flow = a.QuoteID
	}
	return parley.Event{
		Type: eventType, Owner: a.Owner, FlowID: flow, ApprovalID: a.ID, ProposalID: a.ProposalID, QuoteID: a.QuoteID,
		NegotiationID: a.NegotiationID, DealID: a.DealID, OrderID: a.OrderID,
		Data:   data(map[string]any{"approval_id": a.ID, "status": a.Status}),
		Detail: data(map[string]any{"gate": a.Gate, "rule_id": a.RuleID, "rule": a.RuleName, "role": a.Role, "reason": a.Reason}),
	}
}

// Approvals lists questions to the deal desk, oldest first; without a status, the pending ones.
func (s *Service) Approvals(ctx context.Context, call Call, filter storage.ApprovalFilter) (storage.Listing[parley.Approval], error) {
	return look(ctx, s, call, func(v *view) (storage.Listing[parley.Approval], error) {
		if filter.Status == "" {
			filter.Status = parley.ApprovalPending
		}
		filter.Now = v.now
		pending := v.Approvals(filter)
		if _, err := v.authorize(ctx, needScope(parley.ScopeViewer)); err != nil {
			return storage.Listing[parley.Approval]{}, err
		}
		listing, err := pending.Get(ctx)
		for i := range listing.Items {
			listing.Items[i] = listing.Items[i].At(v.now)
		}
		return listing, err
	})
}

// Approval reads one question and what was answered.
func (s *Service) Approval(ctx context.Context, call Call, id string) (parley.Approval, error) {
	return look(ctx, s, call, func(v *view) (parley.Approval, error) {
		pending := v.Approval(id)
		if _, err := v.authorize(ctx, needScope(parley.ScopeViewer)); err != nil {
			return parley.Approval{}, err
		}
		found, err := pending.Get(ctx)
		return found.At(v.now), err
	})
}

// DecisionRequest answers a question to the deal desk.
type DecisionRequest struct {
	ApprovalID    string
	Decision      string // approve, reject or counter
	Reason        string
	Modifications *parley.Modifications // with counter
	Currency      parley.Currency       // that the modifications name; empty: the case's
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

// Decide stores the deal desk's answer, once. What follows from it happens when the approval is resumed.
func (s *Service) Decide(ctx context.Context, call Call, request DecisionRequest, encode Encode[parley.Approval]) (Answer, error) {
	if err := request.check(); err != nil {
		return Answer{}, err
	}
	return change(ctx, s, call, encode, func(w *work) (parley.Approval, error) {
		pending := w.ApprovalForUpdate(request.ApprovalID)
		if _, err := w.authorize(ctx, needScope(parley.ScopeViewer)); err != nil {
			return parley.Approval{}, err
		}
		found, err := pending.Get(ctx)
		if err != nil {
			return parley.Approval{}, err
		}
		return w.decide(ctx, found, request)
	})
}

// DecideAndResume is Decide and Resume in one transaction.
func (s *Service) DecideAndResume(ctx context.Context, call Call, request DecisionRequest, encode Encode[parley.Approval]) (Answer, error) {
	if err := request.check(); err != nil {
		return Answer{}, err
	}
	return change(ctx, s, call, encode, func(w *work) (parley.Approval, error) {
		pending := w.ApprovalForUpdate(request.ApprovalID)
		if _, err := w.authorize(ctx, needScope(parley.ScopeViewer)); err != nil {
			return parley.Approval{}, err
		}
		found, err := pending.Get(ctx)
		if err != nil {
			return parley.Approval{}, err
		}
		decided, err := w.decide(ctx, found, request)
		if err != nil {
			return parley.Approval{}, err
		}
		return w.resume(ctx, decided)
	})
}

func (w *work) decide(ctx context.Context, a parley.Approval, request DecisionRequest) (parley.Approval, error) {
	if err := needScope(a.Role)(w.who, AnonymousAccess{}); err != nil {
		return parley.Approval{}, err
	}
	if a = a.At(w.now); a.Status != parley.ApprovalPending {
		return parley.Approval{}, notPending(a)
	}
	status := decisions[request.Decision]
	if status == parley.ApprovalCountered {
		if err := w.counterable(ctx, a, request); err != nil {
			return parley.Approval{}, err
		}
	}
	at := w.now
	a.Status, a.DecidedBy, a.DecidedAt, a.Reason, a.Modifications = status, w.who.Actor(), &at, request.Reason, request.Modifications
	a.Version++
	w.UpdateApproval(a)
	event := parley.EventApprovalGranted
	if status != parley.ApprovalApproved {
		event = parley.EventApprovalDenied
	}
	return a, w.record(approvalEvent(event, a), "approval.decide", "approval", a.ID,
		map[string]any{"status": parley.ApprovalPending}, map[string]any{"status": a.Status, "reason": a.Reason, "modifications": a.Modifications})
}

func notPending(a parley.Approval) error {
	text := "This approval was decided already; a decision is made once."
	if a.Status == parley.ApprovalTimedOut {
		text = "The time for this decision is over; the approval timed out."
	}
	return parley.Errorf(parley.CodeConflict, "%s", text).With("status", a.Status)
}

// counterable refuses modifications that the seller could not stand by.
func (w *work) counterable(ctx context.Context, a parley.Approval, request DecisionRequest) error {
	m := request.Modifications
	if a.Gate == parley.GateOrderSubmission || a.ProposalID == "" && a.NegotiationID == "" || a.DealID != "" {
		return parley.Invalid("decision", "must be approve or reject: nothing is left to counter at this gate")
	}
	if a.ProposalID == "" {
		if m.CounterCPM == nil || m.Impressions != nil || m.FlightStart != nil || m.FlightEnd != nil {
			return parley.Invalid("modifications", "must be a counter_cpm alone: a quote keeps its volume and dates")
		}
		negotiation, err := w.Negotiation(a.NegotiationID).Get(ctx)
		if err != nil {
			return err
		}
		return counterPrice(*m.CounterCPM, request.Currency, negotiation.FloorCPM, negotiation.Currency)
	}
	proposal, err := w.Proposal(a.ProposalID).Get(ctx)
	if err != nil {
		return err
	}
	if err := w.counterFlight(proposal.Flight, *m); err != nil || m.CounterCPM == nil {
		return err
	}
	return counterPrice(*m.CounterCPM, request.Currency, proposal.Ask.FloorCPM, proposal.Ask.Currency)
}

// counterFlight refuses dates that do not make a flight together with those that stay as they are.
func (w *work) counterFlight(flight parley.Flight, m parley.Modifications) error {
	set(&flight.Start, m.FlightStart)
	set(&flight.End, m.FlightEnd)
	_, err := parley.NewFlight(flight.Start, flight.End)
	switch {
	case err != nil && m.FlightEnd == nil:
		return parley.Invalid("modifications.flight_start", "must not be after the end of the flight, %s", flight.End)
	case err != nil:
		return parley.Invalid("modifications.flight_end", "%s", err.Error())
	case m.FlightStart != nil && flight.Start < w.service.today(w.now):
		return parley.Invalid("modifications.flight_start", "must not be in the past")
	}
	return nil
}

// counterPrice refuses a price that is below the floor, or none that the currency has.
func counterPrice(cpm int64, named parley.Currency, floor int64, currency parley.Currency) error {
	const path = "modifications.counter_cpm"
	if named != "" && named != currency {
		return parley.Invalid(path, "must be in %s, in which the product is sold", currency)
	}
	rounded, err := parley.RoundToMinor(cpm, currency, parley.HalfUp)
	if err != nil || rounded != cpm {
		return parley.Invalid(path, "must be a whole number of the currency's minor unit")
	}
	if cpm < floor {
		return parley.Invalid(path, "must not be below the floor of %s", parley.FormatMicros(floor, currency.MinorDigits()))
	}
	return nil
}

// Resume carries out what was decided: it takes the stored state, checks what may have changed since, and applies the decision once,
// however often it is called.
func (s *Service) Resume(ctx context.Context, call Call, id string, encode Encode[parley.Approval]) (Answer, error) {
	return change(ctx, s, call, encode, func(w *work) (parley.Approval, error) {
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
		return w.resume(ctx, found)
	})
}

// resume applies a decided approval, unless that has been done.
func (w *work) resume(ctx context.Context, a parley.Approval) (parley.Approval, error) {
	if a.ResumedAt != nil {
		return a, nil
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

// BulkDecision is what became of one approval of a bulk decision.
type BulkDecision struct {
	ApprovalID string
	Approval   *parley.Approval
	Err        error
}

// maxBulk is how many approvals one request may decide.
const maxBulk = 100

// DecideAll decides and, when asked to, resumes many approvals, each in a transaction of its own: one that cannot be
// decided leaves the others decided.
func (s *Service) DecideAll(ctx context.Context, call Call, requests []DecisionRequest, resume bool) ([]BulkDecision, error) {
	if len(requests) == 0 || len(requests) > maxBulk {
		return nil, parley.Invalid("approval_ids", "must name from 1 to %d approvals", maxBulk)
	}
	if _, err := s.operator(ctx, call, needDesk); err != nil {
		return nil, err
	}
	call.IdempotencyKey = "" // deciding is once by itself
	results := make([]BulkDecision, len(requests))
	for i, request := range requests {
		results[i].ApprovalID = request.ApprovalID
		encode := func(a parley.Approval) (Answer, error) {
			results[i].Approval = &a
			return Answer{}, nil
		}
		decide := s.Decide
		if resume {
			decide = s.DecideAndResume
		}
		_, results[i].Err = decide(ctx, call, request, encode)
		if results[i].Err != nil {
			results[i].Approval = nil
			if e := new(parley.Error); !errors.As(results[i].Err, &e) {
				return nil, results[i].Err
			}
		}
	}
	return results, nil
}

// SweepApprovals times out, or escalates, approvals that nobody decided in time, and says how many.
func (s *Service) SweepApprovals(ctx context.Context) (int, error) {
	var count int
	err := s.store.Tx(ctx, func(tx storage.Tx) error {
		w := &work{Tx: tx, service: s, now: s.clock(), who: sweeper}
		overdue, err := tx.OverdueApprovals(w.now, sweepBatch).Get(ctx)
		if err != nil {
			return err
		}
		count = len(overdue)
		for _, a := range overdue {
			if err := w.timeOut(ctx, a); err != nil {
				return err
			}
		}
		return nil
	})
	return count, err
}

// timeOut rejects an overdue approval, or hands it to the role that it escalates to, with as much time again.
func (w *work) timeOut(ctx context.Context, a parley.Approval) error {
	before := a
	a, changed := approval.TimeOut(a, w.now)
	if !changed {
		return nil
	}
	if a.Status == parley.ApprovalPending {
		a.Version++
		w.UpdateApproval(a)
		return w.record(approvalEvent(parley.EventApprovalEscalated, a), "approval.escalate", "approval", a.ID,
			map[string]any{"role": before.Role}, map[string]any{"role": a.Role, "timeout_at": a.TimeoutAt})
	}
	a.Reason = "nobody decided in time"
	if err := w.record(approvalEvent(parley.EventApprovalTimedOut, a), "approval.time_out", "approval", a.ID,
		map[string]any{"status": before.Status}, map[string]any{"status": a.Status}); err != nil {
		return err
	}
	_, err := w.resume(ctx, a)
	return err
}
