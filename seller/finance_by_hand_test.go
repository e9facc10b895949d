package seller_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"parley"
	"parley/seller"
)

// TestFinanceNamesWhoAgreedByHand agrees on the prices of deals by hand, in each way, and once by the agent alone.
func TestFinanceNamesWhoAgreedByHand(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	onEach(t, func(t *testing.T, d *desk) {
		d.sell(video(at120))
		buyer, one, other := d.buyer(acme), d.operator(parley.ScopeApprover), d.operator(parley.ScopeApprover)
		me := "operator:" + d.keyID(one)
		answer := func(call seller.Call, id, action string, price int64) {
			t.Helper()
			hand := seller.HandAnswer{NegotiationID: id, Action: action}
			if price > 0 {
				hand.Price = &parley.Money{Micros: price}
			}
			must(d.service.AnswerNegotiation(ctx, call, hand, keep(new(seller.Turn))))
		}
		proposed := func() parley.Proposal { return d.submit(buyer, propose(8_500_000, 1000)) }
		counter := func(quote string, price int64) parley.Negotiation {
			t.Helper()
			return must(d.say(buyer, seller.Message{QuoteID: quote, Action: "counter", Price: &parley.Money{Micros: price}})).Negotiation
		}
		want := map[string][]string{}

		p := proposed()
		must(d.counter(buyer, p.ID, 9_000_000))
		answer(one, p.NegotiationID, "accept", 0)
		want[must(d.bookProposal(buyer, p.ID)).ID] = []string{me}

		quote := d.quote(buyer, ask(1000)).ID
		answer(other, counter(quote, 8_500_000).ID, "counter", 11_300_000) // that was not agreed on
		answer(one, counter(quote, 8_600_000).ID, "final_offer", 11_200_000)
		must(d.say(buyer, seller.Message{QuoteID: quote, Action: "accept"}))
		want[must(d.book(buyer, quote)).ID] = []string{me}

		buyer = d.buyer(zenith)
		quote = d.quote(buyer, ask(1000)).ID
		n := counter(quote, 8_500_000)
		answer(one, n.ID, "counter", n.StandingCPM())
		must(d.service.HandBack(ctx, one, n.ID, keep(new(seller.Turn))))
		counter(quote, 9_500_000)
		must(d.say(buyer, seller.Message{QuoteID: quote, Action: "accept"}))
		want[must(d.book(buyer, quote)).ID] = nil

		month := seller.MonthOf(parley.DateOf(noon, time.UTC))
		lines := must(d.service.FinanceMonth(ctx, one, month, seller.FinanceByBooking, seller.Page{Limit: 10}))
		if len(lines.Items) != len(want) {
			t.Fatalf("there are %d deals, not %d", len(lines.Items), len(want))
		}
		for _, line := range lines.Items {
			var names []string
			for _, p := range line.ApprovedBy {
				names = append(names, p.Actor)
			}
			if !slices.Equal(names, want[line.Deal.ID]) {
				t.Errorf("deal %s at %d is approved by %v, not %v", line.Deal.ID, line.Deal.Price.FinalCPM, names, want[line.Deal.ID])
			}
		}
	})
}
