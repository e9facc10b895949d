package seller_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"parley"
	"parley/internal/racedetector"
	"parley/internal/stores"
	"parley/seller"
	"parley/storage"
)

func TestQuoteToDealToOrder(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		ctx := context.Background()
		d.sell(video())
		buyer, operator := d.buyer(acme), d.operator()

		quote := d.quote(buyer, ask(10_000_000))
		if quote.Price.FinalCPM != 9_720_000 {
			t.Errorf("agency at 10,000,000: %d micros, want 9.72", quote.Price.FinalCPM)
		}
		if quote.Available == nil || *quote.Available != 10_000_000 || !quote.InventoryAvailable() {
			t.Errorf("available %v, want ten days of 1,000,000", quote.Available)
		}
		if want := noon.Add(24 * time.Hour); !quote.ExpiresAt.Equal(want) {
			t.Errorf("expires %s, want %s", quote.ExpiresAt, want)
		}

		read, err := d.service.Quote(ctx, buyer, quote.ID)
		if err != nil || read.Price.FinalCPM != quote.Price.FinalCPM || read.Status != parley.QuoteAvailable {
			t.Fatalf("review: %+v, %v", read, err)
		}

		deal, err := d.book(buyer, quote.ID)
		if err != nil {
			t.Fatalf("book: %v", err)
		}
		if deal.Status != parley.DealBooked || deal.QuoteID != quote.ID || deal.Price.FinalCPM != quote.Price.FinalCPM {
			t.Errorf("deal %+v does not hold the quote's terms", deal)
		}
		if got := d.reserved("video-home", "2026-06-10", "2026-06-19"); got != 10_000_000 {
			t.Errorf("%d reserved, want all of the deal", got)
		}
		read, err = d.service.Quote(ctx, buyer, quote.ID)
		if err != nil || read.Status != parley.QuoteBooked || read.DealID != deal.ID {
			t.Errorf("quote after booking: %+v, %v", read, err)
		}
		_, err = d.book(buyer, quote.ID)
		if e := wantError(t, err, parley.CodeContention); e.Facts["deal_id"] != deal.ID {
			t.Errorf("the owner is not told the deal: %v", e.Facts)
		}

		var order parley.Order
		if _, err := d.service.CreateOrder(ctx, buyer, seller.OrderRequest{DealID: deal.ID, QuoteID: quote.ID}, keep(&order)); err != nil {
			t.Fatalf("order: %v", err)
		}
		_, err = d.service.CreateOrder(ctx, buyer, seller.OrderRequest{DealID: deal.ID}, keep(new(parley.Order)))
		wantCode(t, err, parley.CodeConflict)

		move := func(call seller.Call, to parley.OrderStatus) error {
			_, err := d.service.TransitionOrder(ctx, call, seller.TransitionRequest{OrderID: order.ID, To: to}, keep(&order))
			return err
		}
		wantCode(t, move(buyer, parley.OrderApproved), parley.CodeConflict)
		if err := move(buyer, parley.OrderSubmitted); err != nil {
			t.Fatalf("submit: %v", err)
		}
		wantCode(t, move(buyer, parley.OrderApproved), parley.CodeForbidden)
		if err := move(operator, parley.OrderApproved); err != nil {
			t.Fatalf("approve: %v", err)
		}
		if err := move(buyer, parley.OrderCancelled); err != nil {
			t.Fatalf("cancel: %v", err)
		}
		if got := d.reserved("video-home", "2026-06-10", "2026-06-19"); got != 10_000_000 {
			t.Errorf("%d reserved after the order was cancelled, want what the deal holds", got)
		}
		after, err := d.service.Deal(ctx, buyer, deal.ID)
		if err != nil || after.Status != parley.DealBooked {
			t.Errorf("deal after its order was cancelled: %+v, %v", after.Status, err)
		}
		stored, err := d.service.Order(ctx, buyer, order.ID)
		if err != nil || len(stored.History) != 4 {
			t.Errorf("history has %d entries, want 4 (%v)", len(stored.History), err)
		}

		events, err := d.service.Events(ctx, buyer, storage.EventFilter{FlowID: quote.ID, Page: storage.Page{Limit: 50}})
		if err != nil {
			t.Fatal(err)
		}
		var types []parley.EventType
		for _, e := range events.Items {
			types = append(types, e.Type)
		}
		want := "[quote.created deal.created deal.booked quote.booked order.created order.transitioned order.transitioned order.transitioned]"
		if got := fmt.Sprint(types); got != want {
			t.Errorf("events\n%s, want\n%s", got, want)
		}
	})
}

