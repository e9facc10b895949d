package console_test

import (
	"encoding/csv"
	"slices"
	"strings"
	"testing"

	"parley"
	"parley/internal/racedetector"
	"parley/seller"
)

// hostile is what nobody should be able to write into a page.
const hostile = ` "'><img src=x onerror="window.pwned=1"><script>window.pwned=1</script></textarea></title>{{.}}`

// TestBrowserRendersMarkupAsText opens every page of a publisher whose products, buyers, notes, keys and rules are named
// with markup: nothing of it becomes an element, nothing runs, and the pages keep to their own policy.
func TestBrowserRendersMarkupAsText(t *testing.T) {
	t.Parallel()
	racedetector.Serial(t)
	w := openMarkedWorld(openDesk(t), hostile)
	b := w.open(t, w.admin)
	b.watchPolicy()
	seen := 0
	for name, path := range w.everyPage() {
		b.visit(path)
		if eval[bool](b, `window.pwned !== undefined`) {
			t.Fatalf("%s runs what somebody wrote", name)
		}
		if n := eval[int](b, `document.querySelectorAll("img[src='x'], script:not([src]), [onerror]").length`); n > 0 {
			t.Errorf("%s has %d elements that somebody wrote", name, n)
		}
		if broken := eval[string](b, `window.violations.join("\n")`); broken != "" {
			t.Errorf("%s breaks its policy:\n%s", name, broken)
		}
		if eval[bool](b, `document.body.innerHTML.includes("&lt;script&gt;window.pwned")`) {
			seen++
		}
	}
	if seen < 20 {
		t.Errorf("only %d pages show what somebody wrote", seen)
	}
}

// TestExportsAreInert writes no cell that a spreadsheet takes for a formula.
func TestExportsAreInert(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	w := openWorld(d)
	for _, notes := range []string{"=1+1", "+1", "-1", "@SUM(A1)", "\tx", " =1+1", "＝1+1"} {
		d.book(w.buyer, w.quoteFor("ctv-drama-premiere"), notes)
	}
	var quote parley.Quote
	request := seller.QuoteRequest{ProductID: "ctv-drama-premiere", DealType: string(parley.PreferredDeal)} // which states no volume
	if _, err := w.service.RequestQuote(t.Context(), w.buyer, request, keep(&quote)); err != nil {
		t.Fatal(err)
	}
	d.book(w.buyer, quote, "")
	for _, list := range []string{"quotes", "deals"} {
		_, body := d.signedIn(w.viewer).get("/console/" + list + ".csv")
		rows, empty := must[[][]string](t)(csv.NewReader(strings.NewReader(body)).ReadAll()), false
		at := slices.Index(rows[0], "impressions")
		for _, row := range rows {
			if row[at] == "0" {
				t.Errorf("%s.csv has 0 for no volume: %q", list, row)
			}
			empty = empty || row[at] == ""
		}
		if !empty {
			t.Errorf("every row of %s.csv states a volume", list)
		}
	}
	_, body := d.signedIn(w.viewer).get("/console/deals.csv")
	rows := must[[][]string](t)(csv.NewReader(strings.NewReader(body)).ReadAll())
	if len(rows) != 1+6+7+1 {
		t.Errorf("%d rows", len(rows))
	}
	for _, row := range rows {
		for _, cell := range row {
			if parley.InertCell(cell) != cell && parley.CellText(cell) == cell {
				t.Errorf("the cell %q is a formula", cell)
			}
		}
	}
}
