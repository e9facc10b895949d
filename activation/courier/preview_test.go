package courier_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"parley"
	"parley/activation"
	"parley/activation/admanager"
	"parley/seller"
)

// TestAQuoteIsSeenAsTheDealThatItWouldBecome looks at what a network would be sent before anybody has booked, and after.
func TestAQuoteIsSeenAsTheDealThatItWouldBecome(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		d.adManager(admanager.HeaderBidding, "")
		from, errFrom := parley.ParseDate("2026-06-10")
		to, errTo := parley.ParseDate("2026-06-19")
		d.must(errFrom)
		d.must(errTo)
		var quote parley.Quote
		_, err := d.service.RequestQuote(t.Context(), d.buyer, seller.QuoteRequest{
			ProductID: "video", DealType: "PG", Impressions: 1_000_000, FlightStart: &from, FlightEnd: &to,
		}, keep(&quote))
		d.must(err)
		look := func() string {
			t.Helper()
			seen, err := d.service.PreviewActivations(t.Context(), d.admin, quote.ID, false)
			d.must(err)
			if len(seen) != 1 || len(seen[0].Problems) > 0 || len(seen[0].Plan.Steps) == 0 {
				t.Fatalf("seen %+v", seen)
			}
			return string(seen[0].Plan.Steps[len(seen[0].Plan.Steps)-1].Body)
		}
		if body := look(); !strings.Contains(body, `"units":"1000000"`) || !strings.Contains(body, "-QUOTE-ALONE") {
			t.Errorf("before booking: %s", body)
		}
		var deal parley.Deal
		_, err = d.service.BookDeal(t.Context(), d.buyer, seller.BookingRequest{QuoteID: quote.ID}, keep(&deal))
		d.must(err)
		if body := look(); !strings.Contains(body, deal.ID) {
			t.Errorf("after booking: %s", body)
		}
		if len(d.network.Calls()) != 0 {
			t.Errorf("the network was asked: %v", d.network.Calls())
		}
		d.clock.Move(12 * 24 * time.Hour) // the flight has begun
		seen, err := d.service.PreviewActivations(t.Context(), d.admin, deal.ID, false)
		d.must(err)
		if len(seen) != 1 || !slices.ContainsFunc(seen[0].Plan.Warnings, func(w activation.Warning) bool {
			return w.Field == "flight_start" && strings.Contains(w.Text, "ten minutes after it is sent")
		}) {
			t.Errorf("nobody is told that the start is past: %+v", seen)
		}
		if _, err := d.service.PreviewActivations(t.Context(), d.admin, "qt-none", false); !parley.Is(err, parley.CodeNotFound) {
			t.Errorf("a quote that there is not: %v", err)
		}
		if _, err := d.service.PreviewActivations(t.Context(), d.buyer, quote.ID, false); err == nil {
			t.Error("a buyer sees what is the publisher's")
		}
	})
}
