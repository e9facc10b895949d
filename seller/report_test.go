package seller_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"parley"
	"parley/internal/stores"
	"parley/seller"
	"parley/storage"
)

// TestAvailabilitySaysWhoHasTheDays books, holds and quotes over some days, and looks at parts of them.
func TestAvailabilitySaysWhoHasTheDays(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	stores.Each(t, func(t *testing.T, store *storage.Store) {
		d := openDesk(t, store, roomy())
		d.sell(video())
		buyer, rival, viewer := d.buyer(acme), d.buyer(zenith), d.operator(parley.ScopeViewer)
		deal := must(d.book(buyer, d.quote(buyer, ask(2_000_000)).ID))
		held := must(d.hold(rival, d.quote(rival, ask(1_000_000)).ID, 0))
		d.quote(rival, ask(500_000)) // contends
		from, to := days("2026-06-15", "2026-06-24")
		ask := seller.AvailabilityRequest{ProductID: "video-home", Range: parley.Flight{Start: *from, End: *to}, Impressions: 7_000_000}
		found := must(d.service.Availability(ctx, viewer, ask))
		// Five of the ten days have 200,000 booked and 100,000 held of a million each.
		if f := found.Filling; f.Capacity != 10_000_000 || f.Booked != 1_000_000 || f.Held != 500_000 || f.Free != 8_500_000 || f.Percent() != 15 {
			t.Errorf("filled: %+v, %d percent", f, f.Percent())
		}
		if len(found.Deals) != 1 || found.Deals[0].Deal.ID != deal.ID || found.Deals[0].Impressions != 1_000_000 {
			t.Errorf("deals: %+v", found.Deals)
		}
		if len(found.Holds) != 1 || found.Holds[0].ID != held.ID || found.Contending != (seller.Contending{Quotes: 1, Impressions: 500_000}) {
			t.Errorf("holds %+v, contending %+v", found.Holds, found.Contending)
		}
		if *found.Available != 7_000_000 || !found.Fits() || found.Unsold().Micros != 8_500*12_000_000 {
			t.Errorf("available %d, unsold %v", *found.Available, found.Unsold())
		}
		ask.Impressions++
		if must(d.service.Availability(ctx, viewer, ask)).Fits() {
			t.Error("more than there is fits")
		}
		ask.Range.Start = ask.Range.End + 1
		_, err := d.service.Availability(ctx, viewer, ask)
		wantCode(t, err, parley.CodeValidation)
		_, err = d.service.Availability(ctx, buyer, seller.AvailabilityRequest{ProductID: "video-home", Range: found.Flight})
		wantCode(t, err, parley.CodeForbidden)

		// Deals whose flights have one of some days, and no others.
		for _, c := range []struct {
			from, to string
			want     int
		}{{"2026-06-01", "2026-06-09", 0}, {"2026-06-01", "2026-06-10", 1}, {"2026-06-12", "2026-06-13", 1}, {"2026-06-19", "2026-07-01", 1}, {"2026-06-20", "2026-07-01", 0}} {
			from, to := days(c.from, c.to)
			for _, sort := range []seller.DealSort{"", seller.DealsByStart, seller.DealsByCPM} {
				listed := must(d.service.Deals(ctx, viewer, seller.DealFilter{RunsFrom: from, RunsTo: to, Sort: sort}))
				if len(listed.Items) != c.want || listed.Total != int64(c.want) {
					t.Errorf("%s to %s by %q: %d deals", c.from, c.to, sort, len(listed.Items))
				}
			}
		}
	})
}

