package seller_test

import (
	"context"
	"testing"
	"time"

	"parley"
	"parley/seller"
)

// TestAnAccountIsOneRowHoweverItsKeysWriteIt books with keys that write one account in several ways, and with keys that are nobody's or
// several accounts', and holds the report's rows, and whose each line of finance is, against whom the deals count for.
func TestAnAccountIsOneRowHoweverItsKeysWriteIt(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	onEach(t, func(t *testing.T, d *desk) {
		d.sell(video())
		count := map[string]int64{} // deals, by the code of the account
		book := func(code string, i parley.Identity) {
			buyer := d.buyer(i)
			request := ask(100_000)
			request.DealType = string(parley.PrivateAuction)
			must(d.book(buyer, d.quote(buyer, request).ID))
			count[code]++
		}
		for _, identity := range []parley.Identity{
			{AgencyID: "aga", AgencyName: "The Agency"}, {AgencyID: "AGA"}, {AgencyID: "  Aga "},
			{AgencyID: "aga", SeatID: "seat-a", DSPPlatform: "ttd"},
			{SeatID: "seat-a", DSPPlatform: "The Trade Desk"}, {SeatID: "SEAT-A", DSPPlatform: "ttd"}, // whose the seat is says the key before
			{AgencyID: "the agency"}, // by its name
		} {
			book("agency/aga", identity)
		}
		for _, identity := range []parley.Identity{
			{AdvertiserID: "a/b%2F"}, {AdvertiserID: "A/B%2f", AgencyID: "aga"}, {AdvertiserID: "a/b%2F", SeatID: "elsewhere", DSPPlatform: "xandr"},
		} {
			book("advertiser/a/b%2F", identity)
		}
		book("seat/alone", parley.Identity{SeatID: "alone", DSPPlatform: "xandr"})
		book("seat/alone", parley.Identity{SeatID: "Alone", DSPPlatform: "xandr"})

		viewer, month := d.operator(parley.ScopeViewer), seller.MonthOf(parley.DateOf(noon, time.UTC))
		report := must(d.service.DealReport(ctx, viewer, seller.ReportQuestion{From: month, To: month, ByAccount: true}))
		for _, row := range report.Rows {
			if row.Deals != count[row.Account.Code] || row.Account.ID == "" {
				t.Errorf("%+v has %d deals, want %d", row.Account, row.Deals, count[row.Account.Code])
			}
			if row.Account.Code == "agency/aga" && row.Account.Name != "The Agency" {
				t.Errorf("it is called %q", row.Account.Name)
			}
		}
		if len(report.Rows) != len(count) {
			t.Errorf("%d rows, want %d: %+v", len(report.Rows), len(count), report.Rows)
		}
		few := must(d.service.DealReport(ctx, viewer, seller.ReportQuestion{From: month, To: month, ByAccount: true, Most: 1}))
		if len(few.Rows) != 1 || few.Rows[0].Account.Code != "agency/aga" || few.Rows[0].Deals != 7 {
			t.Errorf("the greatest row alone: %+v", few.Rows)
		}
		lines := must(d.service.FinanceMonth(ctx, viewer, month, seller.FinanceByBooking, seller.Page{Limit: 100}))
		for _, l := range lines.Items {
			count[l.Account.Code]--
			if l.Account.ID == "" {
				t.Errorf("%s is %+v's", l.Deal.Owner, l.Account)
			}
		}
		for code, left := range count {
			if left != 0 {
				t.Errorf("finance lacks %d deals of %s", left, code)
			}
		}
	})
}

// TestASeatOfSeveralAccountsIsItself has seats of one id at two DSPs belong to two agencies, and a key that says neither where nor whose.
func TestASeatOfSeveralAccountsIsItself(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	onEach(t, func(t *testing.T, d *desk) {
		d.sell(video())
		d.buyer(parley.Identity{AgencyID: "one", SeatID: "7", DSPPlatform: "ttd"})
		d.buyer(parley.Identity{AgencyID: "two", SeatID: "7", DSPPlatform: "xandr"})
		either := d.buyer(parley.Identity{SeatID: "7"})
		request := ask(100_000)
		request.DealType = string(parley.PrivateAuction)
		must(d.book(either, d.quote(either, request).ID))
		viewer, month := d.operator(parley.ScopeViewer), seller.MonthOf(parley.DateOf(noon, time.UTC))
		want := seller.ReportAccount{Code: "seat/7", Name: "seat/7"}
		if rows := must(d.service.DealReport(ctx, viewer, seller.ReportQuestion{From: month, To: month, ByAccount: true})).Rows; len(rows) != 1 || rows[0].Account != want {
			t.Errorf("rows %+v", rows)
		}
		if lines := must(d.service.FinanceMonth(ctx, viewer, month, seller.FinanceByBooking, seller.Page{})).Items; len(lines) != 1 || lines[0].Account != want {
			t.Errorf("lines %+v", lines)
		}
	})
}