func TestQuoteRefusals(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		d.sell(video(), video(func(p *parley.Product) { p.ID, p.BaseCPM = "unpriced", nil }),
			video(func(p *parley.Product) { p.ID, p.DealTypes = "only-pd", []parley.DealType{parley.PreferredDeal} }))
		buyer := d.buyer(acme)
		for name, c := range map[string]struct {
			change func(*seller.QuoteRequest)
			code   parley.Code
			path   string
		}{
			"unknown product":     {func(r *seller.QuoteRequest) { r.ProductID = "nothing" }, parley.CodeNotFound, ""},
			"no product":          {func(r *seller.QuoteRequest) { r.ProductID = "" }, parley.CodeValidation, "product_id"},
			"no deal type":        {func(r *seller.QuoteRequest) { r.DealType = "" }, parley.CodeValidation, "deal_type"},
			"unknown deal type":   {func(r *seller.QuoteRequest) { r.DealType = "XX" }, parley.CodeValidation, "deal_type"},
			"not sold that way":   {func(r *seller.QuoteRequest) { r.ProductID = "only-pd" }, parley.CodeValidation, "deal_type"},
			"PG without volume":   {func(r *seller.QuoteRequest) { r.Impressions = 0 }, parley.CodeValidation, "impressions"},
			"negative volume":     {func(r *seller.QuoteRequest) { r.Impressions = -1 }, parley.CodeValidation, "impressions"},
			"below the minimum":   {func(r *seller.QuoteRequest) { r.Impressions = 999 }, parley.CodeValidation, "impressions"},
			"enormous volume":     {func(r *seller.QuoteRequest) { r.Impressions = parley.MaxImpressions + 1 }, parley.CodeValidation, "impressions"},
			"end before start":    {func(r *seller.QuoteRequest) { r.FlightStart, r.FlightEnd = r.FlightEnd, r.FlightStart }, parley.CodeValidation, "flight_end"},
			"flight in the past":  {func(r *seller.QuoteRequest) { r.FlightStart, r.FlightEnd = days("2026-05-01", "2026-05-10") }, parley.CodeValidation, "flight_end"},
			"began in the past":   {func(r *seller.QuoteRequest) { r.FlightStart, r.FlightEnd = days("2026-05-31", "2026-06-10") }, parley.CodeValidation, "flight_start"},
			"endless flight":      {func(r *seller.QuoteRequest) { r.FlightStart, r.FlightEnd = days("2026-06-10", "2036-06-10") }, parley.CodeValidation, "flight_end"},
			"no price":            {func(r *seller.QuoteRequest) { r.ProductID = "unpriced" }, parley.CodeValidation, ""},
			"linear TV":           {func(r *seller.QuoteRequest) { r.MediaType = "linear_tv" }, parley.CodeUnsupportedCapability, ""},
			"target not positive": {func(r *seller.QuoteRequest) { r.TargetCPM = &parley.Money{} }, parley.CodeValidation, "target_cpm"},
			"target in yen":       {func(r *seller.QuoteRequest) { r.TargetCPM = &parley.Money{Micros: 1, Currency: "JPY"} }, parley.CodeValidation, "target_cpm.currency"},
		} {
			t.Run(name, func(t *testing.T) {
				request := ask(10_000)
				c.change(&request)
				_, err := d.service.RequestQuote(context.Background(), buyer, request, keep(new(parley.Quote)))
				e := wantError(t, err, c.code)
				if c.path != "" && (len(e.Fields) == 0 || e.Fields[0].Path != c.path) {
					t.Errorf("fields %v, want %s first", e.Fields, c.path)
				}
			})
		}
	})
}

