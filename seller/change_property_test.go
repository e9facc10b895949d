package seller_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"parley"
	"parley/internal/racedetector"
	"parley/inventory"
	"parley/seller"
	"parley/storage"
)

// drawChange is any change of a deal, most of them possible.
func drawChange(t *rapid.T, deal parley.Deal) seller.ChangeInput {
	in := seller.ChangeInput{DealID: deal.ID, Type: rapid.SampledFrom(parley.ChangeTypes[:]).Draw(t, "type")}
	if in.Type == parley.ChangeMakegood {
		in.Makegood = json.RawMessage(`{"notes": "short"}`)
	}
	maybe := func(label string) bool { return rapid.IntRange(0, 2).Draw(t, label) == 0 }
	if in.Type == parley.ChangeCancellation {
		in.Terms.Cancel = &parley.Cancellation{Share: rapid.SampledFrom([]int64{1, 333_333, 999_999, parley.WholeDeal}).Draw(t, "share")}
		if maybe("from") {
			in.Terms.Cancel.From = of(deal.Flight.Start + parley.Date(rapid.IntRange(0, 12).Draw(t, "day")))
		}
		return in
	}
	if in.Type == parley.ChangeFlightDates || maybe("dates") {
		start := deal.Flight.Start + parley.Date(rapid.IntRange(-3, 6).Draw(t, "start"))
		end := start + parley.Date(rapid.IntRange(-1, 12).Draw(t, "days"))
		in.Terms.FlightStart, in.Terms.FlightEnd = &start, &end
	}
	if in.Type == parley.ChangeImpressions || maybe("volume") {
		in.Terms.Impressions = of(rapid.Int64Range(500, 6_000_000).Draw(t, "impressions"))
	}
	if in.Type == parley.ChangePricing || maybe("price") {
		in.Terms.CPM = of(rapid.Int64Range(700, 2000).Draw(t, "cents") * 10_000)
	}
	return in
}

// TestLedgerIsTheSumOfTheDeals asks for, decides and applies random changes, and after each holds every day of the ledger
// against the spread of the deals, and every deal against the floor.
func TestLedgerIsTheSumOfTheDeals(t *testing.T) {
	t.Parallel()
	racedetector.Serial(t)
	onEach(t, func(t *testing.T, d *desk) {
		buyer, operator := d.buyer(acme), d.operator()
		cases, applied := 0, 0
		rapid.Check(t, func(t *rapid.T) {
			cases++
			productID := fmt.Sprintf("video-%d", cases)
			d.sell(video(func(p *parley.Product) { p.ID = productID }))
			var ids []string
			for range rapid.IntRange(1, 3).Draw(t, "deals") {
				request := ask(rapid.Int64Range(1000, 3_000_000).Draw(t, "booked"))
				request.ProductID = productID
				deal, err := d.book(buyer, d.quote(buyer, request).ID)
				if err != nil {
					t.Fatal(err)
				}
				ids = append(ids, deal.ID)
			}
			for range rapid.IntRange(1, 4).Draw(t, "changes") {
				deal, err := d.service.Deal(context.Background(), buyer, rapid.SampledFrom(ids).Draw(t, "deal"))
				if err != nil {
					t.Fatal(err)
				}
				if d.changeAtRandom(t, buyer, operator, drawChange(t, deal)) {
					applied++
				}
				d.ledgerHolds(t, productID)
			}
		})
		if applied == 0 {
			t.Error("no change was applied, so nothing was tried")
		}
	})
}

// changeAtRandom takes a change as far as it goes, and tells whether it was applied.
func (d *desk) changeAtRandom(t *rapid.T, buyer, operator seller.Call, in seller.ChangeInput) bool {
	c, err := d.askChange(buyer, in)
	if err != nil {
		return refusedFor(t, err, parley.CodeValidation, parley.CodeConflict)
	}
	if c.Status == parley.ChangePendingApproval {
		decision := rapid.SampledFrom([]string{"approve", "approve", "approve", "reject"}).Draw(t, "decision")
		if c, err = d.review(operator, c.ID, decision); err != nil {
			return refusedFor(t, err, parley.CodeValidation) // under the floor
		}
	}
	applied, err := d.applyChange(buyer, c.ID)
	if err != nil {
		return refusedFor(t, err, parley.CodeConflict)
	}
	return applied.Status == parley.ChangeApplied
}

// refusedFor checks that something was refused for one of the reasons that it may be.
func refusedFor(t *rapid.T, err error, codes ...parley.Code) bool {
	for _, code := range codes {
		if parley.Is(err, code) {
			return false
		}
	}
	t.Fatal(err)
	return false
}

// ledgerHolds compares what is reserved of a product with what its deals hold.
func (d *desk) ledgerHolds(t *rapid.T, productID string) {
	ctx := context.Background()
	from, to := days("2026-06-01", "2026-08-01")
	span := parley.Flight{Start: *from, End: *to}
	deals, err := d.service.Deals(ctx, seller.Terminal("test"), storage.DealFilter{ProductID: productID})
	if err != nil {
		t.Fatal(err)
	}
	held := make([]int64, span.Days())
	for _, deal := range deals.Items {
		if !deal.Status.HoldsInventory() {
			continue
		}
		if deal.Price.FinalCPM < 8_000_000 {
			t.Fatalf("deal %s is at %d, under the floor", deal.ID, deal.Price.FinalCPM)
		}
		for i, n := range inventory.Spread(deal.Impressions, deal.Flight) {
			held[deal.Flight.Start-span.Start+parley.Date(i)] += n
		}
	}
	capacity, err := d.service.Capacity(ctx, seller.Terminal("test"), productID, span)
	if err != nil {
		t.Fatal(err)
	}
	for i, day := range capacity.Days {
		if day.Reserved != held[i] || day.Reserved > *day.Capacity {
			t.Fatalf("%s: %d reserved of %d, the deals hold %d", day.Day, day.Reserved, *day.Capacity, held[i])
		}
	}
}
