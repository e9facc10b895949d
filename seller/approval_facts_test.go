package seller_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"parley"
	"parley/seller"
)

// holds books a quote and tells whether the booking is held.
func (d *desk) holds(buyer seller.Call, request seller.QuoteRequest) bool {
	d.t.Helper()
	deal, err := d.book(buyer, d.quote(buyer, request).ID)
	if err != nil {
		d.t.Fatal(err)
	}
	return deal.Status == parley.DealProposed
}

// TestAThresholdNamesItsCurrency books the same numbers in three currencies.
func TestAThresholdNamesItsCurrency(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		for _, currency := range []parley.Currency{parley.USD, "EUR", "JPY"} {
			d.sell(video(func(p *parley.Product) {
				p.ID, p.Currency = "video-"+string(currency), currency
				if currency == "JPY" {
					base := int64(1_200_000_000)
					p.BaseCPM, p.FloorCPM = &base, 800_000_000
				}
			}))
		}
		d.gate(rule("large", parley.GateDealBooking, parley.ScopeApprover, 1,
			`currency == "USD" && deal_value >= 10000 || currency == "EUR" && deal_value >= 9000 || currency == "JPY" && deal_value >= 1500000`))
		buyer := d.buyer(acme)
		for product, want := range map[string]bool{"video-USD": false, "video-EUR": true, "video-JPY": false} {
			request := ask(900_000) // 9,720 USD and EUR, 972,000 JPY
			request.ProductID = product
			if got := d.holds(buyer, request); got != want {
				t.Errorf("%s: held %v, want %v", product, got, want)
			}
		}
	})
}

// TestAFewImpressionsSayNothingOfADealsValue states volumes for deals that guarantee none, of a product without a minimum. Under what a CPM is for
// they count as no volume, so that the deal is worth what is available, at the gate and in the buyer's sums; nothing else can come to them.
func TestAFewImpressionsSayNothingOfADealsValue(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		ctx := context.Background()
		d.sell(video(func(p *parley.Product) { p.MinimumImpressions = 0 }))
		gate := d.gate(rule("large", parley.GateDealBooking, parley.ScopeApprover, 1, `deal_value >= 10000`))
		buyer := d.buyer(acme)
		asked := func(dealType string, impressions int64) seller.QuoteRequest {
			request := ask(impressions)
			request.DealType = dealType
			return request
		}
		for dealType, stated := range map[string]map[int64]bool{
			"PA": {0: true, 1: true, 999: true, 1000: false, 2_000_000: true},
			"PD": {0: true, 1: true, 999: true, 1000: false, 2_000_000: true},
			"PG": {1: false, 999: false, 1000: false, 2_000_000: true},
		} {
			for impressions, want := range stated {
				if got := d.holds(buyer, asked(dealType, impressions)); got != want {
					t.Errorf("%s of %d: held %v, want %v", dealType, impressions, got, want)
				}
			}
		}
		from, to := days("2026-06-10", "2026-06-19")
		_, err := d.service.SubmitProposal(ctx, buyer, seller.ProposalRequest{
			ProductID: "video-home", DealType: "PD", Price: parley.Money{Micros: 12_000_000}, Impressions: 999, Start: from, End: to,
		}, keep(new(parley.Proposal)))
		if told := wantError(t, err, parley.CodeValidation); len(told.Fields) != 1 || told.Fields[0].Path != "impressions" {
			t.Errorf("a proposal of 999: %v", err)
		}
		operator := d.operator()
		if _, err := d.service.ApprovalRules().Delete(ctx, operator, gate.ID, nil, keep(new(parley.ApprovalRule))); err != nil {
			t.Fatal(err)
		}
		deal, err := d.book(buyer, d.quote(buyer, asked("PD", 1)).ID)
		if err != nil || deal.Impressions != 0 || deal.CountsBooked(deal.BookedOn) == 0 {
			t.Errorf("a deal of one impression states %d and counts %d: %v", deal.Impressions, deal.CountsBooked(deal.BookedOn), err)
		}
		few := int64(1)
		_, err = d.askChange(buyer, seller.ChangeInput{DealID: deal.ID, Terms: parley.ChangeTerms{Impressions: &few}})
		_ = wantError(t, err, parley.CodeValidation)
	})
}

