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
	key    string // of an agency
	turn   atomic.Int64
	ask    [][]byte // bodies of requests for a quote, one for each product
	quote  [][]byte // those requests
	plain  [][]byte // the same, to the yardstick
	strict [][]byte // the same, to the yardstick that writes as many rows as a quote does
	offer  [][]byte // proposals, one for each product, under its price
	// What has been asked for: quotes that can be booked, deals that are, and proposals that can be countered.
	quotedIDs, bookedIDs, dealIDs, proposedIDs ids
}

// ids are names of things that clients make, and that others then use up.
type ids struct {
	mu   sync.Mutex
	list []string
}

func (p *ids) put(id string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.list = append(p.list, id)
}

// take answers an id and forgets it; "" when there is none.
func (p *ids) take() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.list) == 0 {
		return ""
	}
	last := len(p.list) - 1
	id := p.list[last]
	p.list = p.list[:last]
	return id
}

// pick answers the n-th id, around and around; "" when there is none.
func (p *ids) pick(n int64) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.list) == 0 {
		return ""
	}
	return p.list[n%int64(len(p.list))]
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
		t.quote = append(t.quote, request("POST", "/api/v1/quotes", key, body))
		t.plain = append(t.plain, request("POST", "/", key, body))
		t.strict = append(t.strict, request("POST", rowsPath, key, body))
		t.offer = append(t.offer, request("POST", "/proposals", key, fmt.Appendf(nil,
			`{"product_id":%q,"deal_type":"PD","price":20.00,"impressions":100000,"start_date":%q,"end_date":%q}`,
			productID(n), from.Format(time.DateOnly), from.AddDate(0, 0, 29).Format(time.DateOnly))))
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

// next is one of what there is for each product, products in turn.
func (t *trade) next(of [][]byte) []byte { return of[t.turn.Add(1)%int64(len(of))] }

// quotes asks for prices that are kept.
func (t *trade) quotes() scenario {
	return scenario{name: whatQuotes, want: 201, seen: t.quoted, next: func() []byte { return t.next(t.quote) }}
}

// overload asks for more than the server takes on.
func (t *trade) overload() scenario {
	s := t.quotes()
	s.name, s.shed = whatOverload, true
	return s
}

// keyedQuotes asks under an idempotency key each.
func (t *trade) keyedQuotes() scenario {
	return scenario{name: "quotes, idempotent", want: 201, seen: t.quoted, next: func() []byte {
		return request("POST", "/api/v1/quotes", t.key, t.next(t.ask), rand.Text())
	}}
}

// bare asks the yardstick.
func (t *trade) bare() scenario {
	return scenario{name: whatBare, want: 201, next: func() []byte { return t.next(t.plain) }}
}

// rows asks the yardstick that writes as many rows as a quote does.
func (t *trade) rows() scenario {
	return scenario{name: whatRows, want: 201, next: func() []byte { return t.next(t.strict) }}
}

// member cuts a text member out of a body.
func member(body []byte, name string) string {
	_, rest, _ := bytes.Cut(body, []byte(`"`+name+`":"`))
	text, _, _ := bytes.Cut(rest, []byte(`"`))
	return string(text)
}

func (t *trade) quoted(body []byte) { t.quotedIDs.put(member(body, "quote_id")) }

// bookings turns quotes into guaranteed deals, each of which reserves thirty days.
func (t *trade) bookings() scenario {
	seen := func(body []byte) { t.dealIDs.put(member(body, "deal_id")) }
	return scenario{name: whatBookings, want: 201, seen: seen, next: func() []byte {
		id := t.quotedIDs.take()
		if id == "" {
			return nil
		}
		t.bookedIDs.put(id)
		return request("POST", "/api/v1/deals", t.key, []byte(`{"quote_id":"`+id+`"}`))
	}}
}

// proposals offers less than the price, so that the seller counters.
func (t *trade) proposals() scenario {
	seen := func(body []byte) { t.proposedIDs.put(member(body, "proposal_id")) }
	return scenario{name: whatProposals, want: 201, seen: seen, next: func() []byte { return t.next(t.offer) }}
}

// counters goes on about a proposal.
func (t *trade) counters() scenario {
	return scenario{name: whatCounters, want: 200, next: func() []byte {
		id := t.proposedIDs.take()
		if id == "" {
			return nil
		}
		return request("POST", "/proposals/"+id+"/counter", t.key, []byte(`{"buyer_price":22.00}`))
	}}
}

// quoteReads reads booked quotes.
func (t *trade) quoteReads() scenario {
	return scenario{name: "reads of a quote", want: 200, next: func() []byte {
		id := t.bookedIDs.pick(t.turn.Add(1))
		if id == "" {
			return nil
		}
		return request("GET", "/api/v1/quotes/"+id, t.key, nil)
	}}
}

// dealReads reads booked deals.
func (t *trade) dealReads() scenario {
	return scenario{name: whatDealReads, want: 200, next: func() []byte {
		id := t.dealIDs.pick(t.turn.Add(1))
		if id == "" {
			return nil
		}
		return request("GET", "/api/v1/deals/"+id, t.key, nil)
	}}
}

// dealPages reads the first page of the buyer's deals.
func (t *trade) dealPages() scenario {
	question := request("GET", "/api/v1/deals?limit=50", t.key, nil)
	return scenario{name: whatDealPages, want: 200, next: func() []byte { return question }}
}

// alive asks the server whether it lives, which it answers without the database: what HTTP alone allows here.
func (t *trade) alive() scenario {
	question := request("GET", "/healthz", "", nil)
	return scenario{name: "whether it lives", want: 200, next: func() []byte { return question }}
}

// productReads lists the catalog with the buyer's prices.
func (t *trade) productReads() scenario {
	return scenario{name: "reads of 50 products", want: 200, next: func() []byte {
		return request("GET", "/products?limit=50", t.key, nil)
	}}
}
