package rest_test

import (
	"sync/atomic"
	"testing"

	"parley/internal/stores"
	"parley/rest"
)

// TestRoundTrips holds each flow to how often it may wait for PostgreSQL, once what it asks for is prepared: what it looks at is
// asked together, and what it writes is sent with the commit.
func TestRoundTrips(t *testing.T) {
	t.Parallel()
	var trips atomic.Int64
	s := openShopOn(t, stores.PostgresCounted(t, &trips), rest.Options{})
	const times = 3 // what is prepared, and what is kept, with the first ones
	quote := func() string {
		return s.must(201, "POST", "/api/v1/quotes", s.buyer, map[string]any{
			"product_id": "ctv-sports", "deal_type": "PG", "impressions": 100_000, "flight_start": "2026-08-01", "flight_end": "2026-08-30",
		}).word("quote_id")
	}
	var quotes, proposals []string
	for range times {
		quotes = append(quotes, quote())
	}
	deal := ""
	for _, flow := range []struct {
		name string
		most int64
		run  func(n int)
	}{
		{"quote", 2, func(int) { quote() }},
		{"read of a quote", 1, func(n int) { s.must(200, "GET", "/api/v1/quotes/"+quotes[n], s.buyer, nil) }},
		{"booking", 2, func(n int) {
			deal = s.must(201, "POST", "/api/v1/deals", s.buyer, map[string]any{"quote_id": quotes[n]}).word("deal_id")
		}},
		{"read of a deal", 1, func(int) { s.must(200, "GET", "/api/v1/deals/"+deal, s.buyer, nil) }},
		{"page of deals", 4, func(int) { s.must(200, "GET", "/api/v1/deals?limit=50", s.buyer, nil) }},
		{"proposal", 3, func(int) {
			proposals = append(proposals, s.propose(s.buyer, "22.00", 100_000).word("proposal_id"))
		}},
		{"read of a proposal", 1, func(n int) { s.must(200, "GET", "/proposals/"+proposals[n], s.buyer, nil) }},
		{"counter", 4, func(n int) {
			s.must(200, "POST", "/proposals/"+proposals[n]+"/counter", s.buyer, map[string]any{"buyer_price": 23})
		}},
	} {
		least := int64(-1)
		for n := range times {
			before := trips.Load()
			flow.run(n)
			if took := trips.Load() - before; least < 0 || took < least {
				least = took
			}
		}
		if least > flow.most {
			t.Errorf("a %s takes %d round trips, more than %d", flow.name, least, flow.most)
		}
	}
}
