package console_test

import (
	"encoding/csv"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"parley"
	"parley/internal/racedetector"
	"parley/internal/stores"
	"parley/seller"
	"parley/storage"
)

// TestPaperworkWithoutAScript files, finds and exports what belongs to a deal, and is told who filed something else meanwhile.
func TestPaperworkWithoutAScript(t *testing.T) {
	t.Parallel()
	stores.Each(t, func(t *testing.T, store *storage.Store) {
		w := openWorld(openDeskOver(t, store))
		b := w.signedIn(w.approver)
		at := "/console/deals/" + w.deal.ID
		filing := url.Values{"purchase_order": {"PO-88/c"}, "labels": {"Upfront, Q4 push, upfront"}, "note": {"=to the agency"}, "version": {"0"}, "_once": {"one"}}
		if status, body := b.submit(at+"/paperwork", clone(filing)); status != http.StatusOK || !strings.Contains(body, "Filed with the deal.") || !strings.Contains(body, "PO-88/c") {
			t.Fatalf("filing: %d\n%.2000s", status, body)
		}
		filing.Set("_once", "two")
		if status, body := b.submit(at+"/paperwork", clone(filing)); status < 400 || !strings.Contains(body, "Somebody else changed this meanwhile") {
			t.Errorf("filing what is out of date: %d\n%.2000s", status, body)
		}
		for query, found := range map[string]bool{"filed=po-88%2Fc": true, "filed=agency": true, "label=q4+push": true, "label=q4": false, "filed=other": false} {
			_, body := b.get("/console/deals?" + query)
			if got := strings.Contains(body, w.deal.ID); got != found {
				t.Errorf("%s finds it: %v", query, got)
			}
		}
		_, file := b.get("/console/deals.csv?label=UPFRONT")
		rows := must[[][]string](t)(csv.NewReader(strings.NewReader(file)).ReadAll())
		if len(rows) != 2 || !strings.Contains(strings.Join(rows[1], "|"), "PO-88/c|Upfront, Q4 push|") || strings.Contains(strings.Join(rows[1], "|"), "|=to") {
			t.Errorf("the file has %q", rows)
		}

		// The trail of one person, as a list and as a file.
		actor := must[parley.Principal](t)(w.service.Screen(t.Context(), seller.Call{Secret: w.approver})).Actor()
		_, body := b.get("/console/audit?actor=" + url.QueryEscape(actor))
		if !strings.Contains(body, "deal.file") && !strings.Contains(body, "deal file") {
			t.Errorf("the trail of %s:\n%.3000s", actor, body)
		}
		_, file = b.get("/console/audit.csv?actor=" + url.QueryEscape(actor))
		rows = must[[][]string](t)(csv.NewReader(strings.NewReader(file)).ReadAll())
		for _, row := range rows[1:] {
			if row[2] != actor || row[1] == actor || row[1] == "" {
				t.Errorf("in the trail of %s: %q", actor, row)
			}
		}
		_, whole := b.get("/console/audit.csv")
		if all := must[[][]string](t)(csv.NewReader(strings.NewReader(whole)).ReadAll()); len(all) <= len(rows) || len(rows) < 2 {
			t.Errorf("the trail has %d entries, and %d of one person's", len(all), len(rows))
		}
	})
}

// TestBrowserFilesAPurchaseOrder finds a deal, files a number and a label with it, and finds it again by its label.
func TestBrowserFilesAPurchaseOrder(t *testing.T) {
	t.Parallel()
	racedetector.Serial(t)
	w := openWorld(openDesk(t))
	b := w.open(t, w.approver)
	b.visit("/deals/" + w.deal.ID)
	b.run(click(`section[aria-labelledby=paperwork] summary`))
	b.run(fill(`[name=purchase_order]`, "PO-2026-114"))
	b.run(fill(`[name=labels]`, "Upfront"))
	b.leave(`section[aria-labelledby=paperwork] button`)
	b.shows("section[aria-labelledby=paperwork]", "PO-2026-114")
	b.leave(`section[aria-labelledby=paperwork] a.label`)
	b.shows("main table", w.deal.ID)
	b.shows("main table", "PO-2026-114")
}
