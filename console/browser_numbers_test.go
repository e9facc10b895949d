package console_test

import (
	"context"
	"testing"

	"parley"
	"parley/internal/racedetector"
	"parley/internal/stores"
	"parley/seller"
	"parley/storage"
)

// TestBrowserReadsNumbersOneWay types numbers as people of different countries do, wherever a price or a rate is typed: what
// has one reading is kept as that, and what has two is refused with both.
func TestBrowserReadsNumbersOneWay(t *testing.T) {
	t.Parallel()
	racedetector.Serial(t)
	stores.Each(t, func(t *testing.T, store *storage.Store) {
		w := openWorld(openDeskOver(t, store))
		ctx, operator := context.Background(), seller.Terminal("test")
		b := w.open(t, w.admin)

		b.visit("/negotiation-profiles/" + w.profile.ID)
		b.run(fill("#f-total_cap_pct", "2,5"))
		b.leave("main button.primary")
		b.shows(".effect", "2.5% in all")
		b.run(click("#f-_sure"))
		b.leave("main button[value=commit]")
		b.shows(".note", "is saved")
		kept := must[parley.NegotiationProfile](t)(w.service.NegotiationProfiles().Read(ctx, operator, w.profile.ID))
		if kept.TotalCap == nil || *kept.TotalCap != 250 {
			t.Errorf("a concession of 2,5 is kept as %v", kept.TotalCap)
		}

		b.visit("/pricing/card")
		b.run(fill(`[name="entries[0].inventory_type"]`, "ctv"), fill(`[name="entries[0].base_cpm"]`, "1,250"), fill(`[name="entries[0].currency"]`, "USD"))
		b.leave(`button[value=preview]`)
		b.shows("main .error", "can be read two ways: write 1250 for 1,250.00")
		b.run(fill(`[name="entries[0].base_cpm"]`, "1.250,00"))
		b.leave(`button[value=preview]`)
		b.shows(".effect tbody", "1,250.00 USD")

		b.visit("/pricing/rules/" + w.pricingRule.ID)
		b.run(fill("#f-discount", "7,5"), fill("#f-floor_cpm", "2,750"))
		b.leave(`button[value=preview]`)
		b.shows("main .error", "can be read two ways: write 2750 for 2,750.00")

		b.visit("/inventory/ctv-sports-live")
		b.run(fill("#f-daily_impressions", "2,5"))
		b.leave(`form[action$="/capacity"] button`)
		b.shows("main .error", "must be a whole number such as 250,000")

		b.visit("/inbox/" + w.pending[0].ApprovalID)
		b.run(fill(`[name="modifications.counter_cpm"]`, "41,500"))
		b.leave(`button[value=counter]`)
		b.shows("main .error", "can be read two ways: write 41500 for 41,500.00")
		if p := w.proposal(w.pending[0].ID); p.Status != parley.ProposalPendingApproval {
			t.Errorf("after an unclear counter the proposal is %s", p.Status)
		}
	})
}
