package console_test

import (
	"crypto/rand"
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"parley/console"
	"parley/internal/racedetector"
	"parley/internal/stores"
	"parley/seller"
	"parley/storage"
)

// TestBrowserDeskSharesTheInbox narrows, assigns, puts off and says something, as two people do: on both stores.
func TestBrowserDeskSharesTheInbox(t *testing.T) {
	t.Parallel()
	racedetector.Serial(t)
	stores.Each(t, func(t *testing.T, store *storage.Store) {
		w := openWorld(openDeskOver(t, store))
		b := w.open(t, w.admin)
		b.visit("/inbox")
		b.shows("h2#mine", "Yours to decide 4")
		b.shows(".follow", "Orders to move 1")

		// Narrowed to one buyer, kept as a view.
		b.run(click(".narrow > summary"), fill("#f-buyer", "pine"))
		b.leave(`.filters[action="/console/inbox"]:not([method]) button`)
		b.shows(".lead", "1 waiting of those that you look at")
		b.shows("#case", "for Lumen Outdoor")
		b.run(fill("#f-view", "Pine"))
		b.leave(`button[value=save]`)
		b.shows(".note", "The view is saved")
		b.visit("/inbox")
		b.leave(`.narrow > summary a[href*="buyer=pine"]`)
		b.shows(".lead", "1 waiting of those that you look at")

		// Said and handed to the approver, whose it is then alone.
		b.run(fill("#say", "Ask for first position"))
		b.leave(`form[action$="/comment"] button`)
		b.shows("#case .comment", "Ask for first position Mara Lindqvist")
		eval[bool](b, `[...document.querySelectorAll("#assignee option")].find((o) => o.text === "Jonas Weber").selected = true`)
		b.leave(`form[action$="/assign"] button`)
		b.shows("h2#theirs", "Others' 1")
		b.shows("ol.queue .row .when:last-child", "Jonas Weber")
		there := w.open(t, w.approver)
		there.visit("/inbox")
		there.shows("h2#mine", "Yours to decide 4")
		there.shows("#case .comment", "Mara Lindqvist")

		// Put off, it is out of the way of both, and comes back by itself.
		there.leave(`form[action$="/snooze"] button`)
		there.shows(".lead", "3 waiting")
		there.shows(".lead", "1 snoozed")
		b.comes(`document.querySelector(".lead") === null || !document.querySelector(".lead").innerText.startsWith("1 waiting")`)
		w.clock.by.Add(int64(time.Hour))
		there.visit("/inbox")
		there.shows(".lead", "4 waiting")

		// All at once, with what they come to.
		there.run(click("[data-all]"))
		there.shows("[data-ticked]", "4 ticked")
		there.leave(`button[form=bulk][value=approve]`)
		there.shows("h1", "Accept 3: 404,820.00 USD; Approve 1 change: 323,190.00 USD becomes 327,600.00 USD")
	})
}

// TestInboxCostsTheSame counts the transactions that a page of the inbox takes, which each look at the clock once: with many
// questions as with few.
func TestInboxCostsTheSame(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	w := openWorld(d)
	var looks atomic.Int64
	settings := seller.DefaultSettings()
	settings.SellerName = "Northlight Media"
	d.service = seller.New(d.store, seller.Parts{Cards: fetchCard}, settings, func() time.Time { looks.Add(1); return d.clock.read() }, rand.Reader, slog.New(slog.DiscardHandler))
	d.server.Config.Handler = d.handler(console.Options{})
	b := w.signedIn(w.admin)
	cost := func() int64 {
		b.get("/console/inbox")
		before := looks.Load()
		if status, body := b.get("/console/inbox"); status != 200 {
			t.Fatalf("%d\n%.500s", status, body)
		}
		return looks.Load() - before
	}
	few := cost()
	for i := range 40 {
		w.propose(w.buyer, "ctv-drama-premiere", "PD", fmt.Sprintf("33.%02d", i), 4_200_000, 20, 33)
	}
	many := cost()
	_, body := b.get("/console/inbox")
	if !strings.Contains(body, ">44</span>") || strings.Count(body, `class="row`) < 25 {
		t.Fatalf("the inbox does not have many:\n%.3000s", body)
	}
	if many > few+1 || many > 14 { // the names of people are read again now and then
		t.Errorf("a page takes %d transactions with many questions, %d with few", many, few)
	}
	// Every question is on one of the pages, once, by its deadline.
	seen := map[string]bool{}
	address := "/console/inbox"
	for address != "" {
		_, body := b.get(address)
		for _, row := range strings.Split(body, `data-id="row-`)[1:] {
			id, _, _ := strings.Cut(row, `"`)
			if seen[id] {
				t.Errorf("%s is on two pages", id)
			}
			seen[id] = true
		}
		_, next, there := strings.Cut(body, `rel="next" href="`)
		address = ""
		if there {
			link, _, _ := strings.Cut(next, `"`)
			address = "/console/inbox" + strings.ReplaceAll(link, "&amp;", "&")
		}
	}
	if len(seen) != 44 {
		t.Errorf("%d questions are on the pages, of 44", len(seen))
	}
}