func TestTierComesFromTheCredentialAlone(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		d.sell(video())
		claimed := ask(10_000)
		claimed.Identity = zenith
		for _, c := range []struct {
			name string
			call seller.Call
			tier parley.Tier
			cpm  int64
		}{
			{"anonymous claiming to be an advertiser", seller.Call{Address: "192.0.2.9"}, parley.TierPublic, 12_000_000},
			{"agency claiming to be an advertiser", d.buyer(acme), parley.TierAgency, 10_800_000},
			{"advertiser", d.buyer(zenith), parley.TierAdvertiser, 10_200_000},
		} {
			quote := d.quote(c.call, claimed)
			if quote.Tier != c.tier || quote.Price.FinalCPM != c.cpm {
				t.Errorf("%s: tier %s at %d, want %s at %d", c.name, quote.Tier, quote.Price.FinalCPM, c.tier, c.cpm)
			}
		}
	})
}

func TestQuoteExpires(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		ctx := context.Background()
		d.sell(video())
		buyer := d.buyer(acme)
		quote := d.quote(buyer, ask(10_000))
		d.clock.Move(24*time.Hour - time.Microsecond)
		if _, err := d.service.Quote(ctx, buyer, quote.ID); err != nil {
			t.Fatalf("just before its end: %v", err)
		}
		d.clock.Move(time.Microsecond)
		_, err := d.service.Quote(ctx, buyer, quote.ID)
		wantCode(t, err, parley.CodeQuoteExpired)
		_, err = d.book(buyer, quote.ID)
		wantCode(t, err, parley.CodeQuoteExpired)
		if n, err := d.service.ExpireQuotes(ctx); n != 1 || err != nil {
			t.Errorf("the sweep expired %d (%v), want 1", n, err)
		}
		if n, err := d.service.ExpireQuotes(ctx); n != 0 || err != nil {
			t.Errorf("the second sweep expired %d (%v), want 0", n, err)
		}
		_, err = d.service.Quote(ctx, buyer, quote.ID)
		wantCode(t, err, parley.CodeQuoteExpired)
	})
}

// TestOldQuotesAreRemoved has quotes expire of which one is a deal, one was negotiated over, and the rest came to nothing.
func TestOldQuotesAreRemoved(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		const many = 250 // several batches
		ctx := context.Background()
		d.sell(video())
		buyer := d.buyer(acme)
		booked, bargained := d.quote(buyer, ask(10_000)), d.quote(buyer, ask(10_000))
		deal, err := d.book(buyer, booked.ID)
		if err != nil {
			t.Fatal(err)
		}
		word := seller.Message{QuoteID: bargained.ID, Action: "counter", Price: &parley.Money{Micros: 10_500_000, Currency: "USD"}}
		if _, err := d.say(buyer, word); err != nil {
			t.Fatal(err)
		}
		var gone []parley.Quote
		for range many {
			gone = append(gone, d.quote(buyer, ask(10_000)))
		}
		all := func(sweep func(context.Context) (int, error)) (total int) {
			t.Helper()
			for {
				n, err := sweep(ctx)
				if err != nil {
					t.Fatal(err)
				}
				if total += n; n == 0 {
					return total
				}
			}
		}
		settings := seller.DefaultSettings()
		d.clock.Move(settings.QuoteTTL + settings.QuoteRetention)
		if n := all(d.service.RemoveQuotes); n != 0 {
			t.Errorf("%d quotes were looked at before they were marked", n)
		}
		if n := all(d.service.ExpireQuotes); n != many+1 {
			t.Errorf("%d quotes expired, want %d", n, many+1)
		}
		if n := all(d.service.RemoveQuotes); n != 0 {
			t.Errorf("%d quotes were looked at in the last instant of their retention", n)
		}
		_, err = d.service.Quote(ctx, buyer, gone[0].ID)
		wantCode(t, err, parley.CodeQuoteExpired)
		d.clock.Move(time.Second)
		if n := all(d.service.RemoveQuotes); n != many+1 {
			t.Errorf("%d quotes were looked at, want %d", n, many+1)
		}
		for _, quote := range gone {
			_, err := d.service.Quote(ctx, buyer, quote.ID)
			wantCode(t, err, parley.CodeNotFound)
		}
		_, err = d.service.Quote(ctx, buyer, bargained.ID)
		wantCode(t, err, parley.CodeQuoteExpired)
		kept, err := d.service.Quote(ctx, buyer, booked.ID)
		if err != nil || kept.DealID != deal.ID {
			t.Errorf("the booked quote is %+v, %v", kept, err)
		}
	})
}