// TestADiscountIsFromTheAskOfNow lets a negotiation lower the price before anybody is asked, and the price list rise.
func TestADiscountIsFromTheAskOfNow(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		ctx := context.Background()
		d.sell(video())
		buyer := d.buyer(acme)
		order := func(dealID string) parley.Order {
			var o parley.Order
			if _, err := d.service.CreateOrder(ctx, buyer, seller.OrderRequest{DealID: dealID}, keep(&o)); err != nil {
				t.Fatal(err)
			}
			if _, err := d.service.TransitionOrder(ctx, buyer, seller.TransitionRequest{OrderID: o.ID, To: parley.OrderSubmitted}, keep(&o)); err != nil {
				t.Fatal(err)
			}
			return o
		}
		quote := d.quote(buyer, ask(1_000_000))
		for _, price := range []int64{9_900_000, 10_200_000, 10_500_000} {
			turn, err := d.say(buyer, seller.Message{QuoteID: quote.ID, Action: "counter", Price: &parley.Money{Micros: price}})
			if err != nil {
				t.Fatal(err)
			}
			if turn.Negotiation.Status == parley.NegotiationAccepted {
				break
			}
		}
		deal, err := d.book(buyer, quote.ID)
		if err != nil || deal.Price.FinalCPM >= quote.Price.FinalCPM {
			t.Fatalf("booked at %d (%v)", deal.Price.FinalCPM, err)
		}
		d.gate(rule("discounts", parley.GateOrderSubmission, parley.ScopeFinance, 1, "discount_pct > 1"))
		if o := order(deal.ID); o.Status != parley.OrderPendingApproval {
			t.Errorf("an order of a deal that was bargained down: %s", o.Status)
		}
		// At the price list's price there is no discount, until the price list rises.
		d.gate(rule("discounts", parley.GateDealBooking, parley.ScopeFinance, 1, "discount_pct > 10"))
		before, later := d.quote(buyer, ask(1000)), d.quote(buyer, ask(1000))
		if deal, err := d.book(buyer, before.ID); err != nil || deal.Status != parley.DealBooked {
			t.Errorf("%s, %v", deal.Status, err)
		}
		d.sell(video(func(p *parley.Product) { base := int64(15_000_000); p.BaseCPM = &base }))
		if deal, err := d.book(buyer, later.ID); err != nil || deal.Status != parley.DealProposed {
			t.Errorf("20%% under the price list: %s, %v", deal.Status, err)
		}
	})
}

// TestADealWithoutAVolumeHasTheOneAvailable weighs deals whose terms name no volume.
func TestADealWithoutAVolumeHasTheOneAvailable(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		d.sell(video(), video(func(p *parley.Product) { p.ID, p.DailyImpressions = "undeclared", nil }))
		d.gate(rule("value", parley.GateDealBooking, parley.ScopeApprover, 1, "deal_value >= 100000 && impressions >= 10000000"))
		buyer := d.buyer(acme)
		for _, c := range []struct {
			product, last string
			want          bool
		}{
			{"video-home", "2026-06-18", false}, // nine days of a million
			{"video-home", "2026-06-19", true},  // ten: 10,000,000 at 10.80
			{"undeclared", "2026-06-10", true},
		} {
			from, to := days("2026-06-10", c.last)
			for _, way := range []string{"PD", "PA"} {
				request := seller.QuoteRequest{ProductID: c.product, DealType: way, FlightStart: from, FlightEnd: to}
				if got := d.holds(buyer, request); got != c.want {
					t.Errorf("%s of %s to %s: held %v, want %v", way, c.product, c.last, got, c.want)
				}
			}
		}
	})
}

