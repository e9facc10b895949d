package console_test

import (
	"cmp"
	"context"
	"encoding/csv"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"parley"
	"parley/internal/racedetector"
	"parley/internal/stores"
	"parley/seller"
	"parley/storage"
)

// served takes in what a deal delivered on its first day.
func (d *desk) served(deal parley.Deal, impressions int64) {
	d.t.Helper()
	day := parley.DeliveryDay{DealID: deal.ID, Day: deal.Flight.Start}
	day.Impressions = impressions
	must[seller.DeliveryReport](d.t)(d.service.ImportDelivery(context.Background(), seller.Terminal("test"), seller.DeliveryFile{
		Source: "ad server", Digest: func() string { return deal.ID },
		Feed: func(stage func(int, parley.DeliveryDay) error) error { return stage(1, day) },
	}, false))
}

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
		const begins = int64(60 * 24 * time.Hour)
		w.clock.by.Add(begins)
		w.served(w.deal, 4_321)
		begun := w.deal.Flight.Start.String()[:7]
		for query, month := range map[string]string{"": w.deal.BookedOn.String()[:7], "by=flight&": begun, "by=delivery&": begun} {
			_, page := b.get("/console/finance?" + query + "month=" + month)
			who := w.deal.Identity
			for _, said := range []string{w.deal.ID, "PO-88/c", cmp.Or(who.SeatName, who.SeatID), "All of the month, USD", map[string]string{"by=delivery&": "4,321 <small>ad server"}[query]} {
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
		w.clock.by.Add(-begins)
		if status, _ := b.get("/console/finance?by=size"); status != http.StatusUnprocessableEntity {
			t.Errorf("finance by size: %d", status)
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
