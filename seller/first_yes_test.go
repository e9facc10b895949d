package seller_test

import (
	"context"
	"strings"
	"testing"

	"parley"
	"parley/seller"
)

// TestAFirstYesCountsForWhatItWasTold has one person say yes, what is sold change, and another say yes in every way in which one is given: both
// decide what the first was told, and of anything else the second yes is the first of two again, to which the first person says the other.
func TestAFirstYesCountsForWhatItWasTold(t *testing.T) {
	t.Parallel()
	same := func(*parley.Product) {}
	less := func(p *parley.Product) { p.DailyImpressions = of[int64](60_000) }
	type row struct {
		name, way, product, id string
		first, then            func(*parley.Product)
		was                    parley.Effect
	}
	onEach(t, func(t *testing.T, d *desk) {
		ctx := context.Background()
		var rows []*row
		for _, way := range []string{"page", "at once", "many", "said to decide"} {
			for _, r := range []row{
				{name: "nothing changes", first: same, then: same},
				{name: "a counter becomes an acceptance", first: less, then: same},
				{name: "an acceptance becomes a counter", first: same, then: less},
			} {
				r.way, r.product = way, "two-"+parley.FormatCount(int64(len(rows)))
				rows = append(rows, &r)
			}
		}
		sells := func(as func(*row) func(*parley.Product)) {
			var products []parley.Product
			for _, r := range rows {
				products = append(products, video(func(p *parley.Product) { p.ID = r.product }, as(r)))
			}
			d.sell(products...)
		}
		then := func(r *row) func(*parley.Product) { return r.then }
		sells(func(*row) func(*parley.Product) { return same })
		d.gate(parley.ApprovalRule{Gate: parley.GateProposalDecision, Role: parley.ScopeApprover, SecondRole: parley.ScopeFinance})
		buyer, anna, ben := d.buyer(acme), d.operator(parley.ScopeApprover), d.operator(parley.ScopeFinance)
		for _, r := range rows {
			request := propose(12_000_000, 1_000_000)
			request.ProductID = r.product
			r.id = d.submit(buyer, request).ApprovalID
		}
		sells(func(r *row) func(*parley.Product) { return r.first })
		for _, r := range rows {
			r.was = must(d.service.InboxItem(ctx, anna, r.id)).Does(parley.ApprovalApproved, nil)
			must(d.service.DecideAndResume(ctx, anna, seller.DecisionRequest{ApprovalID: r.id, Decision: "approve"}, keep(new(parley.Approval))))
		}
		sells(then)
		for _, r := range rows {
			item := must(d.service.InboxItem(ctx, ben, r.id))
			would, lapses := item.Does(parley.ApprovalApproved, nil), r.name != "nothing changes"
			words, was := parley.PlainNumbers().Effect(item, would), parley.PlainNumbers().FirstWas(item)
			if would.Endorses != lapses || strings.HasPrefix(words, "First yes of two: ") != lapses || (was != "") != lapses {
				t.Errorf("%s, %s: a yes to “%s” is shown as %q, the first one as to %q", r.name, r.way, parley.PlainNumbers().Effect(item, r.was), words, was)
			}
			request := seller.DecisionRequest{ApprovalID: r.id, Decision: "approve"}
			switch r.way {
			case "page":
				request.Expected = &parley.Expected{Shown: &would}
				must(d.service.PlanDecision(ctx, ben, request, keep(new(parley.Approval))))
			case "at once":
				must(d.service.DecideAndResume(ctx, ben, request, keep(new(parley.Approval))))
			case "many":
				if err := must(d.service.DecideAll(ctx, ben, []seller.DecisionRequest{request}, true))[0].Err; err != nil {
					t.Fatal(err)
				}
			case "said to decide":
				decides := would
				decides.Endorses = false
				request.Expected = &parley.Expected{Shown: &decides}
				if _, err := d.service.DecideAndResume(ctx, ben, request, keep(new(parley.Approval))); (err != nil) != lapses {
					t.Errorf("%s: expected to decide, it answers %v", r.name, err)
				}
			}
		}
		d.clock.Move(seller.TakeBackTime)
		d.carryOut()
		for _, r := range rows {
			a := d.approval(r.id)
			if r.name == "nothing changes" {
				if did := d.did(buyer, a); did != (parley.Effect{Deed: r.was.Deed, CPM: r.was.CPM, Impressions: r.was.Impressions}) {
					t.Errorf("%s, %s: told %+v, it did %+v", r.name, r.way, r.was, did)
				}
				continue
			}
			acts := "request endorse endorse"
			switch r.way {
			case "page":
				acts = "request endorse plan endorse"
			case "said to decide":
				acts = "request endorse"
			}
			if got := d.acts(r.id); a.Status != parley.ApprovalPending || got != acts {
				t.Errorf("%s, %s: it is %s by %s, want %s", r.name, r.way, a.Status, got, acts)
			}
			if r.way == "said to decide" {
				continue
			}
			// Now ben has said the first yes, to what stands, and anna's decides that.
			would := must(d.service.InboxItem(ctx, anna, r.id)).Does(parley.ApprovalApproved, nil)
			must(d.service.DecideAndResume(ctx, anna, seller.DecisionRequest{ApprovalID: r.id, Decision: "approve"}, keep(&a)))
			if did := d.did(buyer, a); would.Endorses || did != (parley.Effect{Deed: would.Deed, CPM: would.CPM, Impressions: would.Impressions}) {
				t.Errorf("%s, %s: told %+v, both did %+v", r.name, r.way, would, did)
			}
		}
	})
}
