package seller

import (
	"context"
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
	// A change that enlarges a deal commits the publisher as booking it would have.
	parley.GateChangeRequest: {parley.GateChangeRequest, parley.GateDealBooking, parley.GateNegotiationAccept, parley.GateProposalDecision},
}

// stopped answers the rule that stops a case at a gate; ok is false when none does. A rule by which these same terms
// have been approved before does not stop them again.
func (w *work) stopped(ctx context.Context, version storage.Pending[int64], facts parley.ApprovalCase, granted []parley.Approval, gate parley.Gate) (rule parley.ApprovalRule, ok bool, err error) {
	return w.stoppedAt(ctx, version, facts, granted, rulesAt[gate])
}

// stoppedAt is stopped by the rules of these gates.
func (w *work) stoppedAt(ctx context.Context, version storage.Pending[int64], facts parley.ApprovalCase, granted []parley.Approval, gates []parley.Gate) (rule parley.ApprovalRule, ok bool, err error) {
	gatekeeper, err := w.service.gatekeeper(ctx, w, version)
	if err != nil {
		return parley.ApprovalRule{}, false, err
	}
	rules, err := gatekeeper.Match(facts, gates...)
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
	asked.RequestedBy = about.RequestedBy
	if asked.RequestedBy == "" {
		asked.RequestedBy = w.who.Actor()
	}
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
