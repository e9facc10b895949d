package seller_test

import (
	"context"
	"testing"

	"parley"
	"parley/seller"
	"parley/storage"
)

// TestNamesAreKeptWithoutTheWhiteSpaceAroundThem gives a key, and a request, an identity whose every member has some.
func TestNamesAreKeptWithoutTheWhiteSpaceAroundThem(t *testing.T) {
	t.Parallel()
	want := parley.Identity{
		SeatID: "s", SeatName: "a seat", DSPPlatform: "a dsp", AgencyID: "a", AgencyName: "an agency", AgencyHoldingCompany: "a holding",
		AdvertiserID: "v", AdvertiserName: "an advertiser", AdvertiserIndustry: "cars", AdvertiserDomain: "brand.example",
		CampaignID: "c", CampaignName: "a campaign",
	}
	wide := parley.Identity{
		SeatID: " s ", SeatName: "a seat\t", DSPPlatform: " a dsp", AgencyID: "a ", AgencyName: "\nan agency", AgencyHoldingCompany: "a holding ",
		AdvertiserID: "\u00a0v", AdvertiserName: " an advertiser", AdvertiserIndustry: "cars ", AdvertiserDomain: " brand.example ",
		CampaignID: " c ", CampaignName: " a campaign",
	}
	onEach(t, func(t *testing.T, d *desk) {
		d.sell(video())
		d.key(seller.KeyRequest{Role: parley.RoleBuyer, Label: "wide", Identity: wide})
		keys, err := d.service.Keys(context.Background(), d.operator(), storage.KeyFilter{Role: parley.RoleBuyer, Page: storage.Page{Limit: 2}})
		if err != nil || len(keys.Items) != 1 || keys.Items[0].Identity != want {
			t.Errorf("the key has %+v (%v), want %+v", keys.Items, err, want)
		}
		request := ask(10_000)
		request.Identity = wide
		if got := d.quote(d.buyer(parley.Identity{}), request).Claimed; got != want {
			t.Errorf("the quote has %+v, want %+v", got, want)
		}
	})
}
