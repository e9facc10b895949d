package client_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"parley"
	"parley/client"
	"parley/internal/racedetector"
	"parley/internal/stores"
	"parley/storage"
	"parley/wire/contract"
	"parley/wire/document"
)

// booked is a deal as the buyer's own book has it.
type booked struct {
	quoteID     string
	dealType    parley.DealType
	price       parley.Money
	impressions int64
	start, end  parley.Date
}

func bookOf(deal document.DealResponse) booked {
	var impressions int64
	if deal.Terms.Impressions != nil {
		impressions = *deal.Terms.Impressions
	}
	return booked{
		quoteID: contract.TextOf(deal.QuoteID), dealType: deal.DealType, price: deal.Pricing.FinalCPM.Money, impressions: impressions,
		start: deal.Terms.FlightStart, end: deal.Terms.FlightEnd,
	}
}

// TestBooksAgree trades over connections that break at random, and holds the buyer's book against the seller's.
func TestBooksAgree(t *testing.T) {
	t.Parallel()
	racedetector.AtOnce(t)
	stores.Each(t, booksAgree)
}

func booksAgree(t *testing.T, store *storage.Store) {
	const traders, deals = 48, 1_000 // in which each fault is met dozens of times
	s := openShopOver(t, store)
	proxy := openResetter(t, s.url, 25, 1)
	buyer := client.New(proxy.url(), s.key, client.WithRetry(client.Retry{
		Attempts: 12, Base: time.Millisecond, Longest: 20 * time.Millisecond, LongestAsked: time.Second,
	}))

	book := make(map[string]booked, deals)
	var mu sync.Mutex
	group, ctx := errgroup.WithContext(context.Background())
	group.SetLimit(traders)
	for n := range deals {
		group.Go(func() error {
			deal, err := trade(ctx, buyer, n)
			if err != nil {
				return fmt.Errorf("trade %d: %w", n, err)
			}
			mu.Lock()
			defer mu.Unlock()
			if _, known := book[deal.DealID]; known {
				return fmt.Errorf("trade %d got deal %s, which another has", n, deal.DealID)
			}
			book[deal.DealID] = bookOf(deal)
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	for f := loseRequest; f < faultsOfProxy; f++ {
		if proxy.met[f].Load() == 0 {
			t.Errorf("fault %d never happened, so nothing was tried", f)
		}
	}
	t.Logf("%d deals; requests passed %d, lost %d, torn %d; answers lost %d, torn %d", deals, proxy.met[pass].Load(),
		proxy.met[loseRequest].Load(), proxy.met[tearRequest].Load(), proxy.met[loseAnswer].Load(), proxy.met[tearAnswer].Load())
	agree(t, s, book)
}

// trade asks for a quote whose terms follow from n, and books it.
func trade(ctx context.Context, buyer *client.Client, n int) (document.DealResponse, error) {
	random := rand.New(rand.NewPCG(uint64(n), 7))
	start := 1 + random.IntN(20)
	request := document.QuoteRequest{
		ProductID: "display-news", DealType: parley.PreferredDeal, Impressions: 1_000 + random.Int64N(30_000_000),
		FlightStart: day(start), FlightEnd: day(start + random.IntN(10)),
	}
	if n%3 == 0 { // guaranteed, and small enough that all of them together fit
		request.ProductID, request.DealType, request.Impressions = "ctv-sports", parley.ProgrammaticGuaranteed, 1_000+random.Int64N(9_000)
	}
	quote, err := buyer.CreateQuote(ctx, request)
	if err != nil {
		return document.DealResponse{}, err
	}
	deal, err := buyer.BookDeal(ctx, document.BookingRequest{QuoteID: quote.QuoteID, Notes: fmt.Sprintf("trade %d", n)})
	switch {
	case err != nil:
		return deal, err
	case deal.Status != parley.DealBooked:
		return deal, fmt.Errorf("deal %s is %s", deal.DealID, deal.Status)
	case *deal.Pricing.FinalCPM != *quote.Pricing.FinalCPM || *deal.OpenRTBParams.BidFloor != *quote.Pricing.FinalCPM:
		return deal, fmt.Errorf("quoted %s, booked %s, to be bid %s", quote.Pricing.FinalCPM, deal.Pricing.FinalCPM, deal.OpenRTBParams.BidFloor)
	case *deal.Terms.Impressions != request.Impressions || deal.Terms.FlightStart != *request.FlightStart ||
		deal.Terms.FlightEnd != *request.FlightEnd || contract.TextOf(deal.QuoteID) != quote.QuoteID:
		return deal, fmt.Errorf("asked for %+v, booked %+v", request, deal)
	}
	return deal, nil
}

// agree holds the buyer's book against the seller's, read over connections that do not break, and both against the ledger.
func agree(t *testing.T, s *shop, book map[string]booked) {
	t.Helper()
	var mine, theirs, guaranteed int64 // value of all deals in micros, and impressions that the ledger must hold
	value := func(b booked) int64 {
		micros, err := parley.DealValue(b.price.Micros, b.impressions)
		if err != nil {
			t.Fatal(err)
		}
		return micros
	}
	seen := make(map[string]bool, len(book))
	for deal, err := range s.buyer().AllDeals(context.Background(), document.DealFilter{}) {
		if err != nil {
			t.Fatal(err)
		}
		if seen[deal.DealID] {
			t.Errorf("deal %s is on the server twice", deal.DealID)
		}
		seen[deal.DealID] = true
		known, ours := book[deal.DealID]
		if !ours {
			t.Errorf("deal %s is on the server, and the buyer knows nothing of it", deal.DealID)
			continue
		}
		if at := bookOf(deal); at != known {
			t.Errorf("deal %s is %+v on the server and %+v in the buyer's book", deal.DealID, at, known)
		}
		theirs += value(bookOf(deal))
		if deal.DealType.Guaranteed() {
			guaranteed += *deal.Terms.Impressions
		}
	}
	for id, b := range book {
		mine += value(b)
		if !seen[id] {
			t.Errorf("deal %s is in the buyer's book, and not on the server", id)
		}
	}
	if mine != theirs {
		t.Errorf("the buyer's book sums to %d micros, the seller's to %d", mine, theirs)
	}
	if held := s.reserved("ctv-sports", parley.Flight{Start: *day(1), End: *day(60)}); held != guaranteed {
		t.Errorf("the ledger holds %d impressions, the guaranteed deals are %d", held, guaranteed)
	}
}
