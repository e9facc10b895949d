package seller_test

import (
	"context"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"parley"
	"parley/internal/stores"
	"parley/seller"
	"parley/storage"
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
		for _, written := range []string{"ÉCOLE", "École", "école"} { // which databases fold by their languages, each otherwise
			book("agency/ÉCOLE", parley.Identity{AgencyID: written})
		}
		for _, written := range []string{"İzmir ẞig", "İZMIR SSIG"} {
			book("advertiser/İzmir ẞig", parley.Identity{AdvertiserID: written})
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

// TestASeatWithoutADSPCountsForItself has seats of one id at two DSPs belong to two agencies, and a key that says neither where nor whose.
func TestASeatWithoutADSPCountsForItself(t *testing.T) {
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
		seats := must(d.service.Accounts(ctx, viewer, seller.AccountFilter{Kind: parley.AccountSeat})).Items
		own := seats[slices.IndexFunc(seats, func(a parley.Account) bool { return a.DSP == "" })]
		want := seller.ReportAccount{ID: own.ID, Code: "seat/7", Name: own.Name}
		if rows := must(d.service.DealReport(ctx, viewer, seller.ReportQuestion{From: month, To: month, ByAccount: true})).Rows; len(rows) != 1 || rows[0].Account != want {
			t.Errorf("rows %+v", rows)
		}
		if lines := must(d.service.FinanceMonth(ctx, viewer, month, seller.FinanceByBooking, seller.Page{})).Items; len(lines) != 1 || lines[0].Account != want {
			t.Errorf("lines %+v", lines)
		}
	})
}

// TestASeatsDealsAreThoseAtItsDSP has seats of one id at two DSPs, alone at first and then each under an agency: each deal counts for the
// account of its own seat, in the report, in finance, and at the account's page with its deals, keys and sums.
func TestASeatsDealsAreThoseAtItsDSP(t *testing.T) {
	t.Parallel()
	ctx, here := context.Background(), seller.Terminal("test")
	onEach(t, func(t *testing.T, d *desk) {
		d.sell(video())
		request := ask(100_000)
		request.DealType = string(parley.PrivateAuction)
		deals := map[string]string{} // by the DSP
		for _, dsp := range []string{"dv360", "thetradedesk"} {
			buyer := d.buyer(parley.Identity{SeatID: "orp2", DSPPlatform: dsp})
			deals[dsp] = must(d.book(buyer, d.quote(buyer, request).ID)).ID
		}
		seats := must(d.service.Accounts(ctx, here, seller.AccountFilter{Kind: parley.AccountSeat})).Items
		if len(seats) != 2 {
			t.Fatalf("there are %+v", seats)
		}
		month := seller.MonthOf(parley.DateOf(noon, time.UTC))
		check := func(what string, paying map[string]string) {
			t.Helper()
			report := must(d.service.DealReport(ctx, here, seller.ReportQuestion{From: month, To: month, ByAccount: true}))
			if len(report.Rows) != 2 || len(report.Sums) != 1 || report.Sums[0].Deals != 2 {
				t.Errorf("%s: rows %+v, sums %+v", what, report.Rows, report.Sums)
			}
			for _, row := range report.Rows {
				if row.Deals != 1 || row.Account.ID == "" {
					t.Errorf("%s: %+v", what, row)
				}
			}
			for dsp, id := range paying {
				business := must(d.service.AccountBusiness(ctx, here, id))
				if len(business.Deals) != 1 || business.Deals[0].ID != deals[dsp] || len(business.Keys.Items) != 1 || len(business.Booked) != 1 || business.Booked[0].Deals != 1 {
					t.Errorf("%s, %s: deals %+v, keys %+v, booked %+v", what, dsp, business.Deals, business.Keys.Items, business.Booked)
				}
				listed := must(d.service.Deals(ctx, here, seller.DealFilter{Account: id, Page: seller.Page{Limit: 10}}))
				if listed.Total != 1 || len(listed.Items) != 1 || listed.Items[0].ID != deals[dsp] {
					t.Errorf("%s, %s: the list is %+v of %d", what, dsp, listed.Items, listed.Total)
				}
			}
		}
		paying := map[string]string{}
		for _, seat := range seats {
			paying[seat.DSP] = seat.ID
		}
		check("alone", paying)
		for _, seat := range seats {
			agency := parley.Account{Kind: parley.AccountAgency, Name: "of " + seat.DSP, Code: "of " + seat.DSP}
			if _, err := d.service.CreateAccount(ctx, here, agency, keep(&agency)); err != nil {
				t.Fatal(err)
			}
			if _, err := d.service.ChangeAccount(ctx, here, seat.ID, seller.AccountChange{ParentID: &agency.ID}, keep(new(parley.Account))); err != nil {
				t.Fatal(err)
			}
			paying[seat.DSP] = agency.ID
		}
		check("under agencies", paying)
	})
}

// TestWhomDealsCountForIsOneThing books with generated identities, and holds the report against finance by booking, what each account has
// against whom the deals' identities name, and what a rule sees of a buyer's bookings against those that count for whom the buyer's do.
func TestWhomDealsCountForIsOneThing(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) { d.countForOneThing(t, false) })
}

// TestWhomDealsCountForWasOneThing is the same of keys from before owners had a DSP.
func TestWhomDealsCountForWasOneThing(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) { d.countForOneThing(t, true) })
}

