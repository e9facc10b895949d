package main_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"parley"
	"parley/inventory"
)

// Three products of which one runs out before the test is over.
const crashCatalog = `product_id,name,inventory_type,deal_types,base_cpm,daily_impressions
scarce,Scarce,video,PG,20,60000
wide,Wide,video,PG|PD,20,9000000
open,Open,video,PG|PD,20,900000000
`

// TestKilledWhileBooking kills the server again and again while clients book and the desk cancels, and audits what is there
// afterwards.
func TestKilledWhileBooking(t *testing.T) {
	t.Parallel()
	const (
		rounds          = 3
		clients         = 24
		bookingsARound  = 120
		impressions     = 10_007 // does not divide by the days of a flight
		serverRateLimit = "off"
	)
	eachStore(t, func(t *testing.T, at place) {
		at.write(t, "catalog.csv", crashCatalog)
		at.must(t, "catalog", "import", "catalog.csv")
		buyer := at.createKey(t, "--role", "buyer", "--label", "B", "--agency", "b", "--seat", "seat-b")
		operator := at.createKey(t, "--role", "operator", "--label", "O")
		flight := parley.Flight{Start: parley.DateOf(parley.SystemClock(), parley.SystemClock().Location()) + 10}
		flight.End = flight.Start + 6

		b := &bookings{
			buyer: buyer, operator: operator, flight: flight, impressions: impressions,
			acknowledged: map[string]string{}, cancelling: map[string]bool{},
		}
		for round := range rounds {
			server := at.serve(t, "--rate-limit", serverRateLimit, "--log-level", "warn")
			b.retry(t, server)
			b.run(server, clients, round, len(b.acknowledged)+bookingsARound, func() { server.kill(t) })
			t.Logf("round %d: %d deals acknowledged, %d of them being cancelled, %d bookings without an answer",
				round, len(b.acknowledged), len(b.cancelling), len(b.unanswered))
			if len(b.refused) > 0 {
				t.Fatalf("a booking was answered with %s", b.refused[0])
			}
		}
		server := at.serve(t, "--rate-limit", serverRateLimit)
		audit(t, server, b)
		b.retry(t, server)
		audit(t, server, b)
		server.stop(t)
	})
}

// bookings are what clients have asked for and heard.
type bookings struct {
	buyer, operator string
	flight          parley.Flight
	impressions     int64

	mu           sync.Mutex
	acknowledged map[string]string // deal id by quote id
	cancelling   map[string]bool   // by deal id; true: the cancelling is acknowledged
	unanswered   []string          // quotes whose booking got no answer
	refused      []string          // answers that should not have come
}

// run has clients quote and book until the server goes away, and takes it away once so many deals are acknowledged.
func (b *bookings) run(server *server, clients, round, enough int, takeAway func()) {
	var working sync.WaitGroup
	reached := make(chan struct{})
	var once sync.Once
	for c := range clients {
		working.Go(func() {
			for n := 0; b.book(server, fmt.Sprintf("%d-%d-%d", round, c, n), []string{"scarce", "wide", "open"}[n%3], n%4 == 3); n++ {
				b.mu.Lock()
				if len(b.acknowledged) >= enough || len(b.refused) > 0 {
					once.Do(func() { close(reached) })
				}
				b.mu.Unlock()
			}
			once.Do(func() { close(reached) }) // the server has gone by itself
		})
	}
	<-reached
	takeAway()
	working.Wait()
}

// book asks for a quote, books it, and has the deal cancelled when told to. It answers false when the server is gone.
func (b *bookings) book(server *server, name, product string, cancel bool) bool {
	status, answer, err := server.call(b.buyer, "POST", "/api/v1/quotes", map[string]any{
		"product_id": product, "deal_type": "PG", "impressions": b.impressions,
		"flight_start": b.flight.Start, "flight_end": b.flight.End, "idempotency_key": "quote-" + name,
	})
	if err != nil {
		return false
	}
	var quote struct {
		QuoteID string `json:"quote_id"`
	}
	if err := json.Unmarshal(answer, &quote); err != nil || status != http.StatusCreated {
		b.refuse(status, answer)
		return false
	}
	if !b.bookQuote(server, quote.QuoteID) {
		return false
	}
	return !cancel || b.cancel(server, quote.QuoteID)
}

// cancel has the desk cancel the deal of a quote, if there is one.
func (b *bookings) cancel(server *server, quoteID string) bool {
	b.mu.Lock()
	dealID, booked := b.acknowledged[quoteID]
	if booked {
		b.cancelling[dealID] = false
	}
	b.mu.Unlock()
	if !booked {
		return true
	}
	status, answer, err := server.call(b.operator, "POST", "/api/v1/deals/"+dealID+"/cancel", map[string]any{"reason": "a test"})
	if err != nil {
		return false
	}
	if status != http.StatusOK {
		b.refuse(status, answer)
		return false
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.cancelling[dealID] = true
	return true
}

func (b *bookings) bookQuote(server *server, quoteID string) bool {
	status, answer, err := server.call(b.buyer, "POST", "/api/v1/deals",
		map[string]any{"quote_id": quoteID, "idempotency_key": "deal-" + quoteID})
	b.mu.Lock()
	defer b.mu.Unlock()
	if err != nil {
		b.unanswered = append(b.unanswered, quoteID)
		return false
	}
	var deal struct {
		DealID string `json:"deal_id"`
	}
	switch {
	case status == http.StatusCreated && json.Unmarshal(answer, &deal) == nil && deal.DealID != "":
		b.acknowledged[quoteID] = deal.DealID
	case status == http.StatusConflict && strings.Contains(string(answer), "available_impressions"):
	default:
		b.refused = append(b.refused, fmt.Sprintf("%d %s", status, answer))
	}
	return true
}

func (b *bookings) refuse(status int, answer []byte) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.refused = append(b.refused, fmt.Sprintf("%d %s", status, answer))
}