// TestSplittingHelpsNobody books a large sum in small deals: through other agencies, under another spelling, by proposals, after cancelling.
func TestSplittingHelpsNobody(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		ctx := context.Background()
		d.sell(video())
		d.gate(rule("a day", parley.GateDealBooking, parley.ScopeApprover, 2, `value_today + deal_value > 5000`))
		d.gate(rule("in all", parley.GateDealBooking, parley.ScopeFinance, 1, `value_open + deal_value > 12000`))
		one, other := zenith, zenith
		other.AgencyID, other.SeatID, other.AdvertiserID = "agency-other", "seat-other", strings.ToUpper(zenith.AdvertiserID)
		buyers := []seller.Call{d.buyer(one), d.buyer(other)}
		booked := func(buyer seller.Call) parley.Deal { // 100,000 x 10.20 = 1,020.00
			t.Helper()
			deal, err := d.book(buyer, d.quote(buyer, ask(100_000)).ID)
			if err != nil {
				t.Fatal(err)
			}
			return deal
		}
		var deals []parley.Deal
		for i := range 4 {
			deals = append(deals, booked(buyers[i%2]))
		}
		held := booked(buyers[0])
		if deals[3].Status != parley.DealBooked || held.Status != parley.DealProposed {
			t.Fatalf("the fourth is %s, the fifth %s", deals[3].Status, held.Status)
		}
		if deal := booked(d.buyer(acme)); deal.Status != parley.DealBooked {
			t.Errorf("another buyer's first: %s", deal.Status)
		}
		// What waits does not count, what ends stops to.
		if _, err := d.service.CancelDeal(ctx, d.operator(), deals[0].ID, "", keep(new(parley.Deal))); err != nil {
			t.Fatal(err)
		}
		if deal := booked(buyers[1]); deal.Status != parley.DealBooked {
			t.Errorf("after a cancellation: %s", deal.Status)
		}
		// The held one is weighed again when it is granted, as the day is then.
		d.grant(parley.ScopeApprover)
		if read, err := d.service.Deal(ctx, buyers[0], held.ID); err != nil || read.Status != parley.DealBooked {
			t.Errorf("granted: %s, %v", read.Status, err)
		}
		// Another day starts afresh; what runs does not.
		for _, count := range []int{4, 3} {
			d.clock.Move(24 * 3600e9)
			for i := range count {
				deals = append(deals, booked(buyers[i%2]))
			}
		}
		last := deals[len(deals)-1]
		if last.Status != parley.DealProposed || d.pending().Role != parley.ScopeFinance {
			t.Errorf("beyond twelve thousand: %s, %+v", last.Status, d.pending())
		}
	})
}

// TestACaseSaysWhatNoRuleLooksAt asks about everything that can be asked about, by rules that look at nothing but the volume, or by none: the case
// that people read has what else the buyer has booked, its accounts, and the ask of the price list as it is now.
func TestACaseSaysWhatNoRuleLooksAt(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		d.sell(video(at120))
		for _, gate := range []parley.Gate{parley.GateProposalDecision, parley.GateNegotiationAccept, parley.GateDealBooking} {
			d.gate(parley.ApprovalRule{Gate: gate, Condition: "impressions == 2000"})
		}
		d.gate(parley.ApprovalRule{Gate: parley.GateOrderSubmission})
		admin := d.operator()
		for i, asked := range asks {
			agency := fmt.Sprintf("agency-%d", i)
			u := underway{desk: d, buyer: d.buyer(parley.Identity{AgencyID: agency, SeatID: "seat-of-" + agency}), admin: admin}
			other := d.dealOf(u.buyer, 1000)
			if asked.name == "a change" {
				d.sell(video(at120, func(p *parley.Product) { p.BaseCPM = of[int64](20_000_000) }))
			}
			a := d.approval(asked.open(&u, 2000))
			value := must(parley.DealValue(other.Price.FinalCPM, 1000))
			if got := a.Case; got.ValueToday != value || got.ValueOpen != value {
				t.Errorf("%s: beside it are booked %d, and run %d, not %d", asked.name, got.ValueToday, got.ValueOpen, value)
			}
			if account := d.accountNamed(parley.AccountAgency, agency).ID; !slices.Contains(a.Case.AccountIDs, account) {
				t.Errorf("%s: the accounts are %v, without %s", asked.name, a.Case.AccountIDs, account)
			}
			if asked.name == "a change" && (a.RuleID != "builtin:changes" || a.Case.Ask != 18_000_000) {
				t.Errorf("by %s, the ask of a change is %d", a.RuleID, a.Case.Ask)
			}
		}
	})
}
