package console_test

import (
	"context"
	"strings"
	"testing"

	"parley"
	"parley/seller"
	"parley/storage/storagetest"
)

func TestWhatABuyerClaimsIsShownAsClaimed(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	d.sell(func(stage func(int, parley.ProductChange) error) error {
		base, daily := int64(12_000_000), int64(1_000_000)
		return stage(1, storagetest.WholeProduct(parley.Product{
			ID: "video-home", Name: "Home page video", InventoryType: "video", DealTypes: parley.DealTypes[:], BaseCPM: &base,
			Currency: parley.USD, DailyImpressions: &daily,
		}))
	})
	buyer := d.buyer("acme", parley.Identity{SeatID: "seat-acme", AgencyID: "agency-acme", DSPPlatform: "The Trade Desk"})
	var quote parley.Quote
	request := seller.QuoteRequest{
		ProductID: "video-home", DealType: "PD", Identity: parley.Identity{AgencyID: "agency-acme", AdvertiserName: "Zenith", DSPPlatform: "DV360"},
	}
	if _, err := d.service.RequestQuote(context.Background(), buyer, request, keep(&quote)); err != nil {
		t.Fatal(err)
	}
	deal := d.book(buyer, quote, "")
	b := d.signedIn(d.operator("desk", parley.ScopeAdmin))
	for _, path := range []string{"/console/quotes/" + quote.ID, "/console/deals/" + deal.ID} {
		status, page := b.get(path)
		if status != 200 {
			t.Fatalf("%s answers %d", path, status)
		}
		for _, shown := range []string{
			"<dt>DSP</dt><dd>The Trade Desk</dd>", "<dt>DSP, as claimed</dt><dd>DV360</dd>", "<dt>Advertiser, as claimed</dt><dd>Zenith</dd>",
		} {
			if !strings.Contains(page, shown) {
				t.Errorf("%s does not show %s", path, shown)
			}
		}
		if strings.Contains(page, "<dt>Agency, as claimed</dt>") || strings.Contains(page, "<dt>Buyer</dt><dd>Zenith</dd>") {
			t.Errorf("%s takes a claim for a fact, or a fact for a claim", path)
		}
	}
}

// TestADealShowsTheSegmentsThatItWasSoldFor: who delivers it has to know them.
func TestADealShowsTheSegmentsThatItWasSoldFor(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	d.sell(func(stage func(int, parley.ProductChange) error) error {
		base := int64(12_000_000)
		return stage(1, storagetest.WholeProduct(parley.Product{
			ID: "video-home", Name: "Home page video", InventoryType: "video", DealTypes: parley.DealTypes[:], BaseCPM: &base,
			Currency: parley.USD, AudienceSegments: []string{"243", "254"},
		}))
	})
	buyer := d.buyer("acme", parley.Identity{SeatID: "seat-acme"})
	var quote parley.Quote
	request := seller.QuoteRequest{ProductID: "video-home", DealType: "PD", Carried: parley.Carried{
		AudiencePlan: []byte(`{"primary": {"identifier": "254"}, "segments": [{"id": "243"}], "rationale": "reach"}`),
	}}
	if _, err := d.service.RequestQuote(context.Background(), buyer, request, keep(&quote)); err != nil {
		t.Fatal(err)
	}
	b := d.signedIn(d.operator("desk", parley.ScopeAdmin))
	for path, shown := range map[string]string{
		"/console/deals/" + d.book(buyer, quote, "").ID: "<dt>Audience</dt><dd>segments 254, 243 ",
		"/console/inventory/video-home":                 "<dt>Audiences</dt><dd>243, 254</dd>",
	} {
		if status, page := b.get(path); status != 200 || !strings.Contains(page, shown) {
			t.Errorf("%s answers %d and does not show %s", path, status, shown)
		}
	}
}
