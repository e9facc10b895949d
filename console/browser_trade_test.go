package console_test

import (
	"context"
	"strings"
	"testing"

	"parley"
	"parley/internal/racedetector"
	"parley/seller"
)

// fetched is what the page gets from an address of the server.
func (b *tab) fetched(path string) string {
	b.t.Helper()
	return evalAsync(b, `fetch("/console`+path+`").then((answer) => answer.text())`)
}

func TestBrowserDeals(t *testing.T) {
	t.Parallel()
	racedetector.Serial(t)
	w := openWorld(openDesk(t))
	b := w.open(t, w.approver)
	b.visit("/deals")
	rows := `document.querySelectorAll("table.rows tbody tr").length`
	if n := eval[int](b, rows); n != 6 {
		t.Fatalf("%d deals are listed", n)
	}
	b.run(fill("#f-q", "harbour"))
	b.leave(".filters button")
	if n := eval[int](b, rows); n != 2 {
		t.Errorf("%d deals are found for a buyer's name", n)
	}
	b.shows(".pager", "2 deals")
	newest := b.text("tbody tr:first-child code")
	b.leave("[aria-sort] a.sort")
	if oldest := b.text("tbody tr:first-child code"); oldest == newest || eval[int](b, rows) != 2 {
		t.Errorf("sorting shows %s first, as before", oldest)
	}
	csv := b.fetched("/deals.csv?q=harbour")
	if lines := strings.Count(csv, "\n"); lines != 3 || !strings.Contains(csv, w.deal.ID) || !strings.HasPrefix(csv, "deal_id,status,") {
		t.Errorf("the export is\n%s", csv)
	}

	b.visit("/deals/" + w.deal.ID)
	for _, text := range []string{"Price", "Volume discount", "35.91", "OpenRTB deal object", `"bidfloor": 35.91`, "The Trade Desk", "Autumn launch", "deal booked"} {
		b.shows("main", text)
	}
	b.run(click("details.act summary"))
	b.run(fill("#f-reason", "The campaign was called off"))
	b.leave("details.act button.danger")
	b.leave(`button[value=commit]`)
	b.shows("h1 .status", "cancelled")
	deal := must[parley.Deal](t)(w.service.Deal(context.Background(), seller.Terminal("test"), w.deal.ID))
	if deal.Status != parley.DealCancelled {
		t.Errorf("the deal is %s", deal.Status)
	}
}

func TestBrowserFindsAnything(t *testing.T) {
	t.Parallel()
	racedetector.Serial(t)
	w := openWorld(openDesk(t))
	b := w.open(t, w.viewer)
	for text, title := range map[string]string{
		w.deal.ID: w.deal.ID, strings.ToLower(w.deal.ID): w.deal.ID, w.quote.ID: "Northlight Sports Live",
		w.order.ID: "Order", w.negotiated.NegotiationID: "Evening News Stream", "drama": "Find",
	} {
		b.visit("/system")
		b.press("/")
		b.comes(`document.activeElement.id === "find"`)
		b.run(fill("#find", text))
		b.leaves(func() { b.press("\r") })
		b.shows("h1", title)
	}
}

func TestBrowserQuotes(t *testing.T) {
	t.Parallel()
	racedetector.Serial(t)
	w := openWorld(openDesk(t))
	b := w.open(t, w.viewer)
	b.visit("/quotes?status=available")
	if n := eval[int](b, `document.querySelectorAll("table.rows tbody tr").length`); n != 2 {
		t.Errorf("%d quotes are available", n)
	}
	// The first row by the keyboard.
	b.press("j")
	b.leaves(func() { b.press("\r") })
	b.shows("h1", "Entertainment Library")
	b.shows(".waterfall", "Tier discount 10%")
	b.shows(".quote", "The buyer reads")
}

func TestBrowserProposals(t *testing.T) {
	t.Parallel()
	racedetector.Serial(t)
	w := openWorld(openDesk(t))
	b := w.open(t, w.viewer)
	b.visit("/proposals?status=pending_approval")
	if n := eval[int](b, `document.querySelectorAll("table.rows tbody tr").length`); n != 3 {
		t.Errorf("%d proposals wait", n)
	}
	b.visit("/proposals/" + w.negotiated.ID)
	b.shows("main", "19.90 USD for 2,000,000")
	b.shows("main", "Why counter?")
	b.shows("main .timeline", "availability: available")
}

func TestBrowserOrders(t *testing.T) {
	t.Parallel()
	racedetector.Serial(t)
	w := openWorld(openDesk(t))
	b := w.open(t, w.approver)
	b.visit("/orders")
	b.shows(".tally", "approved")
	b.visit("/orders/" + w.order.ID)
	buttons := eval[string](b, `[...document.querySelectorAll(".moves .actions button")].map((b) => b.innerText).join()`)
	if buttons != "Start" {
		t.Errorf("an approved order offers %s", buttons)
	}
	b.run(fill("#f-note", "Line items are set up"))
	b.leave(`.moves button[value=in_progress]`)
	b.shows("h1 .status", "in progress")
	b.shows(".timeline", "Line items are set up")

	// What ends an order is not beside that, and says why.
	b.run(click(".act summary"))
	b.run(fill("#f-reason", " "))
	b.leave(`.act button[value=failed]`)
	b.shows("main .error", "is asked for when an order ends")
	b.run(fill("#f-reason", "The tags never came"))
	b.leave(`.act button[value=failed]`)
	b.leave(`button[value=commit]`)
	b.shows("h1 .status", "failed")
	b.shows(".timeline", "The tags never came")
}

func TestBrowserOpensAnOrder(t *testing.T) {
	t.Parallel()
	racedetector.Serial(t)
	w := openWorld(openDesk(t))
	quote := w.quoteFor("ctv-drama-premiere")
	deal := w.book(w.buyer, quote, "")
	b := w.open(t, w.approver)
	b.visit("/deals/" + deal.ID)
	b.leave(`form[action$="/order"] button`)
	b.shows("h1 .status", "draft")
	b.shows("main", deal.ID)
}

// quoteFor is a quote of a small volume to the world's buyer.
func (w *world) quoteFor(product string) parley.Quote {
	w.t.Helper()
	return w.desk.quote(w.buyer, product, "PG", 500_000, 40, 50)
}
