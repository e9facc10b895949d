package console_test

import (
	"context"
	"strconv"
	"strings"
	"testing"
	"time"

	"parley"
	"parley/internal/racedetector"
	"parley/internal/stores"
	"parley/seller"
	"parley/storage"
)

// TestBrowserHeldDeal follows a deal that waits to its approval and on to its end: it reads as booked, and says how to run it,
// only while it is.
func TestBrowserHeldDeal(t *testing.T) {
	t.Parallel()
	racedetector.Serial(t)
	stores.Each(t, func(t *testing.T, store *storage.Store) {
		w := openWorld(openDeskOver(t, store))
		w.gate(parley.ApprovalRule{Name: "Every booking", Gate: parley.GateDealBooking, Role: parley.ScopeApprover, Timeout: time.Hour})
		deal := w.book(w.buyer, w.quoteFor("ctv-drama-premiere"), "")
		b := w.open(t, w.approver)
		b.visit("/deals/" + deal.ID)
		b.shows("main", "Agreed, not booked")
		if text := b.text("main"); strings.Contains(text, "Run it in a DSP") || strings.Contains(text, "OpenRTB") {
			t.Error("a deal that waits says how to run it")
		}
		b.leave(`dd a[href^="/console/inbox/"]`)
		b.leave(`.decide button[value=approve]`)
		w.carryOut()
		b.visit("/deals/" + deal.ID)
		b.shows("main", "Run it in a DSP")
		must[seller.Answer](t)(w.service.CancelDeal(context.Background(), seller.Call{Secret: w.admin}, deal.ID, "over", keep(new(parley.Deal))))
		b.shows("h1 .status", "cancelled")
		if text := b.text("main"); strings.Contains(text, "Run it in a DSP") {
			t.Error("a cancelled deal says how to run it")
		}
	})
}

// TestBrowserDeliveryAgainstPlan looks at a deal that is behind its plan while figures come in, and at one that catches up.
func TestBrowserDeliveryAgainstPlan(t *testing.T) {
	t.Parallel()
	racedetector.Serial(t)
	stores.Each(t, func(t *testing.T, store *storage.Store) {
		w := openWorld(openDeskOver(t, store))
		deal := w.book(w.buyer, w.desk.quote(w.buyer, "ctv-drama-premiere", "PG", 500_000, 1, 10), "")
		b := w.open(t, w.viewer)
		b.visit("/deals/" + deal.ID)
		if strings.Contains(b.text("main"), "counted by") {
			t.Error("delivery is drawn before anything is known")
		}
		w.clock.by.Add(int64(6 * 24 * time.Hour))
		arrive := func(days int, each int64) {
			t.Helper()
			must[seller.DeliveryReport](t)(w.service.ImportDelivery(context.Background(), seller.Call{Secret: w.admin}, seller.DeliveryFile{
				Source: "ad server", Digest: func() string { return strconv.FormatInt(each, 10) },
				Feed: func(stage func(int, parley.DeliveryDay) error) error {
					for i := range days {
						day := parley.DeliveryDay{DealID: deal.ID, Day: deal.Flight.Start + parley.Date(i)}
						day.Impressions = each
						if err := stage(i+1, day); err != nil {
							return err
						}
					}
					return nil
				},
			}, false))
		}
		arrive(4, 20_000)
		b.shows("#delivery", "behind")
		b.shows("main", "80,000 impressions on the days that are complete, ")
		b.shows("main", "short.")
		b.comes(`document.querySelectorAll("svg[aria-label^='Impressions delivered'] polyline").length === 2`)
		arrive(5, 50_000) // the last of them may not be complete yet, by the time of day
		b.shows("#delivery", "on pace")
		b.shows("main", "impressions on the days that are complete, 100% of what was planned until then")
	})
}
