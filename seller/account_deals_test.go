package seller_test

import (
	"context"
	"testing"

	"parley"
	"parley/seller"
)

// TestTheDealsOfAnAccountAreThoseThatItsSumCounts lists the deals of accounts that keys name each in its own way, beside a buyer who only has
// the words of one in its name, and holds the value of the list against what the account's page says was booked.
func TestTheDealsOfAnAccountAreThoseThatItsSumCounts(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	onEach(t, func(t *testing.T, d *desk) {
		d.sell(video())
		viewer := d.operator(parley.ScopeViewer)
		buyers := map[string]parley.Identity{
			"agency":       {AgencyID: "aga", AgencyName: "Omega", AgencyHoldingCompany: "Group", SeatID: "seat-a", DSPPlatform: "ttd"},
			"other case":   {AgencyID: "AGA", AdvertiserID: "brand", SeatID: "seat-b"},
			"another name": {AgencyID: "omega", SeatID: "seat-c"},
			"seat alone":   {SeatID: "seat-a", DSPPlatform: "ttd"},
			"a word of it": {AgencyID: "zeta", AgencyName: "Zeta AGA", CampaignName: "aga seat-a brand", SeatID: "seat-z"},
			"of the group": {AgencyID: "beta", AgencyHoldingCompany: "Group", SeatID: "seat-y"},
		}
		own := seller.Call{}
		ids := map[string]string{}
		for _, who := range []string{"agency", "other case", "another name", "seat alone", "a word of it", "of the group"} {
			buyer := d.buyer(buyers[who])
			ids[must(d.book(buyer, d.quote(buyer, ask(100_000)).ID)).ID] = who
			own = buyer
		}
		for account, want := range map[[2]string][]string{
			{"agency", "aga"}:       {"agency", "other case", "another name", "seat alone"},
			{"holding", "Group"}:    {"agency", "other case", "another name", "seat alone", "of the group"},
			{"seat", "seat-a"}:      {"agency", "seat alone"},
			{"advertiser", "brand"}: {"other case"},
			{"agency", "zeta"}:      {"a word of it"},
		} {
			id := d.accountNamed(parley.AccountKind(account[0]), account[1]).ID
			listed := map[string]bool{}
			var value int64
			found := must(d.service.Deals(ctx, viewer, seller.DealFilter{Account: id, Page: seller.Page{Limit: 100, Newest: true}}))
			for _, deal := range found.Items {
				listed[ids[deal.ID]] = true
				of, err := parley.DealValue(deal.Price.FinalCPM, deal.Impressions)
				if err != nil {
					t.Fatal(err)
				}
				value += of
			}
			for _, who := range want {
				if !listed[who] {
					t.Errorf("%v lacks the deal of %s", account, who)
				}
			}
			if len(found.Items) != len(want) || found.Total != int64(len(want)) {
				t.Errorf("%v has %d deals, %d in all, want %d", account, len(found.Items), found.Total, len(want))
			}
			sum := must(d.service.AccountBusiness(ctx, viewer, id)).Booked
			if len(sum) != 1 || sum[0].Deals != int64(len(found.Items)) || sum[0].Micros != value {
				t.Errorf("%v: the sum is %+v, the list has %d deals of %d", account, sum, len(found.Items), value)
			}
			from, to := days("2026-06-01", "2026-07-30")
			for _, narrowed := range []seller.DealFilter{{}, {RunsFrom: from, RunsTo: to}, {Search: "home page"}, {ProductID: "video-home", Search: "video"}} {
				for _, sort := range []seller.DealSort{"", seller.DealsByCPM, seller.DealsByImpressions, seller.DealsByStart} {
					for _, newest := range []bool{false, true} {
						narrowed.Account, narrowed.Sort, narrowed.Page = id, sort, seller.Page{Limit: 2, Newest: newest}
						if there := d.walk(viewer, narrowed); len(there) != len(want) {
							t.Errorf("%v by %q, %+v: %d deals, want %d", account, sort, narrowed, len(there), len(want))
						}
					}
				}
			}
			_, err := d.service.Deals(ctx, own, seller.DealFilter{Account: id})
			wantCode(t, err, parley.CodeForbidden)
		}
		none := must(d.service.Deals(ctx, viewer, seller.DealFilter{Account: "acct-nobody"}))
		if none.Total != 0 {
			t.Errorf("an account that there is not has %d deals", none.Total)
		}
	})
}

// walk goes through a list of deals page by page, and answers which it met.
func (d *desk) walk(call seller.Call, filter seller.DealFilter) map[string]bool {
	d.t.Helper()
	met := map[string]bool{}
	for {
		found := must(d.service.Deals(context.Background(), call, filter))
		for _, deal := range found.Items {
			if met[deal.ID] {
				d.t.Fatalf("%s is met twice", deal.ID)
			}
			met[deal.ID] = true
		}
		if len(found.Items) < filter.Page.Limit {
			if found.Total != int64(len(met)) {
				d.t.Errorf("%d in all, and %d were met", found.Total, len(met))
			}
			return met
		}
		filter.Page.After = found.Items[len(found.Items)-1].ID
	}
}
