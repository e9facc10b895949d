package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// trade is what buyers do at one site.
type trade struct {
	key   string // of an agency
	turn  atomic.Int64
	ask   [][]byte // requests for a quote, one for each product
	mu    sync.Mutex
	fresh []string // quotes that can still be booked
	taken []string // quotes that are booked, to be read
}

// benchProducts is how many products buyers ask for in turn.
const benchProducts = 200

// stock imports a catalog and makes a buyer's key.
func stock(ctx context.Context, at place, binary string) (*trade, error) {
	file := filepath.Join(at.folder, "catalog.csv")
	if err := writeCatalog(file, benchProducts); err != nil {
		return nil, err
	}
	if _, err := at.must(ctx, binary, "catalog", "import", file); err != nil {
		return nil, err
	}
	key, err := at.buyerKey(ctx, binary)
	if err != nil {
		return nil, err
	}
	t := &trade{key: key}
	from := time.Now().AddDate(0, 0, 7)
	for n := range benchProducts {
		body := fmt.Appendf(nil, `{"product_id":%q,"deal_type":"PG","impressions":100000,"flight_start":%q,"flight_end":%q}`,
			productID(n), from.Format(time.DateOnly), from.AddDate(0, 0, 29).Format(time.DateOnly))
		t.ask = append(t.ask, body)
	}
	return t, nil
}

// buyerKey makes an agency's key.
func (p place) buyerKey(ctx context.Context, binary string) (string, error) {
	return p.must(ctx, binary, "keys", "create", "--role", "buyer", "--label", "bench", "--seat", "bench-seat",
		"--agency", "bench-agency")
}

func productID(n int) string { return fmt.Sprintf("product-%07d", n) }

// writeCatalog writes n products that never sell out.
func writeCatalog(file string, n int) (err error) {
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	w := csv.NewWriter(f)
	rows := [][]string{{
		"product_id", "name", "inventory_type", "deal_types", "base_cpm", "floor_cpm", "currency", "minimum_impressions",
		"daily_impressions", "ad_formats", "device_types", "geo_targets", "content_categories", "description",
	}}
	for i := range n {
		rows = append(rows, []string{
			productID(i), "Evening block " + strconv.Itoa(i), "ctv", "PG|PD|PA", "32.50", "18.00", "USD", "10000",
			"100000000000", "video", "ctv|mobile", "US|CA", "IAB1|IAB17", "Full episodes in the evening, unskippable.",
		})
	}
	if err := w.WriteAll(rows); err != nil {
		return err
	}
	return w.Error()
}

// question is the next request for a quote, products in turn.
func (t *trade) question() []byte { return t.ask[t.turn.Add(1)%int64(len(t.ask))] }

// quotes asks for prices that are kept.
func (t *trade) quotes() scenario {
	return scenario{name: whatQuotes, want: 201, seen: t.quoted, next: func() []byte {
		return request("POST", "/api/v1/quotes", t.key, t.question())
	}}
}

// keyedQuotes asks under an idempotency key each.
func (t *trade) keyedQuotes() scenario {
	return scenario{name: "quotes, idempotent", want: 201, seen: t.quoted, next: func() []byte {
		return request("POST", "/api/v1/quotes", t.key, t.question(), "Idempotency-Key: "+rand.Text())
	}}
}

// bare asks the yardstick.
func (t *trade) bare() scenario {
	return scenario{name: whatBare, want: 201, next: func() []byte { return request("POST", "/", t.key, t.question()) }}
}

var quoteIDMember = []byte(`"quote_id":"`)

// quoted keeps the id of a quote.
func (t *trade) quoted(body []byte) {
	_, rest, _ := bytes.Cut(body, quoteIDMember)
	id, _, _ := bytes.Cut(rest, []byte(`"`))
	t.mu.Lock()
	defer t.mu.Unlock()
	t.fresh = append(t.fresh, string(id))
}

// bookings turns quotes into guaranteed deals, each of which reserves thirty days.
func (t *trade) bookings() scenario {
	return scenario{name: "bookings", want: 201, next: func() []byte {
		t.mu.Lock()
		defer t.mu.Unlock()
		if len(t.fresh) == 0 {
			return nil
		}
		last := len(t.fresh) - 1
		id := t.fresh[last]
		t.fresh, t.taken = t.fresh[:last], append(t.taken, id)
		return request("POST", "/api/v1/deals", t.key, []byte(`{"quote_id":"`+id+`"}`))
	}}
}

// quoteReads reads booked quotes.
func (t *trade) quoteReads() scenario {
	return scenario{name: "reads of a quote", want: 200, next: func() []byte {
		if len(t.taken) == 0 {
			return nil
		}
		return request("GET", "/api/v1/quotes/"+t.taken[t.turn.Add(1)%int64(len(t.taken))], t.key, nil)
	}}
}

// productReads lists the catalog with the buyer's prices.
func (t *trade) productReads() scenario {
	return scenario{name: "reads of 50 products", want: 200, next: func() []byte {
		return request("GET", "/products?limit=50", t.key, nil)
	}}
}
