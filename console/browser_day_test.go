package console_test

import (
	"context"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"parley"
	"parley/internal/racedetector"
	"parley/internal/stores"
	"parley/seller"
	"parley/storage"
)

// walk is a person at a tab whose clicks are counted.
type walk struct {
	*tab
	page   string // docs/console.md
	clicks int
}

// click clicks something that leaves the page where it is.
func (w *walk) click(selector string) {
	w.t.Helper()
	w.clicks++
	w.run(click(selector))
}

// follow clicks what leads to another page.
func (w *walk) follow(selector string) {
	w.t.Helper()
	w.clicks++
	w.leave(selector)
}

var firstNumber = regexp.MustCompile(`\d+`)

// job does a job of docs/console.md, and holds it to the number of clicks that is first in its row there.
func (w *walk) job(name string, do func()) {
	w.t.Helper()
	_, row, known := strings.Cut(w.page, "\n| "+name+" | ")
	row, _, _ = strings.Cut(row, "\n")
	stated, err := strconv.Atoi(firstNumber.FindString(row))
	if !known || err != nil {
		w.t.Errorf("docs/console.md has no clicks for %q", name)
	}
	w.clicks = 0
	do()
	if w.clicks != stated {
		w.t.Errorf("%s: %d clicks, and docs/console.md says %d", name, w.clicks, stated)
	}
}

// walk opens a tab of a person whose clicks are counted.
func (d *desk) walk(t *testing.T, secret string) *walk {
	t.Helper()
	page, err := os.ReadFile("../docs/console.md")
	if err != nil {
		t.Fatal(err)
	}
	return &walk{tab: d.open(t, secret), page: string(page)}
}

// choose chooses an option of a list by what it reads as.
func (w *walk) choose(selector, text string) {
	w.t.Helper()
	if !eval[bool](w.tab, fmt.Sprintf(`(() => {
		const found = [...document.querySelectorAll(%q + " option")].find((o) => o.text.trim() === %q);
		if (found) { found.selected = true; }
		return Boolean(found);
	})()`, selector, text)) {
		w.t.Fatalf("%s has no %q; the page shows: %.2000s", selector, text, w.peek())
	}
}

// TestBrowserADayAtTheDesk does jobs of a day one after the other, as a person does: from the morning's page on, by what is clicked and
// typed there.
func TestBrowserADayAtTheDesk(t *testing.T) {
	t.Parallel()
	racedetector.Serial(t)
	stores.Each(t, func(t *testing.T, store *storage.Store) { aDayAtTheDesk(t, openWorld(openDeskOver(t, store))) })
}

func aDayAtTheDesk(t *testing.T, d *world) {
	t.Helper()
	w := d.walk(t, d.admin)
	deal := "/deals/" + d.deal.ID

	w.visit("/home")
	w.job("see what the day brings, and go to any of it", func() {
		w.follow(`main a[href="/console/inbox"]`)
		w.shows("h1", "Inbox")
	})
	w.job("be told by e-mail or chat", func() {
		w.follow(`nav.side [href="/console/notices"]`)
		w.follow(`a[href="/console/notices/email"]`)
		w.run(fill("#f-address", "mara@example.com"))
		w.follow("main button.primary")
		w.shows("main", "mara@example.com")
	})
	told := must[[]parley.NoticeChoice](t)(d.service.Notices(context.Background(), seller.Call{Secret: d.admin}))
	if len(told) != 1 || told[0].Address != "mara@example.com" || len(told[0].Kinds) != 2 {
		t.Errorf("chosen is %+v", told)
	}
	w.visit("/home")
	w.job("be told nothing more", func() {
		w.follow(`nav.side [href="/console/notices"]`)
		w.follow(`form[action="/console/notices/email/off"] button`)
		w.shows("main", "Tell me by e-mail")
	})

	w.visit(deal)
	w.job("file a PO, labels or a note with a deal", func() {
		w.click(`[aria-labelledby=paperwork] summary`)
		w.run(fill("#f-purchase_order", "PO-4711/b"), fill("#f-labels", "Upfront, Q4 push"))
		w.follow(`[aria-labelledby=paperwork] button.primary`)
		w.shows("[aria-labelledby=paperwork]", "PO-4711/b")
	})
	w.visit("/system")
	w.job("find anything", func() {
		w.press("/")
		w.comes(`document.activeElement.id === "find"`)
		w.run(fill("#find", "po-4711"))
		w.leaves(func() { w.press("\r") })
		w.follow(`main a[href="/console` + deal + `"]`)
		w.shows("h1", d.deal.ID)
	})
	w.job("make a link to a deal's sheet, or end one", func() {
		w.follow(`[aria-labelledby=sheet] button:not(.danger)`)
		w.shows("main", "/console/share/")
	})
	w.job("make a link to a deal's sheet, or end one", func() {
		w.follow(`[aria-labelledby=sheet] button.danger`)
		w.shows("[aria-labelledby=sheet]", "ended by Mara Lindqvist")
	})

	w.visit("/approval-rules")
	w.job("write an approval rule by choosing, and see what it would have stopped", func() {
		w.follow(`main a[href="/console/approval-rules/new"]`)
		w.run(fill("#f-name", "Very large"))
		w.click("details.narrow > summary")
		w.run(fill("#f-part1", "deal_value"), fill("#f-how1", ">="), fill("#f-with1", "90,000,000"), fill("#f-part2", "currency"), fill("#f-how2", "=="), fill("#f-with2", "USD"))
		w.follow(`button[value=build]`)
		w.comes(`document.querySelector("#f-condition").value.includes("deal_value >= 90000000 && currency ==")`)
		w.follow(`button[value=look-back]`)
		w.shows("main .note", "It would have stopped")
		w.follow("main button.primary")
		w.shows("main table", "Very large")
	})

	w.visit("/audit")
	w.job("see what one person did", func() {
		w.choose("#f-actor", "Mara Lindqvist")
		w.follow("main form button")
		w.shows("main", "deal file "+d.deal.ID)
	})
}
