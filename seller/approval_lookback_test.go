package seller_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"parley"
	"parley/seller"
)

// TestARuleIsTriedOnThePast counts what rules would have stopped of what was booked, by number and value, and of the last 90 days alone.
func TestARuleIsTriedOnThePast(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		d.sell(video())
		buyer, viewer := d.buyer(acme), d.operator(parley.ScopeViewer)
		look := func(rule parley.ApprovalRule) (seller.Lookback, error) {
			return d.service.LookBack(context.Background(), viewer, rule)
		}
		rule := func(condition string) parley.ApprovalRule {
			return parley.ApprovalRule{Gate: parley.GateDealBooking, Condition: condition}
		}
		if back, err := look(rule("")); err != nil || back.Deals != 0 {
			t.Errorf("of no deals: %+v, %v", back, err)
		}
		var total, large int64
		for _, impressions := range []int64{100_000, 200_000, 400_000} {
			deal, err := d.book(buyer, d.quote(buyer, seller.QuoteRequest{ProductID: video().ID, DealType: "PD", Impressions: impressions}).ID)
			if err != nil {
				t.Fatal(err)
			}
			value, _ := parley.DealValue(deal.Price.FinalCPM, impressions)
			total += value
			if impressions == 400_000 {
				large = value
			}
		}
		for condition, stopped := range map[string]int64{
			"": 3, "impressions >= 200000": 2, "impressions > 400000": 0, "discount_pct > 0": 0, `deal_type == "PG"`: 0, `currency == "USD" && impressions == 400000`: 1,
		} {
			back, err := look(rule(condition))
			if err != nil || back.Deals != 3 || back.Stopped != stopped || len(back.Sums) != 1 || back.Sums[0].Value != total {
				t.Errorf("%s: %+v, %v, want %d stopped of %d", condition, back, err, stopped, total)
			}
			if stopped == 1 && back.Sums[0].Stopped != large {
				t.Errorf("%s: %+v, want %d", condition, back, large)
			}
		}
		for _, refused := range []parley.ApprovalRule{
			rule("value_open > 5"), rule("impressions >"), {Gate: parley.GateOrderSubmission}, {Gate: parley.GateChangeRequest}, {Gate: "none"},
		} {
			_, err := look(refused)
			wantCode(t, err, parley.CodeValidation)
		}
		_, err := d.service.LookBack(context.Background(), buyer, rule(""))
		wantCode(t, err, parley.CodeForbidden)
		d.clock.Move(91 * 24 * time.Hour)
		if back, err := look(rule("")); err != nil || back.Deals != 0 {
			t.Errorf("of 91 days ago: %+v, %v", back, err)
		}
	})
}

// TestARuleIsTriedOnWhatOthersStopped counts, beside what was booked, what waits and what was refused, each once however many rules asked and whether
// it was booked in the end.
func TestARuleIsTriedOnWhatOthersStopped(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		d.sell(video())
		buyer, operator := d.buyer(acme), d.operator()
		d.gate(parley.ApprovalRule{Name: "first", Gate: parley.GateDealBooking})
		d.gate(parley.ApprovalRule{Name: "second", Gate: parley.GateDealBooking})
		want := func(deals int64) {
			t.Helper()
			for condition, stopped := range map[string]int64{"": deals, "impressions > 100000": 0} {
				back := must(d.service.LookBack(context.Background(), operator, parley.ApprovalRule{Gate: parley.GateDealBooking, Condition: condition}))
				if back.Deals != deals || back.Stopped != stopped || len(back.Sums) != 1 {
					t.Errorf("%q: %+v, want %d stopped of %d", condition, back, stopped, deals)
				}
			}
		}
		var held []parley.Deal
		for n := range 3 {
			held = append(held, must(d.book(buyer, d.quote(buyer, seller.QuoteRequest{ProductID: video().ID, DealType: "PD", Impressions: 100_000}).ID)))
			want(int64(n + 1))
		}
		for _, answer := range []struct{ dealID, decision string }{{held[0].ID, "approve"}, {held[0].ID, "approve"}, {held[1].ID, "reject"}} {
			asked := d.asked(answer.dealID)
			waits := slices.IndexFunc(asked, func(a parley.Approval) bool { return a.Status == parley.ApprovalPending })
			if err := d.decideAndResume(operator, asked[waits].ID, answer.decision); err != nil {
				t.Fatal(err)
			}
			want(3)
		}
		if deal := must(d.service.Deal(context.Background(), buyer, held[0].ID)); deal.Status != parley.DealBooked {
			t.Errorf("granted twice it is %s", deal.Status)
		}
	})
}

// TestARuleForSomeIsTriedOnTheirs tries a rule that picks accounts.
func TestARuleForSomeIsTriedOnTheirs(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		d.sell(video())
		buyer := d.buyer(acme)
		d.dealOf(buyer, 100_000)
		theirs := d.accountNamed(parley.AccountAgency, acme.AgencyID).ID
		for id, stopped := range map[string]int64{theirs: 1, "acct-none": 0} {
			back := must(d.service.LookBack(context.Background(), d.operator(), parley.ApprovalRule{Gate: parley.GateDealBooking, AccountIDs: []string{id}}))
			if back.Deals != 1 || back.Stopped != stopped {
				t.Errorf("%s: %+v, want %d stopped", id, back, stopped)
			}
		}
	})
}
