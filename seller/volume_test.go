package seller_test

import (
	"context"
	"strings"
	"testing"

	"parley"
	"parley/seller"
)

func TestBracketsCountTheVolumeThatIsThere(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		ctx := context.Background()
		// 6,000,000 over the ten days: the first bracket, 5%.
		daily := int64(600_000)
		d.sell(video(func(p *parley.Product) { p.DailyImpressions = &daily }))
		buyer := d.buyer(acme)
		const fair, asked = 10_260_000, 1_000_000_000_000
		request := ask(asked)
		request.DealType = "PD"
		quote := d.quote(buyer, request)
		if quote.Price.FinalCPM != fair || quote.Price.VolumeDiscount != 500 || quote.Price.CountedImpressions != 6_000_000 {
			t.Errorf("quoted %d with %d off, want 10.26 for the volume that is there", quote.Price.FinalCPM, quote.Price.VolumeDiscount)
		}
		if !strings.Contains(quote.Price.Rationale, "6,000,000 impressions that are available") {
			t.Errorf("the rationale does not say which volume counted: %s", quote.Price.Rationale)
		}
		avails, err := d.service.ProductAvails(ctx, buyer, seller.AvailsRequest{
			ProductIDs: []string{"video-home"}, FlightStart: request.FlightStart, FlightEnd: request.FlightEnd, Impressions: asked,
		})
		if err != nil || avails[0].Price.FinalCPM != fair {
			t.Errorf("avails: %+v, %v", avails, err)
		}
		// The price list looks at thirty-one days from today: 18,600,000, the second bracket.
		listed, err := d.service.Price(ctx, buyer, seller.PriceRequest{ProductID: "video-home", DealType: "PD", Impressions: asked})
		if err != nil || listed.Price.VolumeDiscount != 1_000 {
			t.Errorf("pricing: %+v, %v", listed.Price, err)
		}
		what, err := d.service.WhatIf(ctx, seller.Terminal("test"), seller.WhatIfRequest{
			ProductID: "video-home", Identity: acme, Impressions: asked, FlightStart: request.FlightStart, FlightEnd: request.FlightEnd,
		})
		if err != nil || what.Price.FinalCPM != fair {
			t.Errorf("what if: %+v, %v", what.Price, err)
		}
		offer := propose(9_720_000, asked)
		offer.DealType = "PD"
		if proposal := d.submit(buyer, offer); proposal.Ask.FinalCPM != fair {
			t.Errorf("a proposal is asked %d, want 10.26", proposal.Ask.FinalCPM)
		}

		// What others have reserved is not there either.
		if _, err := d.book(buyer, d.quote(buyer, ask(2_000_000)).ID); err != nil {
			t.Fatal(err)
		}
		if again := d.quote(buyer, request); again.Price.FinalCPM != 10_800_000 || again.Price.CountedImpressions != 4_000_000 {
			t.Errorf("with 4,000,000 left: %d for %d, want no discount", again.Price.FinalCPM, again.Price.CountedImpressions)
		}
	})
}

func TestVolumeCountsAsAskedWhereNoLimitIsKnown(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		d.sell(video(func(p *parley.Product) { p.DailyImpressions = nil }))
		request := ask(50_000_000)
		request.DealType = "PD"
		if quote := d.quote(d.buyer(zenith), request); quote.Price.FinalCPM != 8_160_000 {
			t.Errorf("quoted %d, want 8.16", quote.Price.FinalCPM)
		}
	})
}
