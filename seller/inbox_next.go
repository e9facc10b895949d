package seller

import (
	"context"
	"slices"

	"parley"
	"parley/approval"
)

// asksNext has a question know which rule asks somebody else about what a yes lets pass, as things are now; none where nobody has granted
// it yet, or it would be refused. Of orders and of changes nothing is known.
func (p prices) asksNext(ctx context.Context, item *parley.InboxItem) error {
	e := item.Does(parley.ApprovalApproved, nil)
	if item.OrderID != "" || item.ChangeID != "" || e.Refused != "" || e.Endorses {
		return nil
	}
	gate := parley.GateProposalDecision
	switch {
	case item.DealID != "":
		gate = parley.GateDealBooking
	case item.NegotiationID != "":
		gate = parley.GateNegotiationAccept
	}
	gatekeeper, err := p.service.gatekeeper(ctx, p.Reader, p.ApprovalVersion())
	if err != nil {
		return err
	}
	gates, facts := rulesAt[gate], item.Case
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
	granted := []parley.Approval{item.Approval}
	granted[0].Status, granted[0].Case = parley.ApprovalApproved, facts
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
