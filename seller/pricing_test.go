package seller_test

import (
	"context"
	"testing"

	"parley"
	"parley/seller"
	"parley/storage"
)

func TestRateCardAndRulesHoldAtOnceOnEveryNode(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		ctx := context.Background()
		d.sell(video())
		admin, buyer := d.operator(), d.buyer(acme)
		other := openDesk(t, d.store, seller.DefaultSettings())
		before := other.quote(buyer, ask(10_000))

		card := parley.RateCard{Entries: []parley.RateCardEntry{{InventoryType: "video", BaseCPM: parley.Money{Micros: 20_000_000, Currency: parley.USD}}}}
		var stored parley.RateCard
		if _, err := d.service.ReplaceRateCard(ctx, admin, card, nil, keep(&stored)); err != nil {
			t.Fatal(err)
		}
		if got := other.quote(buyer, ask(10_000)).Price.FinalCPM; got != 18_000_000 {
			t.Errorf("after the rate card: %d, want 18.00 (20.00 less 10%%)", got)
		}
		stale := stored.Version - 1
		_, err := d.service.ReplaceRateCard(ctx, admin, card, &stale, keep(new(parley.RateCard)))
		wantCode(t, err, parley.CodePreconditionFailed)

		rule := parley.PricingRule{Name: "Acme", Enabled: true, Selector: parley.Selector{AgencyIDs: []string{acme.AgencyID}}, Discount: 2_000}
		if _, err := d.service.PricingRules().Create(ctx, admin, rule, keep(&rule)); err != nil {
			t.Fatal(err)
		}
		quote := other.quote(buyer, ask(10_000))
		if quote.Price.FinalCPM != 14_400_000 {
			t.Errorf("after the rule: %d, want 14.40 (18.00 less 20%%)", quote.Price.FinalCPM)
		}
		trace, err := d.service.PricingTrace(ctx, admin, quote.ID)
		if err != nil || len(trace.Price.Steps) == 0 {
			t.Errorf("no trace: %+v, %v", trace.Price.Steps, err)
		}
		_, err = d.service.PricingTrace(ctx, buyer, quote.ID)
		wantCode(t, err, parley.CodeForbidden)

		if _, err := d.service.PricingRules().Delete(ctx, admin, rule.ID, nil, keep(new(parley.PricingRule))); err != nil {
			t.Fatal(err)
		}
		if got := other.quote(buyer, ask(10_000)).Price.FinalCPM; got != 18_000_000 {
			t.Errorf("after the rule was deleted: %d, want 18.00", got)
		}
		versions, err := d.service.PricingRules().History(ctx, admin, rule.ID)
		if err != nil || len(versions) == 0 {
			t.Errorf("the deleted rule's history: %v, %v", versions, err)
		}
		if got, err := other.service.Quote(ctx, buyer, before.ID); err != nil || got.Price.FinalCPM != 10_800_000 {
			t.Errorf("the quote from before moved: %d, %v", got.Price.FinalCPM, err)
		}
		audits, err := d.service.Audits(ctx, admin, seller.AuditFilter{Resource: "pricing_rule", ResourceID: rule.ID, Page: storage.Page{Limit: 10}})
		if err != nil || audits.Total != 2 {
			t.Errorf("%d audit entries of the rule (%v), want its creation and deletion", audits.Total, err)
		}
	})
}

func TestBadRulesAreRefusedWhenSaved(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		admin := d.operator()
		for name, rule := range map[string]parley.PricingRule{
			"broken condition":  {Name: "r", Enabled: true, Discount: 100, Condition: "impressions >"},
			"unknown variable":  {Name: "r", Enabled: true, Discount: 100, Condition: "nonsense > 1"},
			"too much discount": {Name: "r", Enabled: true, Discount: 10_001},
			"unknown currency":  {Name: "r", Enabled: true, BaseCPM: &parley.Money{Micros: 1, Currency: "ABC"}},
		} {
			t.Run(name, func(t *testing.T) {
				_, err := d.service.PricingRules().Create(context.Background(), admin, rule, keep(new(parley.PricingRule)))
				wantCode(t, err, parley.CodeValidation)
			})
		}
	})
}
