package seller_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"parley"
	"parley/seller"
)

// A trade is read with what it has led to, whichever of the three it began as, and by whom it belongs to alone.
func TestTrade(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		d.sell(video())
		buyer, rival := d.buyer(acme), d.buyer(zenith)
		quote := d.quote(buyer, ask(100_000))
		deal := must(d.book(buyer, quote.ID))
		change := must(d.askChange(buyer, seller.ChangeInput{Type: parley.ChangeCreative, DealID: deal.ID, Reason: "Another film"}))
		open := d.quote(buyer, ask(100_000))
		proposal := d.submit(buyer, propose(9_500_000, 100_000))

		booked := must(d.service.Trade(t.Context(), buyer, quote.ID))
		if booked.ID() != quote.ID || booked.Deal == nil || booked.Deal.ID != deal.ID || booked.Negotiation != nil {
			t.Errorf("the booked quote is %+v", booked)
		}
		if got := must(d.service.Trade(t.Context(), buyer, change.ID)); got.ID() != change.ID || got.Change == nil {
			t.Errorf("the change is %+v", got)
		}
		proposed := must(d.service.Trade(t.Context(), buyer, proposal.ID))
		if proposed.Proposal == nil || proposed.Proposal.Trace != nil || proposed.Negotiation == nil || proposed.Negotiation.FloorCPM != 0 {
			t.Errorf("the proposal is %+v", proposed)
		}
		d.clock.Move(48 * time.Hour)
		if got := must(d.service.Trade(t.Context(), buyer, open.ID)); got.Quote.Status != parley.QuoteExpired {
			t.Errorf("the quote whose time is over is %s", got.Quote.Status)
		}

		var listed []string
		for after := ""; ; {
			page := must(d.service.Trades(t.Context(), buyer, seller.Page{Limit: 1, After: after}))
			if page.Total != 4 {
				t.Fatalf("there are %d", page.Total)
			}
			if len(page.Items) == 0 {
				break
			}
			after = page.Items[0].ID()
			listed = append(listed, after)
		}
		if want := []string{proposal.ID, open.ID, change.ID, quote.ID}; !slices.Equal(listed, want) {
			t.Errorf("the trades are %q, want %q", listed, want)
		}
		if found := must(d.service.Trades(t.Context(), rival, seller.Page{Limit: 10})); len(found.Items) != 0 || found.Total != 0 {
			t.Errorf("another buyer sees %+v", found)
		}
		for _, id := range []string{quote.ID, proposal.ID, change.ID, deal.ID, "qt-", "", strings.ToUpper(quote.ID)} {
			if _, err := d.service.Trade(t.Context(), rival, id); !parley.Is(err, parley.CodeNotFound) {
				t.Errorf("another buyer reads %q: %v", id, err)
			}
		}
		if _, err := d.service.Trades(t.Context(), seller.Call{}, seller.Page{Limit: 10}); !parley.Is(err, parley.CodeUnauthorized) {
			t.Errorf("without a key: %v", err)
		}
	})
}