func (d *desk) countForOneThing(t *testing.T, before bool) {
	t.Helper()
	d.sell(video())
	request := ask(100_000)
	request.DealType = string(parley.PrivateAuction)
	random := rand.New(rand.NewPCG(7, 7))
	one := func(of ...string) string { return of[random.IntN(len(of))] }
	for range 24 {
		i := parley.Identity{SeatID: one("s1", "S1", "s2", ""), AgencyID: one("", "", "", "a1", "A1"), AdvertiserID: one("", "", "", "v1", "V1")}
		if i.SeatID != "" {
			i.DSPPlatform = one("", "ttd", "The Trade Desk", "dv360", "DV360", "xandr")
		}
		buyer := d.buyer(i)
		if before {
			stores.Run(t, d.store, `UPDATE keys SET owner_dsp = ''`)
		}
		must(d.book(buyer, d.quote(buyer, request).ID))
	}
	if payers, accounts := d.whose(t, before); len(payers) <= len(accounts) {
		t.Errorf("nobody is written in several ways: %v", payers)
	}
}

// whose holds against each other whom deals count for in the report, in finance, to the rules, at the pages of accounts and in their lists, and
// whose keys are an account's, and answers the accounts of finance by payer, and their values.
func (d *desk) whose(t *testing.T, before bool) (payers map[string]string, worth map[string]int64) {
	t.Helper()
	ctx, here := context.Background(), seller.Terminal("test")
	month := seller.MonthOf(parley.DateOf(noon, time.UTC))
	rows, lines, has, keys := map[string]int64{}, map[string]int64{}, map[string]int64{}, map[string]int{}
	payers, worth = map[string]string{}, map[string]int64{}
	for _, row := range must(d.service.DealReport(ctx, here, seller.ReportQuestion{From: month, To: month, ByAccount: true})).Rows {
		rows[row.Account.Code+" "+row.Account.ID] += row.Deals
	}
	for _, line := range must(d.service.FinanceMonth(ctx, here, month, seller.FinanceByBooking, seller.Page{Limit: 500})).Items {
		account := line.Account.Code + " " + line.Account.ID
		lines[account]++
		worth[account] += must(parley.DealValue(line.Deal.Price.FinalCPM, line.Deal.Impressions))
		payers[parley.Payer(line.Deal.Owner)] = account
		for id := range d.having(t, line.Deal.Identity) {
			has[id]++
		}
	}
	for _, key := range must(d.service.Keys(ctx, here, storage.KeyFilter{Role: parley.RoleBuyer, Page: seller.Page{Limit: 500}})).Items {
		for id := range d.having(t, key.Identity) {
			keys[id]++
		}
	}
	if !maps.Equal(rows, lines) {
		t.Errorf("the report has %v, finance %v", rows, lines)
	}
	for payer, account := range payers {
		if before {
			break // an owner may be several seats
		}
		err := d.store.Read(ctx, func(r *storage.Reader) error {
			value, err := r.BookedValue(payer, parley.USD, parley.DateOf(noon, time.UTC)).Get(ctx)
			if value.Today != worth[account] || value.Open != worth[account] {
				t.Errorf("%s has booked %+v, and %s %d", payer, value, account, worth[account])
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, a := range must(d.service.Accounts(ctx, here, seller.AccountFilter{Page: seller.Page{Limit: 500}})).Items {
		business := must(d.service.AccountBusiness(ctx, here, a.ID))
		var booked int64
		for _, value := range business.Booked {
			booked += value.Deals
		}
		listed := must(d.service.Deals(ctx, here, seller.DealFilter{Account: a.ID, Page: seller.Page{Limit: 500}})).Total
		if booked != has[a.ID] || listed != has[a.ID] {
			t.Errorf("%s %s at %q has booked %d and lists %d, %d are its", a.Kind, a.Code, a.DSP, booked, listed, has[a.ID])
		}
		if business.Keys.Total != int64(keys[a.ID]) {
			t.Errorf("%s %s at %q has %d keys, %d are its", a.Kind, a.Code, a.DSP, business.Keys.Total, keys[a.ID])
		}
	}
	return payers, worth
}

// having are the accounts that what an identity buys is theirs: whom it names, but for seats elsewhere, and those above them; of a seat of
// another's those alone that the identity names nobody before.
func (d *desk) having(t *testing.T, i parley.Identity) map[string]bool {
	t.Helper()
	ctx, own := context.Background(), map[string]bool{}
	err := d.store.Read(ctx, func(r *storage.Reader) error {
		version, err := r.AccountVersion().Get(ctx)
		if err != nil {
			return err
		}
		named, err := r.AccountsOf(i, version).Get(ctx)
		for _, a := range named {
			if own[a.ID] = own[a.ID] || a.Named && !a.Elsewhere; !own[a.ID] {
				delete(own, a.ID)
				continue
			}
			if a.Kind == parley.AccountSeat {
				above := named[max(0, slices.IndexFunc(named, func(above parley.AccountRef) bool { return above.ID == a.ParentID }))]
				if i.AgencyID != "" || above.Kind == parley.AccountAdvertiser && i.AdvertiserID != "" {
					continue
				}
			}
			if a.ParentID != "" {
				own[a.ParentID] = true
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return own
}
