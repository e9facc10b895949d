package seller_test

import (
	"testing"

	"parley"
)

// TestTheNextIsAskedAboutWhatIsLeft sells a part of what is asked about meanwhile: a rule that stops the counter over what is left asks about
// that, with every fact of it; who granted more is not asked again, and the buyer is sent what was granted last.
func TestTheNextIsAskedAboutWhatIsLeft(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		d.sell(video())
		d.gate(parley.ApprovalRule{Name: "all", Gate: parley.GateProposalDecision, Condition: "impressions != 6500000", Priority: 2})
		d.gate(parley.ApprovalRule{Name: "small", Gate: parley.GateProposalDecision, Condition: "impressions < 4000000 && deal_value < 50000", Role: parley.ScopeFinance})
		buyer, operator := d.buyer(acme), d.operator()
		p := d.submit(buyer, propose(10_800_000, 7_000_000)) // of ten million
		first := d.pending()
		other := d.dealOf(d.buyer(zenith), 6_500_000)
		d.granted(first.ID)
		next := d.pending()
		value := must(parley.DealValue(next.Case.Price, 3_500_000))
		if next.ID == first.ID || next.RuleName != "small" || next.Case.Impressions != 3_500_000 || next.Case.DealValue != value ||
			next.Case.Recommendation != string(parley.RecommendCounter) {
			t.Fatalf("asked next is %+v", next)
		}
		fresh := d.quote(buyer, ask(3_500_000))
		if next.Case.Ask != fresh.Price.FinalCPM {
			t.Errorf("the ask is %d, and %d for what is left", next.Case.Ask, fresh.Price.FinalCPM)
		}
		// What comes back is not what was asked about.
		must(d.cancel(operator, other.ID))
		d.granted(next.ID)
		now := must(d.service.Proposal(t.Context(), buyer, p.ID))
		if now.Status != parley.ProposalCounterOffered || now.CounterTerms.MaxImpressions == nil || *now.CounterTerms.MaxImpressions != 3_500_000 {
			t.Errorf("the buyer has %s, %+v", now.Status, now.CounterTerms)
		}
	})
}
