package client_test

import (
	"testing"

	"parley"
	"parley/wire/contract"
	"parley/wire/document"
)

// TestABuyerCancels takes back an order and then asks for the end of its deal, and finds both in its lists.
func TestABuyerCancels(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	s := openShop(t)
	buyer := s.buyer()
	quote, err := buyer.CreateQuote(ctx, document.QuoteRequest{ProductID: "ctv-sports", DealType: parley.ProgrammaticGuaranteed, Impressions: 50_000, FlightStart: day(10), FlightEnd: day(19)})
	if err != nil {
		t.Fatal(err)
	}
	deal, err := buyer.BookDeal(ctx, document.BookingRequest{QuoteID: quote.QuoteID})
	if err != nil {
		t.Fatal(err)
	}
	order, err := buyer.CreateOrder(ctx, document.OrderRequest{DealID: deal.DealID})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := buyer.CancelOrder(ctx, order.OrderID, "The advertiser paused"); err != nil {
		t.Fatal(err)
	}
	if read, err := buyer.Order(ctx, order.OrderID); err != nil || read.Status != parley.OrderCancelled {
		t.Errorf("the order is %+v (%v)", read, err)
	}
	change, err := buyer.CancelDeal(ctx, deal.DealID, "The advertiser withdrew")
	if err != nil || change.ChangeType != parley.ChangeCancellation || contract.TextOf(change.DealID) != deal.DealID {
		t.Errorf("the request is %+v (%v)", change, err)
	}
	var quotes []string
	for found, err := range buyer.AllQuotes(ctx, document.Paging{}) {
		if err != nil {
			t.Fatal(err)
		}
		quotes = append(quotes, found.QuoteID)
	}
	if len(quotes) != 1 || quotes[0] != quote.QuoteID {
		t.Errorf("the quotes are %v", quotes)
	}
	if found, err := buyer.Negotiations(ctx, document.Paging{}); err != nil || found.Total != 0 {
		t.Errorf("the negotiations are %+v (%v)", found, err)
	}
}