// TestReportsOfMonths books over two months, in two currencies, cancels and holds at a gate, and holds the reports against it.
func TestReportsOfMonths(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	onEach(t, func(t *testing.T, d *desk) {
		d.sell(video(), video(func(p *parley.Product) { p.ID, p.Currency = "euro", "EUR" }))
		buyer, operator, viewer := d.buyer(zenith), d.operator(), d.operator(parley.ScopeViewer)
		in := func(product string, impressions int64) parley.Deal {
			request := ask(impressions)
			request.ProductID = product
			return must(d.book(buyer, d.quote(buyer, request).ID))
		}
		first, second, euro := in("video-home", 1_000_000), in("video-home", 500_000), in("euro", 1_000_000)
		must(d.cancel(operator, second.ID))
		june := seller.MonthOf(parley.DateOf(noon, time.UTC))
		d.clock.Move(30 * 24 * time.Hour)
		from, to := days("2026-07-10", "2026-08-08")
		later := ask(3_000_000)
		later.FlightStart, later.FlightEnd = from, to
		third := must(d.book(buyer, d.quote(buyer, later).ID))

		report := must(d.service.DealReport(ctx, viewer, seller.ReportQuestion{From: june, To: june.Next(), ByAccount: true}))
		value := func(deal parley.Deal) int64 { return deal.Price.FinalCPM * deal.Impressions / 1000 }
		account := seller.ReportAccount{ID: d.accountNamed(parley.AccountAdvertiser, "adv-zenith").ID, Code: "advertiser/adv-zenith", Name: "adv-zenith"}
		want := []seller.ReportRow{
			{june, "euro", account, "EUR", seller.ReportBooked, 1, 0, 1_000_000, value(euro)},
			{june, "video-home", account, parley.USD, seller.ReportBooked, 1, 0, 1_000_000, value(first)},
			{june, "video-home", account, parley.USD, seller.ReportCancelled, 1, 0, 500_000, value(second)},
			{june.Next(), "video-home", account, parley.USD, seller.ReportBooked, 1, 0, 3_000_000, value(third)},
		}
		if !slices.Equal(report.Rows, want) {
			t.Errorf("rows\n%+v, want\n%+v", report.Rows, want)
		}
		if product, other := report.Products.Name("video-home"), report.Products.Name("none"); product != "Home page video" || other != "none" {
			t.Errorf("called %q and %q", product, other)
		}
		sums := []seller.ReportRow{
			{Currency: "EUR", Kind: seller.ReportBooked, Deals: 1, Impressions: 1_000_000, Value: value(euro)},
			{Currency: parley.USD, Kind: seller.ReportBooked, Deals: 2, Impressions: 4_000_000, Value: value(first) + value(third)},
			{Currency: parley.USD, Kind: seller.ReportCancelled, Deals: 1, Impressions: 500_000, Value: value(second)},
		}
		if !slices.Equal(report.Sums, sums) {
			t.Errorf("sums\n%+v, want\n%+v", report.Sums, sums)
		}
		byProduct := must(d.service.DealReport(ctx, viewer, seller.ReportQuestion{From: june, To: june.Next()}))
		for i := range want {
			want[i].Account = seller.ReportAccount{}
		}
		if !slices.Equal(byProduct.Rows, want) || !slices.Equal(byProduct.Sums, sums) || byProduct.More {
			t.Errorf("by product\n%+v, want\n%+v", byProduct, want)
		}
		few := must(d.service.DealReport(ctx, viewer, seller.ReportQuestion{From: june, To: june.Next(), ByAccount: true, Most: 2}))
		if len(few.Rows) != 2 || !few.More || !slices.Equal(few.Sums, sums) {
			t.Errorf("two rows of four: %+v", few)
		}
		_, err := d.service.DealReport(ctx, viewer, seller.ReportQuestion{From: june.Next(), To: june})
		wantCode(t, err, parley.CodeValidation)
		_, err = d.service.DealReport(ctx, buyer, seller.ReportQuestion{From: june, To: june})
		wantCode(t, err, parley.CodeForbidden)

		// What waits at a gate is no deal of the month's finances.
		d.gate(parley.ApprovalRule{Gate: parley.GateDealBooking, Timeout: time.Hour})
		later.DealType = string(parley.PreferredDeal) // which reserves nothing
		if waits := must(d.book(buyer, d.quote(buyer, later).ID)); waits.Status != parley.DealProposed {
			t.Fatalf("behind the gate it is %s", waits.Status)
		}
		// Finance: by booking the whole deal, by flight its part.
		for _, c := range []struct {
			month seller.Month
			by    seller.FinanceBasis
			want  map[string]int64 // impressions by deal
		}{
			{june, seller.FinanceByBooking, map[string]int64{first.ID: 1_000_000, second.ID: 0, euro.ID: 1_000_000}},
			{june.Next(), seller.FinanceByBooking, map[string]int64{third.ID: 3_000_000}},
			{june, seller.FinanceByFlight, map[string]int64{first.ID: 1_000_000, second.ID: 0, euro.ID: 1_000_000}},
			{june.Next(), seller.FinanceByFlight, map[string]int64{third.ID: 2_200_000}},
			{june.Next().Next(), seller.FinanceByFlight, map[string]int64{third.ID: 800_000}},
		} {
			got := map[string]int64{}
			page := seller.Page{Limit: 2}
			for {
				lines := must(d.service.FinanceMonth(ctx, viewer, c.month, c.by, page))
				for _, l := range lines.Items {
					got[l.Deal.ID] = l.Impressions
					if l.Net != l.Deal.Price.FinalCPM*l.Impressions/1000 || l.List != 12_000_000*l.Impressions/1000 {
						t.Errorf("%s: list %d, net %d", l.Deal.ID, l.List, l.Net)
					}
				}
				if lines.Total != int64(len(c.want)) {
					t.Errorf("%d lines in all, want %d", lines.Total, len(c.want))
				}
				if len(lines.Items) < page.Limit {
					break
				}
				page.After = lines.Items[1].Deal.ID
			}
			if len(got) != len(c.want) {
				t.Errorf("%v by %s: %v, want %v", parley.Date(c.month), c.by, got, c.want)
			}
			for id, n := range c.want {
				if got[id] != n {
					t.Errorf("%v by %s: %s has %d, want %d", parley.Date(c.month), c.by, id, got[id], n)
				}
			}
		}
		sold := must(d.service.SellThrough(ctx, viewer))
		if len(sold) != seller.SellThroughDays || sold[0].Capacity != 2_000_000 {
			t.Errorf("%d days, the first %+v", len(sold), sold[0])
		}
		var all int64
		for _, day := range sold {
			all += day.Reserved
		}
		if all != 3_000_000 {
			t.Errorf("%d are sold ahead", all)
		}
	})
}
