package seller

import (
	"context"
	"slices"

	"parley"
	"parley/approval"
	"parley/storage"
)

// granting is a question as a yes to it would leave it.
func granting(a parley.Approval) parley.Approval {
	a.Status = parley.ApprovalApproved
	return a
}

// asksAboutOrder has a question about an order know which rule asks somebody else about it behind a yes, as things are now.
func (p prices) asksAboutOrder(ctx context.Context, q *judged) error {
	deal, err := q.deal.Get(ctx)
	if err != nil {
		return err
	}
	yes := granting(q.item.Approval)
	yes.Case = q.item.Facts()
	rule, _, stopped, err := p.meet(ctx, storage.ApprovalRules.Version(p.Reader), ordered(deal), q.item.Approval, parley.GateOrderSubmission, yes)
	if stopped {
		q.item.Prospect.Asks = rule.Name
	}
	return err
}

// asksAboutChange is asksAboutOrder of a change.
func (p prices) asksAboutChange(ctx context.Context, q *judged) error {
	deal, err := q.deal.Get(ctx)
	if err != nil {
		return err
	}
	stop, err := p.stopsChange(ctx, new(*q.item.Change), deal, q.to, storage.ApprovalRules.Version(p.Reader), granting(q.item.Approval))
	if stop != nil {
		q.item.Prospect.Asks = stop.rule.Name
	}
	return err
}

// asksNext is asksAboutOrder of what is sold anew.
func (p prices) asksNext(ctx context.Context, q *judged) error {
	item := q.item
	e := item.Does(parley.ApprovalApproved, nil)
	gate := parley.GateProposalDecision
	switch {
	case item.DealID != "":
		gate = parley.GateDealBooking
	case item.NegotiationID != "":
		gate = parley.GateNegotiationAccept
	}
	gatekeeper, err := p.service.gatekeeper(ctx, p.Reader, storage.ApprovalRules.Version(p.Reader))
	if err != nil {
		return err
	}
	gates, facts := rulesAt[gate], item.Facts()
	facts.Ask, facts.DealValue, facts.Impressions = item.AskOf(e), e.Value, e.Impressions
	counters := e.Deed == parley.DeedCounter
	if counters {
		facts.Recommendation = string(parley.RecommendCounter)
	}
	if item.Owner != "" && gatekeeper.Sums(gates...) {
		booked, err := p.BookedValue(parley.Payer(item.Owner), facts.Currency, p.service.today(p.now)).Get(ctx)
		if err != nil {
			return err
		}
		facts.ValueToday, facts.ValueOpen = booked.Today, booked.Open
	}
	rules, err := gatekeeper.Match(facts, gates...)
	if err != nil {
		return err
	}
	granted := []parley.Approval{granting(item.Approval)}
	granted[0].Case = facts
	stops := func(rule parley.ApprovalRule) bool {
		return !slices.ContainsFunc(granted, func(a parley.Approval) bool { return approval.Grants(a, rule, facts) })
	}
	if !slices.ContainsFunc(rules, stops) {
		return nil
	}
	// Which approvals there are is looked up only when there is a rule that stops it.
	earlier, err := p.GrantedApprovals(item.ProposalID, item.NegotiationID, item.QuoteID).Get(ctx)
	if err != nil {
		return err
	}
	for _, a := range earlier {
		if !sameSubject(a, item.Approval) {
			continue
		}
		if of := &a.Case; counters && of.Volume == facts.Volume && of.Impressions > facts.Impressions {
			of.Impressions, of.Recommendation = facts.Impressions, facts.Recommendation
		}
		granted = append(granted, a)
	}
	if i := slices.IndexFunc(rules, stops); i >= 0 {
		item.Prospect.Asks = rules[i].Name
	}
	return nil
}
