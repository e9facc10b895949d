package seller_test

import (
	"context"
	"testing"
	"time"

	"parley"
	"parley/seller"
)

// TestPreviewsSayWhatWasSold counts with each price and limit that would move what was booked at it over the last 30 days, by
// the buyers that the draft is about.
func TestPreviewsSayWhatWasSold(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		ctx, desk := context.Background(), seller.Terminal("test")
		d.sell(video())
		book := func(identity parley.Identity, impressions int64) {
			p := d.submit(d.buyer(identity), propose(12_000_000, impressions))
			if p.Status != parley.ProposalAccepted {
				t.Fatalf("the proposal is %s", p.Status)
			}
			if _, err := d.bookProposal(d.buyer(identity), p.ID); err != nil {
				t.Fatal(err)
			}
		}
		other := parley.Identity{SeatID: "seat-other", AgencyID: "agency-other"}
		book(acme, 100_000)
		d.clock.Move(8 * 24 * time.Hour)
		book(acme, 10_000)
		book(other, 1_000)
		cut := int64(10_000_000)
		priced := func(draft seller.PricingDraft) map[parley.Tier]int64 {
			t.Helper()
			preview, err := d.service.PreviewPricing(ctx, desk, draft)
			if err != nil {
				t.Fatal(err)
			}
			volumes := map[parley.Tier]int64{}
			for _, move := range preview.Moves {
				volumes[move.Tier] = move.Volume
			}
			return volumes
		}
		limited := func(profile parley.NegotiationProfile) (volume int64) {
			t.Helper()
			preview, err := d.service.PreviewLimits(ctx, desk, profile)
			if err != nil {
				t.Fatal(err)
			}
			for _, move := range preview.Moves {
				if move.LowestAfter >= move.LowestBefore {
					t.Errorf("%s: giving up to half leads from %d to %d", move.Tier, move.LowestBefore, move.LowestAfter)
				}
				volume += move.Volume
			}
			return volume
		}
		all := seller.PricingDraft{Rule: &parley.PricingRule{Name: "cut", Enabled: true, BaseCPM: &parley.Money{Micros: cut, Currency: parley.USD}}}
		one := seller.PricingDraft{Rule: &parley.PricingRule{Name: "cut", Enabled: true, BaseCPM: &parley.Money{Micros: cut, Currency: parley.USD}, Selector: parley.Selector{AgencyIDs: []string{"agency-acme"}}}}
		half := parley.NegotiationProfile{Name: "half", Enabled: true, TotalCap: new(parley.BasisPoints(5_000))}
		halfOne := half
		halfOne.AgencyIDs = []string{"agency-other"}
		if got := priced(all)[parley.TierAgency]; got != 111_000 {
			t.Errorf("for all buyers the price was sold at a volume of %d", got)
		}
		if got := priced(one)[parley.TierAgency]; got != 110_000 {
			t.Errorf("for one agency the price was sold at a volume of %d", got)
		}
		if got := limited(half); got != 111_000 {
			t.Errorf("for all buyers the limits were sold at a volume of %d", got)
		}
		if got := limited(halfOne); got != 1_000 {
			t.Errorf("for one agency the limits were sold at a volume of %d", got)
		}
		d.clock.Move(23 * 24 * time.Hour)
		if got := priced(all)[parley.TierAgency]; got != 11_000 {
			t.Errorf("31 days later the price was sold at a volume of %d", got)
		}
		_, err := d.service.PreviewLimits(ctx, desk, parley.NegotiationProfile{Name: "none", Enabled: true, TotalCap: new(parley.OneHundredPercent)})
		wantCode(t, err, parley.CodeValidation)
	})
}