func TestAnotherBuyersThingsDoNotExist(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		ctx := context.Background()
		d.sell(video())
		owner, other, operator := d.buyer(acme), d.buyer(zenith), d.operator()
		quote := d.quote(owner, ask(10_000))
		_, err := d.book(other, quote.ID)
		wantCode(t, err, parley.CodeNotFound)
		deal, err := d.book(owner, quote.ID)
		if err != nil {
			t.Fatal(err)
		}
		var order parley.Order
		if _, err := d.service.CreateOrder(ctx, owner, seller.OrderRequest{DealID: deal.ID}, keep(&order)); err != nil {
			t.Fatal(err)
		}
		_, err = d.service.Quote(ctx, other, quote.ID)
		wantCode(t, err, parley.CodeNotFound)
		_, err = d.service.Deal(ctx, other, deal.ID)
		wantCode(t, err, parley.CodeNotFound)
		_, err = d.service.Order(ctx, other, order.ID)
		wantCode(t, err, parley.CodeNotFound)
		_, err = d.service.CreateOrder(ctx, other, seller.OrderRequest{DealID: deal.ID}, keep(new(parley.Order)))
		wantCode(t, err, parley.CodeNotFound)
		_, err = d.service.TransitionOrder(ctx, other, seller.TransitionRequest{OrderID: order.ID, To: parley.OrderCancelled}, keep(new(parley.Order)))
		wantCode(t, err, parley.CodeNotFound)
		if deals, err := d.service.Deals(ctx, other, storage.DealFilter{Page: storage.Page{Limit: 10}}); err != nil || deals.Total != 0 {
			t.Errorf("the other buyer lists %d deals (%v)", deals.Total, err)
		}
		if deals, err := d.service.Deals(ctx, operator, storage.DealFilter{Page: storage.Page{Limit: 10}}); err != nil || deals.Total != 1 {
			t.Errorf("the operator lists %d deals (%v)", deals.Total, err)
		}
		replacement := d.buyer(acme)
		if _, err := d.service.Deal(ctx, replacement, deal.ID); err != nil {
			t.Errorf("a new key of the same buyer does not see its deal: %v", err)
		}
	})
}

func TestAnonymousQuoteIsBookedByAnyBuyer(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		d.sell(video())
		quote := d.quote(seller.Call{Address: "192.0.2.9"}, ask(10_000))
		_, err := d.book(seller.Call{Address: "192.0.2.9"}, quote.ID)
		wantCode(t, err, parley.CodeUnauthorized)
		_, err = d.book(d.operator(), quote.ID)
		wantCode(t, err, parley.CodeForbidden)
		deal, err := d.book(d.buyer(acme), quote.ID)
		if err != nil || deal.Price.FinalCPM != 12_000_000 {
			t.Fatalf("deal %+v, %v", deal, err)
		}
		_, err = d.book(d.buyer(zenith), quote.ID)
		if e := wantError(t, err, parley.CodeContention); e.Facts["deal_id"] != nil {
			t.Errorf("a stranger is told the deal id: %v", e.Facts)
		}
	})
}

// race runs do n times at once and answers how the runs ended.
func race(n int, do func(i int) error) []error {
	start := make(chan struct{})
	results := make([]error, n)
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			<-start
			results[i] = do(i)
		})
	}
	close(start)
	all.Wait()
	return results
}

func TestHundredClientsBookOneQuote(t *testing.T) {
	t.Parallel()
	racedetector.AtOnce(t)
	onEach(t, func(t *testing.T, d *desk) {
		d.sell(video())
		buyer := d.buyer(acme)
		quote := d.quote(buyer, ask(10_000))
		booked := 0
		for _, err := range race(100, func(int) error { _, err := d.book(buyer, quote.ID); return err }) {
			if err == nil {
				booked++
				continue
			}
			wantCode(t, err, parley.CodeContention)
		}
		if booked != 1 {
			t.Errorf("booked %d times, want once", booked)
		}
		if got := d.reserved("video-home", "2026-06-10", "2026-06-19"); got != 10_000 {
			t.Errorf("%d reserved, want 10,000", got)
		}
	})
}

