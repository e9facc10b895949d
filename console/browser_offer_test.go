package console_test

import (
	"context"
	"strings"
	"testing"

	"parley"
	"parley/internal/racedetector"
	"parley/internal/stores"
	"parley/seller"
	"parley/storage"
)

// TestBrowserJobsFromOurSide asks a buyer for other terms of its deal, which waits for somebody else and then for the buyer, and offers
// another one what is free at a price of ours.
func TestBrowserJobsFromOurSide(t *testing.T) {
	t.Parallel()
	racedetector.Serial(t)
	stores.Each(t, func(t *testing.T, store *storage.Store) {
		ctx, d := context.Background(), openWorld(openDeskOver(t, store))
		deal := d.book(d.buyer, d.quoteFor("ctv-drama-premiere"), "")
		page := "/deals/" + deal.ID
		w := d.walk(t, d.admin)
		w.visit(page)
		w.job("ask for other days, impressions or another price of a deal", func() {
			w.click("#change > summary")
			dearer := parley.FormatMicros(deal.Price.FinalCPM+1_000_000, 2)
			w.run(fill("#f-change-proposed_values\\.price", strings.Replace(dearer, ".", ",", 1)), fill("#f-change-message", "First position in the break"))
			w.follow("#change form button")
			w.shows("main li", "becomes "+dearer)
			w.follow("button[value=commit]")
			w.shows(".note", "Somebody else at the desk is asked first")
		})
		asked := must[seller.Listing[parley.ChangeRequest]](t)(d.service.Changes(ctx, seller.Terminal("test"), seller.ChangeFilter{DealID: deal.ID})).Items
		if len(asked) != 1 || asked[0].AskedBy != parley.SideSeller || asked[0].Status != parley.ChangePendingApproval || asked[0].Reason != "First position in the break" {
			t.Fatalf("asked for: %+v", asked)
		}
		must[seller.Answer](t)(d.service.ReviewChange(ctx, seller.Call{Secret: d.approver}, asked[0].ID, seller.DecisionRequest{Decision: "approve"}, keep(new(parley.ChangeRequest))))
		w.shows("#changes ~ .change", "Waits for the buyer, who has to agree and apply it")
		if eval[bool](w.tab, `document.querySelector('form[action$="/apply"]') !== null`) {
			t.Error("the desk can make alone what costs the buyer")
		}
		must[seller.Answer](t)(d.service.ApplyChange(ctx, d.buyer, asked[0].ID, keep(new(parley.ChangeRequest))))
		if now := must[parley.Deal](t)(d.service.Deal(ctx, seller.Terminal("test"), deal.ID)); now.Price.FinalCPM != deal.Price.FinalCPM+1_000_000 {
			t.Errorf("agreed, the price is %d", now.Price.FinalCPM)
		}

		w.visit("/availability?product_id=ctv-sports-live&flight_start=" + in(40).String() + "&flight_end=" + in(49).String())
		w.job("offer what is free to a buyer at a price of ours", func() {
			w.run(fill("#f-impressions", "300.000"))
			w.follow(`form.filters[action="/console/availability"] button`)
			w.choose("#f-buyer_key_id", "Tern")
			w.run(fill("#f-offer_cpm", "30,50"))
			w.follow(`form[action$="/availability/quote"] button`)
			w.shows("main li", "Offer 30.50 USD, ")
			w.follow("button[value=commit]")
			w.shows(".note", "The quote is the buyer's to book")
			w.shows(".waterfall", "Offered instead")
		})
	})
}
