package console_test

import (
	"cmp"
	"encoding/csv"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"parley/internal/racedetector"
	"parley/internal/stores"
	"parley/storage"
)

// TestReportsSayWhatTheyShow files a purchase order with a deal, and looks at the month on the pages and in their files: who bought, by
// which order, what it comes to, and in the drawings which month and how much.
func TestReportsSayWhatTheyShow(t *testing.T) {
	t.Parallel()
	racedetector.Serial(t)
	stores.Each(t, func(t *testing.T, store *storage.Store) {
		w := openWorld(openDeskOver(t, store))
		b := w.signedIn(w.approver)
		filing := url.Values{"purchase_order": {"PO-88/c"}, "version": {"0"}, "_once": {"one"}}
		if status, body := b.submit("/console/deals/"+w.deal.ID+"/paperwork", filing); status != http.StatusOK {
			t.Fatalf("filing: %d\n%.2000s", status, body)
		}
		for query, month := range map[string]string{"": w.deal.BookedOn.String()[:7], "by=flight&": w.deal.Flight.Start.String()[:7]} {
			_, page := b.get("/console/finance?" + query + "month=" + month)
			who := w.deal.Identity
			for _, said := range []string{w.deal.ID, "PO-88/c", cmp.Or(who.SeatName, who.SeatID), "All of the month, USD", "in force"} {
				if !strings.Contains(page, said) {
					t.Errorf("finance?%s does not say %q", query, said)
				}
			}
			_, file := b.get("/console/finance.csv?" + query + "month=" + month)
			rows := must[[][]string](t)(csv.NewReader(strings.NewReader(file)).ReadAll())
			order, deal := slices.Index(rows[0], "purchase_order"), slices.Index(rows[0], "deal_id")
			if order < 0 || !slices.ContainsFunc(rows[1:], func(row []string) bool { return row[deal] == w.deal.ID && row[order] == "PO-88/c" }) {
				t.Errorf("finance.csv?%s: %q", query, rows)
			}
		}
		month := w.deal.BookedOn.String()[:7]
		if status, page := b.get("/console/reports/negotiations?from=" + month + "&to=" + month); status != http.StatusOK || !strings.Contains(page, "Offered first") {
			t.Errorf("asked and agreed: %d\n%.3000s", status, page)
		}
		_, agreed := b.get("/console/reports/negotiations.csv?from=" + month + "&to=" + month)
		if rows := must[[][]string](t)(csv.NewReader(strings.NewReader(agreed)).ReadAll()); len(rows) < 2 || len(rows[1]) != len(rows[0]) || rows[1][0] != month {
			t.Errorf("negotiations.csv: %q", rows)
		}
		_, page := b.get("/console/reports?from=" + month + "&to=" + month)
		if strings.Count(page, ">"+month+"</text>") < 2 || strings.Count(page, "<svg class=\"rounds bars\"") < 2 || !strings.Contains(page, ">"+w.deal.ProductName+"</a>") {
			t.Errorf("the drawings name no month: %d", strings.Count(page, ">"+month+"</text>"))
		}
		_, file := b.get("/console/reports.csv?from=" + month + "&to=" + month)
		rows := must[[][]string](t)(csv.NewReader(strings.NewReader(file)).ReadAll())
		if len(rows) < 2 || !slices.Contains(rows[0], "without_volume") {
			t.Errorf("reports.csv: %q", rows)
		}
	})
}