// retry repeats, under their idempotency keys, the bookings that got no answer.
func (b *bookings) retry(t *testing.T, server *server) {
	t.Helper()
	unanswered := b.unanswered
	b.unanswered = nil
	for _, quoteID := range unanswered {
		if !b.bookQuote(server, quoteID) {
			t.Fatal("the server is gone")
		}
	}
	if len(b.refused) > 0 {
		t.Fatalf("a repeated booking was answered with %s", b.refused[0])
	}
}

// audit reads everything through the API and checks that it agrees.
func audit(t *testing.T, server *server, b *bookings) {
	t.Helper()
	type dealRow struct {
		DealID  string `json:"deal_id"`
		Status  string `json:"status"`
		QuoteID string `json:"quote_id"`
		Product struct {
			ProductID string `json:"product_id"`
		} `json:"product"`
		Terms struct {
			Impressions int64       `json:"impressions"`
			Start       parley.Date `json:"flight_start"`
			End         parley.Date `json:"flight_end"`
		} `json:"terms"`
	}
	type quoteRow struct {
		QuoteID string  `json:"quote_id"`
		Status  string  `json:"status"`
		DealID  *string `json:"deal_id"`
	}
	for quoteID, dealID := range b.acknowledged {
		var deal dealRow
		server.ask(t, http.StatusOK, b.buyer, "GET", "/api/v1/deals/"+dealID, nil, &deal)
		cancelled, cancelling := b.cancelling[dealID]
		if deal.QuoteID != quoteID || deal.Status != "booked" && !cancelling || deal.Status != "cancelled" && cancelled {
			t.Errorf("the acknowledged deal %s is %s and of quote %s; want quote %s, cancelling %v, cancelled %v",
				dealID, deal.Status, deal.QuoteID, quoteID, cancelling, cancelled)
		}
	}

	deals := map[string]dealRow{} // by quote
	reserved := map[string]map[parley.Date]int64{"scarce": {}, "wide": {}, "open": {}}
	for _, deal := range list[dealRow](t, server, b.operator, "/api/v1/deals", "deals") {
		if other, twice := deals[deal.QuoteID]; twice {
			t.Errorf("quote %s has the deals %s and %s", deal.QuoteID, deal.DealID, other.DealID)
		}
		deals[deal.QuoteID] = deal
		if deal.Status == "cancelled" {
			continue
		}
		flight := parley.Flight{Start: deal.Terms.Start, End: deal.Terms.End}
		for i, n := range inventory.Spread(deal.Terms.Impressions, flight) {
			reserved[deal.Product.ProductID][flight.Start+parley.Date(i)] += n
		}
	}
	if len(deals) < len(b.acknowledged) {
		t.Errorf("%d deals are listed, and %d were acknowledged", len(deals), len(b.acknowledged))
	}

	booked := 0
	for _, quote := range list[quoteRow](t, server, b.operator, "/api/v1/quotes", "quotes") {
		deal, has := deals[quote.QuoteID]
		switch {
		case quote.Status == "booked" && has && quote.DealID != nil && *quote.DealID == deal.DealID:
			booked++
		case quote.Status == "available" && !has && quote.DealID == nil:
		default:
			t.Errorf("quote %s is %s with deal %v, and the deal of it is %q", quote.QuoteID, quote.Status, quote.DealID, deal.DealID)
		}
	}
	if booked != len(deals) {
		t.Errorf("%d quotes are booked, and there are %d deals", booked, len(deals))
	}

	for product, days := range reserved {
		var capacity struct {
			Days []struct {
				Date     parley.Date `json:"date"`
				Capacity *int64      `json:"capacity"`
				Reserved int64       `json:"reserved"`
			} `json:"days"`
		}
		server.ask(t, http.StatusOK, b.operator, "GET", fmt.Sprintf("/api/v1/products/%s/capacity?start_date=%s&end_date=%s",
			product, b.flight.Start, b.flight.End), nil, &capacity)
		if len(capacity.Days) != int(b.flight.Days()) {
			t.Errorf("%s has %d days in the ledger", product, len(capacity.Days))
		}
		for _, day := range capacity.Days {
			if day.Reserved != days[day.Date] {
				t.Errorf("%s on %s: the ledger has %d reserved, the deals %d", product, day.Date, day.Reserved, days[day.Date])
			}
			if day.Capacity != nil && day.Reserved > *day.Capacity {
				t.Errorf("%s on %s: %d of %d are sold", product, day.Date, day.Reserved, *day.Capacity)
			}
		}
	}
}

// list reads a list to its end.
func list[R any](t *testing.T, server *server, key, path, plural string) []R {
	t.Helper()
	var rows []R
	cursor := ""
	for {
		var page map[string]json.RawMessage
		server.ask(t, http.StatusOK, key, "GET", path+"?limit=500"+cursor, nil, &page)
		var some []R
		var next *string
		if err := json.Unmarshal(page[plural], &some); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(page["next_cursor"], &next); err != nil {
			t.Fatal(err)
		}
		rows = append(rows, some...)
		if next == nil {
			return rows
		}
		cursor = "&cursor=" + *next
	}
}
