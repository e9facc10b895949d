package client_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"parley"
	"parley/client"
	"parley/internal/stores"
	"parley/storage"
	"parley/wire/contract"
	"parley/wire/document"
)

func names(packages []document.OfferedPackage) []string {
	ids := []string{}
	for _, p := range packages {
		ids = append(ids, p.PackageID)
	}
	return ids
}

func TestMediaKit(t *testing.T) {
	t.Parallel()
	stores.Each(t, func(t *testing.T, store *storage.Store) {
		ctx := context.Background()
		s := openShopOver(t, store)
		buyer := s.buyer()
		kit, err := buyer.MediaKit(ctx)
		if err != nil || kit.SellerName == "" || !slices.Equal(names(kit.AllPackages), []string{"evening", "news"}) || !slices.Equal(names(kit.Featured), []string{"evening"}) {
			t.Fatalf("%+v (%v)", kit, err)
		}
		evening, err := buyer.Package(ctx, "evening")
		// 31.50 and 7.20 by their weights of 0.6 and 0.4.
		if err != nil || evening.ExactPrice == nil || evening.ExactPrice.Money != usd(21_780_000) || evening.PriceRange != "$21.78 CPM" {
			t.Errorf("%+v (%v)", evening, err)
		}
		if len(evening.Placements) != 2 || evening.Placements[1].ProductName != "News" || evening.Placements[0].Weight != 0.6 ||
			!slices.Equal(evening.Tags, []string{"prime time"}) || !evening.IsFeatured || evening.BuyerTier != parley.TierAgency {
			t.Errorf("%+v", evening)
		}
		if stranger, err := client.New(s.url, "").Package(ctx, "evening"); err != nil || stranger.ExactPrice != nil || stranger.PriceRange == evening.PriceRange {
			t.Errorf("a stranger is shown %+v (%v)", stranger, err)
		}
		if _, err := buyer.Package(ctx, "none"); !errors.Is(err, client.ErrNotFound) {
			t.Errorf("an unknown package: %v", err)
		}
		for filter, want := range map[document.MediaKitFilter][]string{
			{}:                                  {"evening", "news"},
			{Layer: parley.PackageSynced}:       {"news"},
			{FeaturedOnly: "true"}:              {"evening"},
			{Paging: document.Paging{Limit: 1}}: {"evening", "news"},
			{Paging: document.Paging{Limit: 1, Order: "newest"}}: {"news", "evening"},
		} {
			var found []document.OfferedPackage
			for p, err := range buyer.AllPackages(ctx, filter) {
				if err != nil {
					t.Fatal(err)
				}
				found = append(found, p)
			}
			if !slices.Equal(names(found), want) {
				t.Errorf("%+v: %v, want %v", filter, names(found), want)
			}
		}
		for search, want := range map[document.MediaKitSearch][]string{
			{Query: "live games"}: {"evening"}, {Query: "news"}: {"news", "evening"}, {Query: "news", Limit: 1}: {"news"}, {}: {"evening", "news"}, {Query: "opera"}: {},
		} {
			found, err := buyer.SearchMediaKit(ctx, search)
			if err != nil || !slices.Equal(names(found.Results), want) || search.Limit == 0 && found.TotalCount != len(want) || search.Limit == 1 && found.TotalCount != 2 {
				t.Errorf("%+v: %v of %d (%v), want %v", search, names(found.Results), found.TotalCount, err, want)
			}
		}
	})
}

func TestPackageToDeals(t *testing.T) {
	t.Parallel()
	stores.Each(t, func(t *testing.T, store *storage.Store) {
		ctx := context.Background()
		s := openShopOver(t, store)
		buyer := s.buyer()
		ask := func() document.PackageQuotes {
			quotes, err := buyer.QuotePackage(ctx, "evening", document.PackageQuoteRequest{
				DealType: parley.PreferredDeal, Impressions: 1_000_000, FlightStart: day(5), FlightEnd: day(9),
			})
			if err != nil || len(quotes.Quotes) != 2 || quotes.PackageID != "evening" || *quotes.Quotes[0].Terms.Impressions != 600_000 {
				t.Fatalf("%+v (%v)", quotes, err)
			}
			return quotes
		}
		quotes := ask()
		outcome, err := buyer.Negotiate(ctx, client.AboutQuote(quotes.Quotes[1]), client.Threshold{Ceiling: usd(7_150_000)}, nil)
		if err != nil || outcome.Status != parley.NegotiationAccepted {
			t.Fatalf("%+v (%v)", outcome, err)
		}
		request := document.PackageBookingRequest{QuoteIDs: quotes.IDs(), Notes: "together", Idempotency: document.Idempotency{IdempotencyKey: "booking-1"}}
		booked, err := buyer.BookPackage(ctx, "evening", request)
		if err != nil || len(booked.Deals) != 2 || booked.Deals[0].Status != parley.DealBooked || booked.Deals[0].Notes != "together" {
			t.Fatalf("%+v (%v)", booked, err)
		}
		for i, want := range []contract.Money{*contract.MoneyOf(quotes.Quotes[0].Pricing.FinalCPM.Money), *outcome.AgreedPrice} {
			if got := booked.Deals[i]; *contract.MoneyOf(got.Pricing.FinalCPM.Money) != want || contract.TextOf(got.QuoteID) != quotes.Quotes[i].QuoteID {
				t.Errorf("deal %d of %s costs %s, want %s", i, got.DealID, got.Pricing.FinalCPM, want)
			}
		}
		again, err := buyer.BookPackage(ctx, "evening", request)
		if err != nil || again.Deals[0].DealID != booked.Deals[0].DealID || again.Deals[1].DealID != booked.Deals[1].DealID {
			t.Errorf("booked again: %+v (%v)", again, err)
		}
		spoilt := ask()
		if _, err := buyer.BookDeal(ctx, document.BookingRequest{QuoteID: spoilt.Quotes[1].QuoteID}); err != nil {
			t.Fatal(err)
		}
		_, err = buyer.BookPackage(ctx, "evening", document.PackageBookingRequest{QuoteIDs: spoilt.IDs()})
		var refused *client.Error
		if !errors.As(err, &refused) || !errors.Is(err, client.ErrContention) || refused.Text("quote_id") != spoilt.Quotes[1].QuoteID {
			t.Errorf("with a quote that is booked: %v", err)
		}
		if quote, err := buyer.Quote(ctx, spoilt.Quotes[0].QuoteID); err != nil || quote.Status != parley.QuoteAvailable {
			t.Errorf("the other is %+v (%v)", quote, err)
		}
		_, err = buyer.BookPackage(ctx, "evening", document.PackageBookingRequest{
			QuoteIDs: ask().IDs(), AudiencePlan: []byte(`{"primary": {"identifier": "243"}}`),
		})
		if !errors.As(err, &refused) || !errors.Is(err, client.ErrUnsupported) || len(refused.Unsupported) != 1 {
			t.Errorf("for an audience that one of them is not sold by: %v", err)
		}
	})
}