func TestTwoHundredClientsAfterTheLastImpressions(t *testing.T) {
	t.Parallel()
	racedetector.AtOnce(t)
	onEach(t, func(t *testing.T, d *desk) {
		daily := int64(5_000)
		d.sell(video(func(p *parley.Product) { p.DailyImpressions = &daily }))
		buyer := d.buyer(acme)
		const clients, each = 200, 1_003
		quotes := make([]parley.Quote, clients)
		for i := range quotes {
			quotes[i] = d.quote(buyer, ask(each))
		}
		booked := int64(0)
		for _, err := range race(clients, func(i int) error { _, err := d.book(buyer, quotes[i].ID); return err }) {
			if err == nil {
				booked++
				continue
			}
			if e := wantError(t, err, parley.CodeContention); e.Facts["available_impressions"] == nil || !errors.Is(err, storage.ErrCapacity) {
				t.Fatalf("refused without saying what is left: %v", err)
			}
		}
		// Each booking puts 101 on each of the first three days, which therefore fill up first: 5000 / 101 = 49.
		if booked != 49 {
			t.Errorf("%d booked, want 49", booked)
		}
		if got := d.reserved("video-home", "2026-06-10", "2026-06-19"); got != booked*each {
			t.Errorf("%d reserved for %d deals of %d", got, booked, each)
		}
	})
}

func TestOneIdempotencyKeyFromFiftyClients(t *testing.T) {
	t.Parallel()
	racedetector.AtOnce(t)
	onEach(t, func(t *testing.T, d *desk) {
		ctx := context.Background()
		d.sell(video())
		buyer := d.buyer(acme)
		quote := d.quote(buyer, ask(10_000))
		call := buyer
		call.IdempotencyKey, call.Path, call.Fingerprint = "once", "POST /api/v1/deals", "same"
		answers := make([]seller.Answer, 50)
		for _, err := range race(50, func(i int) error {
			var err error
			answers[i], err = d.service.BookDeal(ctx, call, seller.BookingRequest{QuoteID: quote.ID}, keep(new(parley.Deal)))
			return err
		}) {
			if err != nil {
				t.Fatalf("one of fifty: %v", err)
			}
		}
		fresh := 0
		for _, a := range answers {
			if !bytes.Equal(a.Body, answers[0].Body) || a.Status != answers[0].Status {
				t.Errorf("answers differ: %s and %s", a.Body, answers[0].Body)
			}
			if !a.Replayed {
				fresh++
			}
		}
		if fresh != 1 {
			t.Errorf("%d answers were not replays, want 1", fresh)
		}
		if deals, err := d.service.Deals(ctx, buyer, storage.DealFilter{Page: storage.Page{Limit: 10}}); err != nil || deals.Total != 1 {
			t.Errorf("%d deals (%v), want 1", deals.Total, err)
		}
		call.Fingerprint = "other"
		_, err := d.service.BookDeal(ctx, call, seller.BookingRequest{QuoteID: quote.ID}, keep(new(parley.Deal)))
		wantCode(t, err, parley.CodeIdempotencyConflict)
		call.Path = "POST /elsewhere"
		_, err = d.service.BookDeal(ctx, call, seller.BookingRequest{QuoteID: quote.ID}, keep(new(parley.Deal)))
		wantCode(t, err, parley.CodeContention)
	})
}

// TestOneQuoteThatStaysKeepsNoOther has one of many old quotes that cannot be removed.
func TestOneQuoteThatStaysKeepsNoOther(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		settings := seller.DefaultSettings()
		d.sell(video())
		buyer := d.buyer(acme)
		var quotes []string
		for range 5 {
			quotes = append(quotes, d.quote(buyer, ask(10_000)).ID)
		}
		stuck := quotes[1]
		stores.Run(t, d.store, `CREATE TABLE clippings (quote_id TEXT NOT NULL REFERENCES quotes (id))`,
			`INSERT INTO clippings VALUES ('`+stuck+`')`)
		d.clock.Move(settings.QuoteTTL)
		if n, err := d.service.ExpireQuotes(t.Context()); n != 5 || err != nil {
			t.Fatalf("%d expired, %v", n, err)
		}
		d.clock.Move(settings.QuoteRetention + time.Hour)
		if n, err := d.service.RemoveQuotes(t.Context()); n != 5 || err != nil {
			t.Fatalf("%d looked at, %v", n, err)
		}
		for _, id := range quotes {
			_, err := d.service.PricingTrace(t.Context(), seller.Terminal("test"), id)
			if there := err == nil; there != (id == stuck) {
				t.Errorf("%s is there: %v (%v)", id, there, err)
			}
		}
	})
}
