package client_test

import (
	"errors"
	"testing"

	"parley"
	"parley/client"
	"parley/wire/document"
)

// TestABuyerHolds keeps a quote's impressions free, gives them back, keeps them again and books them, and reads how the deal runs.
func TestABuyerHolds(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	buyer := openShop(t).buyer()
	quote, err := buyer.CreateQuote(ctx, document.QuoteRequest{ProductID: "ctv-sports", DealType: parley.ProgrammaticGuaranteed, Impressions: 50_000, FlightStart: day(10), FlightEnd: day(19)})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := buyer.Hold(ctx, quote.QuoteID); !errors.Is(err, client.ErrNotFound) {
		t.Errorf("before: %v", err)
	}
	hours := int64(2)
	first, err := buyer.HoldQuote(ctx, quote.QuoteID, document.HoldRequest{Hours: &hours})
	if err != nil || first.Status != parley.HoldActive || first.Impressions != 50_000 {
		t.Fatalf("%+v (%v)", first, err)
	}
	if released, err := buyer.ReleaseHold(ctx, quote.QuoteID); err != nil || released.HoldID != first.HoldID || released.Status != parley.HoldReleased {
		t.Errorf("%+v (%v)", released, err)
	}
	second, err := buyer.HoldQuote(ctx, quote.QuoteID, document.HoldRequest{})
	if err != nil || second.HoldID == first.HoldID {
		t.Fatalf("%+v (%v)", second, err)
	}
	deal, err := buyer.BookDeal(ctx, document.BookingRequest{QuoteID: quote.QuoteID})
	if err != nil {
		t.Fatal(err)
	}
	if taken, err := buyer.Hold(ctx, quote.QuoteID); err != nil || taken.HoldID != second.HoldID || taken.Status != parley.HoldTaken {
		t.Errorf("%+v (%v)", taken, err)
	}
	statuses := map[parley.HoldStatus]int{}
	for hold, err := range buyer.AllHolds(ctx, document.HoldFilter{QuoteID: quote.QuoteID}) {
		if err != nil {
			t.Fatal(err)
		}
		statuses[hold.Status]++
	}
	if len(statuses) != 2 || statuses[parley.HoldReleased] != 1 || statuses[parley.HoldTaken] != 1 {
		t.Errorf("the holds are %v", statuses)
	}
	if runs, err := buyer.DealPerformance(ctx, deal.DealID); err != nil || runs.DealID != deal.DealID || runs.ImpressionsAvailable == nil || *runs.ImpressionsAvailable != 50_000 {
		t.Errorf("%+v (%v)", runs, err)
	}
}
