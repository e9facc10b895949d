package client_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"time"

	"parley"
	"parley/client"
	"parley/edge"
	"parley/rest"
	"parley/seller"
	"parley/storage/sqlite"
	"parley/wire/document"
)

// serveExamples runs the examples' seller and answers its address, an agency's key, and what ends it.
func serveExamples() (url, key string, end func()) {
	must := func(err error) {
		if err != nil {
			panic(err)
		}
	}
	folder, err := os.MkdirTemp("", "parley-example")
	must(err)
	store, err := sqlite.Open(context.Background(), filepath.Join(folder, "parley.db"), sqlite.Options{})
	must(err)
	log := slog.New(slog.DiscardHandler)
	service := seller.New(store, seller.Parts{}, seller.DefaultSettings(), func() time.Time { return today }, rand.Reader, log)
	must(stock(service))
	key, err = buyerKey(service, "agency-1")
	must(err)
	handler, err := rest.New(service, rest.Options{Kit: edge.Kit{Log: log}})
	must(err)
	server := httptest.NewServer(handler)
	return server.URL, key, func() {
		server.Close()
		must(store.Close())
		must(os.RemoveAll(folder))
	}
}

// A buyer's program, from a product to a deal at a negotiated price.
func Example() {
	url, key, end := serveExamples()
	defer end()

	ctx := context.Background()
	c := client.New(url, key)
	quote, err := c.CreateQuote(ctx, document.QuoteRequest{ProductID: "display-news", DealType: parley.PreferredDeal, Impressions: 100_000})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("quoted", quote.Pricing.FinalCPM)

	ceiling, err := client.ParsePrice("7.00", parley.USD)
	if err != nil {
		fmt.Println(err)
		return
	}
	strategy := client.Linear{Opening: parley.Money{Micros: 5_800_000, Currency: parley.USD}, Ceiling: ceiling, Rounds: 4}
	outcome, err := c.Negotiate(ctx, client.AboutQuote(quote), strategy, func(r document.RoundResponse) {
		fmt.Println("round", r.RoundNumber, r.Action, r.Round.BuyerPrice, r.Round.SellerPrice)
	})
	if err != nil || outcome.Status != parley.NegotiationAccepted {
		fmt.Println("no agreement", outcome.Status, err)
		return
	}
	deal, err := c.BookDeal(ctx, document.BookingRequest{QuoteID: quote.QuoteID})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(deal.Status, deal.Pricing.FinalCPM)
	// Output:
	// quoted 7.20 USD
	// round 1 counter 5.80 USD 6.84 USD
	// round 2 counter 6.19 USD 6.52 USD
	// round 3 accept 6.52 USD 6.52 USD
	// booked 6.52 USD
}

// A package is quoted and booked as one: all of its products, or none.
func ExampleClient_BookPackage() {
	url, key, end := serveExamples()
	defer end()

	ctx := context.Background()
	c := client.New(url, key)
	found, err := c.SearchMediaKit(ctx, document.MediaKitSearch{Query: "live games"})
	if err != nil || len(found.Results) == 0 {
		fmt.Println("nothing is packaged", err)
		return
	}
	offer := found.Results[0]
	fmt.Println(offer.Name, offer.ExactPrice)

	quotes, err := c.QuotePackage(ctx, offer.PackageID, document.PackageQuoteRequest{DealType: parley.PreferredDeal, Impressions: 1_000_000})
	if err != nil {
		fmt.Println(err)
		return
	}
	booked, err := c.BookPackage(ctx, offer.PackageID, document.PackageBookingRequest{QuoteIDs: quotes.IDs()})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, deal := range booked.Deals {
		fmt.Println(deal.Status, deal.Product.Name, *deal.Terms.Impressions, deal.Pricing.FinalCPM)
	}
	// Output:
	// The evening 21.78 USD
	// booked Live Sports 600000 31.50 USD
	// booked News 400000 7.20 USD
}

// A refusal says what the seller knows: here, how much there is to be had.
func ExampleError() {
	url, key, end := serveExamples()
	defer end()

	ctx := context.Background()
	c := client.New(url, key)
	quote, err := c.CreateQuote(ctx, document.QuoteRequest{
		ProductID: "ctv-sports", DealType: parley.ProgrammaticGuaranteed, Impressions: 40_000_000, FlightStart: day(1), FlightEnd: day(2),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = c.BookDeal(ctx, document.BookingRequest{QuoteID: quote.QuoteID})
	var refused *client.Error
	if errors.As(err, &refused) && errors.Is(err, client.ErrContention) {
		available, known := refused.Count("available_impressions")
		fmt.Println(refused.Status, available, known)
	}
	// Output:
	// 409 20000000 true
}

// A Boulware buyer holds out until late: the seller asks 30.00 throughout, and hears these offers.
func ExampleTimeDependent() {
	strategy := client.TimeDependent{
		Opening: parley.Money{Micros: 10_000_000}, Ceiling: parley.Money{Micros: 20_000_000}, Rounds: 5, Beta: 500,
	}
	at := client.Position{Seller: 30_000_000, Currency: parley.USD}
	for range 5 {
		move, err := strategy.Next(at)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(move.Action, parley.Money{Micros: move.Price, Currency: at.Currency})
		at.Offers = append(at.Offers, move.Price)
	}
	// Output:
	// counter 10.00 USD
	// counter 10.62 USD
	// counter 12.50 USD
	// counter 15.62 USD
	// counter 20.00 USD
}
