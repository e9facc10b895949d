package console_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"parley"
	"parley/activation/dealsapi"
	fake "parley/internal/fake/dealsapi"
	"parley/internal/racedetector"
	"parley/seller"
)

// TestBrowserFromBookingToCompletion follows a deal on the desk's pages: a DSP that is away, a deal that is sent, accepted, served too
// slowly, caught up and completed, by figures that somebody takes in as files.
func TestBrowserFromBookingToCompletion(t *testing.T) {
	t.Parallel()
	racedetector.Serial(t)
	w := openWorld(openDesk(t))
	b := w.open(t, w.admin)
	receiver := fake.New("")
	t.Cleanup(receiver.Close)

	// Somebody makes the destination on its page.
	b.visit("/destinations/new")
	b.run(chromedp.SetValue(chromedp.CSS("#f-kind"), dealsapi.Kind))
	b.leave("main form button.primary")
	b.run(fill("#f-name", "South DSP"), click("#f-required"), fill("#f-settings\\.origin", "northlight.example"),
		fill("#f-settings\\.push_url", receiver.URL+"/push"), fill("#f-settings\\.status_url", receiver.URL+"/status"),
		fill("#f-match\\.product_ids", "ctv-drama-premiere"))
	b.leave("main form .actions button.primary")
	b.shows("h1", "South DSP")

	// A deal is booked and ordered, and the receiver refuses it.
	receiver.Breaks(func(string) fake.Fault { return fake.Answers + "422" })
	deal := w.book(w.buyer, w.desk.quote(w.buyer, "ctv-drama-premiere", "PG", 500_000, 1, 10), "")
	order := w.desk.order(w.buyer, deal)
	w.move(seller.Call{Secret: w.admin}, order, "", parley.OrderSubmitted, parley.OrderApproved)
	w.send()
	b.visit("/activations")
	b.shows("main .cards", deal.ProductName+" at South DSP")
	b.shows("main .cards", "Mend what the destination says is wrong, then try again")
	b.visit("/deals/" + deal.ID)
	b.shows("main", "has refused it")
	b.visit("/orders/" + order.ID)
	b.shows("#next ~ ul", "South DSP")
	if strings.Contains(b.text("main"), "Sync") {
		t.Error("the order is offered to be moved by hand")
	}

	// It takes it now: the desk tries again, by keyboard.
	receiver.Breaks(nil)
	b.visit("/activations")
	b.run(chromedp.Focus(chromedp.CSS(`li.case:first-child [data-row]`)))
	b.press("t")
	b.leaves(func() { b.press("\r") })
	b.shows("main", "It is tried again now.")

	// And releases what is held for a person.
	b.visit("/activations")
	b.run(chromedp.Focus(chromedp.CSS(`li.case:has([data-key="e"]) [data-row]`)))
	b.press("e")
	b.leaves(func() { b.press("\r") })
	b.shows("main", "Released")
	w.send()
	b.visit("/orders/" + order.ID)
	b.shows("h1", "syncing")
	receiver.Says(deal.ID, 3)
	w.clock.by.Add(int64(10 * time.Minute))
	w.send()
	b.visit("/orders/" + order.ID)
	b.shows("h1", "booked")

	// Figures come as a file: too few.
	w.clock.by.Add(int64(6 * 24 * time.Hour))
	take := func(days int, each int64, final bool, says string) {
		t.Helper()
		text := "day,deal_id,impressions,bid_requests,bids,wins,final\n"
		for i := range days {
			text += fmt.Sprintf("%s,%s,%d,1000000,900000,%d,%t\n", deal.Flight.Start+parley.Date(i), deal.ID, each, each, final)
		}
		path := filepath.Join(t.TempDir(), "figures.csv")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		b.visit("/delivery/import")
		b.run(fill("#f-source", "ad server"), chromedp.SetUploadFiles(chromedp.CSS("#f-file"), []string{path}))
		b.leave("main form button.primary")
		b.shows("main", fmt.Sprintf("%d rows of ad server", days))
		b.leave("main form button.primary")
		b.shows("main", "Taken in")
		b.visit("/deals/" + deal.ID)
		b.shows("#delivery", says)
	}
	take(4, 20_000, false, "behind")
	b.shows("main", "It is behind its plan")
	b.visit("/delivery")
	b.shows("main table", "behind")
	b.shows("main table", "not final")

	// It catches up, and when the flight is over and the figures are final, it is completed.
	w.clock.by.Add(int64(time.Hour))
	take(5, 50_000, false, "on pace")
	w.clock.by.Add(int64(6 * 24 * time.Hour))
	w.send()
	take(10, 50_000, true, "delivered")
	must[int](t)(w.service.CompleteDeals(context.Background()))
	b.visit("/orders/" + order.ID)
	b.shows("h1", "completed")
	b.shows("main", "The flight is over and its figures are final.")
	b.visit("/deals/" + deal.ID)
	b.shows("h1", "completed")
	if there, _ := receiver.Deal(deal.ID); there.Pushes != 1 || strings.Contains(there.Body, "notes") {
		t.Errorf("pushed %d times: %s", there.Pushes, there.Body)
	}
}
