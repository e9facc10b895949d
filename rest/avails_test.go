package rest_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"parley"
	"parley/seller"
	"parley/storage/storagetest"
)

// oneRecord is the answer of OpenDirect's search about one product.
func oneRecord(t *testing.T, answer reply) any {
	t.Helper()
	records := rowsOf(answer, "avails")
	if len(records) != 1 {
		t.Fatalf("%d records: %s", len(records), answer.text)
	}
	return records[0]
}

const augustSearch = `"accountid": "a", "advertiserbrandid": "b", "startdate": "2026-08-01T00:00:00Z", "enddate": "2026-08-31T23:59:59Z"`

func TestAvailsSayWhatCanBeHad(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		// 31,000,000 are free over August; an agency pays 31.50, and 26.775 less by the bracket of 20,000,000.
		for _, test := range []struct {
			name, ask, targets string
			want               map[string]string
			status, reason     string
		}{
			{
				"all of it", `"requestedImpressions": 500000`, `{"target": "requestedimpressions", "targetvalues": ["500000"]}`,
				map[string]string{"availableImpressions": "500000", "guaranteedImpressions": "500000", "estimatedCpm": "31.50", "totalCost": "15750.00"},
				"Available", "<nil>",
			},
			{
				"some of it", `"requestedImpressions": 999999999`, `{"target": "requestedimpressions", "targetvalues": ["999999999"]}`,
				map[string]string{
					"availableImpressions": "31000000", "guaranteedImpressions": "31000000", "estimatedCpm": "26.78", "totalCost": "830180.00",
					"pricing.volume_discount_pct": "15.0",
				},
				"Partially Available", "Excluded",
			},
			{
				"what the budget buys", `"requestedImpressions": 500000, "budget": 6300.0`,
				`{"target": "requestedimpressions", "targetvalues": ["500000"]}, {"target": "budget", "targetvalues": ["6300.0"]}`,
				map[string]string{"availableImpressions": "200000", "estimatedCpm": "31.50", "totalCost": "6300.00"},
				"Partially Available", "InvalidBudget",
			},
			{
				"a budget that loses the bracket", `"requestedImpressions": 6000000, "budget": 149600`,
				`{"target": "requestedimpressions", "targetvalues": ["6000000"]}, {"target": "budget", "targetvalues": ["149600"]}`,
				map[string]string{"availableImpressions": "4749206", "estimatedCpm": "31.50", "totalCost": "149599.99"},
				"Partially Available", "InvalidBudget",
			},
			{
				"a budget alone", `"budget": 31.5e3`, `{"target": "budget", "targetvalues": ["31500"]}`,
				map[string]string{"availableImpressions": "1000000", "estimatedCpm": "31.50", "totalCost": "31500.00"},
				"Available", "<nil>",
			},
			{
				"a budget for less than the minimum", `"requestedImpressions": 500000, "budget": 1`,
				`{"target": "requestedimpressions", "targetvalues": ["500000"]}, {"target": "budget", "targetvalues": ["1"]}`,
				map[string]string{"availableImpressions": "0", "totalCost": "0.00"},
				"Unavailable", "InvalidBudget",
			},
		} {
			t.Run(test.name, func(t *testing.T) {
				one := s.must(200, "POST", "/products/avails", s.buyer,
					`{"productid": "ctv-sports", "startdate": "2026-08-01T00:00:00Z", "enddate": "2026-08-31T23:59:59Z", `+test.ask+`}`)
				record := oneRecord(t, s.must(200, "POST", "/products/avails", s.buyer,
					`{`+augustSearch+`, "productids": ["ctv-sports"], "producttargeting": [`+test.targets+`]}`))
				for member, want := range test.want {
					if got := one.word(member); got != want {
						t.Errorf("%s is %s, want %s: %s", member, got, want, one.text)
					}
				}
				for member, told := range map[string]any{
					"availsstatus.status": test.status, "availsstatus.reason": test.reason,
				} {
					if got := fmt.Sprint(one.at(member)); got != told {
						t.Errorf("%s is %s, want %s", member, got, told)
					}
					if got := fmt.Sprint(follow(record, strings.Split(member, ".")...)); got != told {
						t.Errorf("the search's %s is %s, want %s", member, got, told)
					}
				}
				if a, b := fmt.Sprint(one.at("availableImpressions")), fmt.Sprint(follow(record, "availability")); a != b {
					t.Errorf("the dialects tell other volumes: %s and %s", a, b)
				}
				if a, b := fmt.Sprint(one.at("estimatedCpm")), fmt.Sprint(follow(record, "price")); a != b {
					t.Errorf("the dialects tell other prices: %s and %s", a, b)
				}
			})
		}

		// A guaranteed deal takes a day of it, and the flight's volume with it.
		body := `{"product_id": "ctv-sports", "deal_type": "PG", "impressions": 1000000, "flight_start": "2026-08-01", "flight_end": "2026-08-01"}`
		s.must(201, "POST", "/api/v1/deals", s.rival, map[string]any{"quote_id": s.must(201, "POST", "/api/v1/quotes", s.rival, body).word("quote_id")})
		none := s.must(200, "POST", "/products/avails", s.buyer,
			`{"product_id": "ctv-sports", "flight_start": "2026-08-01", "flight_end": "2026-08-01", "impressions": 20000}`)
		if none.word("availsstatus.status") != "Unavailable" || none.word("availsstatus.reason") != "Booked" || none.at("inventory_available") != false {
			t.Errorf("nothing is left: %s", none.text)
		}
	})
}

// TestAvailsTellCapacityFromBookings: a volume that a product never has is not said to be booked, and one that others have is.
func TestAvailsTellCapacityFromBookings(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		reason := func(impressions string) string {
			t.Helper()
			return s.must(200, "POST", "/products/avails", s.buyer, `{"product_id": "ctv-sports", "flight_start": "2026-08-01",
				"flight_end": "2026-08-02"`+impressions+`}`).word("availsstatus.reason")
		}
		for impressions, want := range map[string]string{``: "", `, "impressions": 2000000`: "", `, "impressions": 2000001`: "Excluded"} {
			if got := reason(impressions); got != want {
				t.Errorf("before anything is booked%s: %q, want %q", impressions, got, want)
			}
		}
		s.must(201, "POST", "/api/v1/deals", s.rival, map[string]any{"quote_id": s.must(201, "POST", "/api/v1/quotes", s.rival,
			`{"product_id": "ctv-sports", "deal_type": "PG", "impressions": 1000000, "flight_start": "2026-08-01", "flight_end": "2026-08-02"}`).word("quote_id")})
		for impressions, want := range map[string]string{`, "impressions": 1000000`: "", `, "impressions": 1000001`: "Booked"} {
			if got := reason(impressions); got != want {
				t.Errorf("beside a booking%s: %q, want %q", impressions, got, want)
			}
		}
		const day = `{"product_id": "ctv-sports", "flight_start": "2026-08-05", "flight_end": "2026-08-05"}`
		s.must(200, "PUT", "/api/v1/products/ctv-sports/capacity", s.operator, `{"start_date": "2026-08-05", "end_date": "2026-08-05", "daily_impressions": 0}`)
		check(t, s.must(200, "POST", "/products/avails", s.buyer, day), map[string]string{"availsstatus.status": "Unavailable", "availsstatus.reason": "Excluded"})
	})
}

// TestAvailsInAnotherCurrency: what is asked for in a currency that a product is not sold in is not to be had, as it would be
// refused in a quote, and the rest of a search is answered.
func TestAvailsInAnotherCurrency(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		for currency, want := range map[string]string{`"USD"`: "Available", `null`: "Available", `"EUR"`: "Unavailable"} {
			record := oneRecord(t, s.must(200, "POST", "/products/avails", s.buyer, `{`+augustSearch+`, "productids": ["ctv-sports"], "currency": `+currency+`}`))
			one := s.must(200, "POST", "/products/avails", s.buyer, `{"product_id": "ctv-sports", "currency": `+currency+`}`)
			if follow(record, "availsstatus", "status") != want || one.word("availsstatus.status") != want || follow(record, "currency") != "USD" {
				t.Errorf("in %s: %v, and alone %s", currency, record, one.text)
			}
			if comment := fmt.Sprint(follow(record, "availsstatus", "comment")); want == "Unavailable" && !strings.Contains(comment, "USD") {
				t.Errorf("in %s: %s", currency, comment)
			}
		}
		mixed := s.must(200, "POST", "/products/avails", s.buyer, `{`+augustSearch+`, "productids": ["nothing", "ctv-sports"], "currency": "EUR"}`)
		if records := rowsOf(mixed, "avails"); follow(records[0], "currency") != "EUR" {
			t.Errorf("%s", mixed.text)
		}
		if bad := s.must(422, "POST", "/products/avails", s.buyer, `{"product_id": "ctv-sports", "currency": "usd"}`); !bad.names("currency") {
			t.Errorf("%s", bad.text)
		}
	})
}

func TestUnknownProductsDoNotFailTheRest(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		answer := s.must(200, "POST", "/products/avails", s.buyer, `{`+augustSearch+`, "productids": ["nothing", "ctv-sports", "audio-unpriced"]}`)
		records := rowsOf(answer, "avails")
		if len(records) != 3 || follow(records[1], "productid") != "ctv-sports" || follow(records[1], "availsstatus", "status") != "Available" {
			t.Fatalf("answered %s", answer.text)
		}
		for i, id := range map[int]string{0: "nothing", 2: "audio-unpriced"} {
			if follow(records[i], "productid") != id || follow(records[i], "availsstatus", "status") != "Unavailable" ||
				follow(records[i], "availsstatus", "reason") != "Excluded" || follow(records[i], "currency") != "USD" || fmt.Sprint(follow(records[i], "price")) != "0.00" {
				t.Errorf("%s is answered %v", id, records[i])
			}
		}
		s.must(422, "POST", "/products/avails", s.buyer, `{"productid": "audio-unpriced", "startdate": "2026-08-01", "enddate": "2026-08-31"}`)
		s.must(422, "POST", "/api/v1/quotes", s.buyer, `{"product_id": "audio-unpriced", "deal_type": "PD", "impressions": 1000}`)
		check(t, s.must(200, "POST", "/products/avails", s.buyer, `{"product_id": "audio-unpriced"}`),
			map[string]string{"availsstatus.status": "Unavailable", "price": "null"})
		// What has no declared capacity is not sold out.
		check(t, s.must(200, "POST", "/products/avails", s.buyer, `{"productid": "display-news", "startdate": "2026-08-01", "enddate": "2026-08-31"}`),
			map[string]string{"availsstatus.status": "Available", "available_impressions": "null"})
		s.must(404, "POST", "/products/avails", s.buyer, `{`+augustSearch+`, "productids": ["nothing", "neither"]}`)
		s.must(404, "POST", "/products/avails", s.buyer, `{"product_id": "nothing"}`)
	})
}

// dear is a product whose numbers are as large as they may be, in a currency.
func dear(currency parley.Currency) parley.Product {
	price, daily := parley.MaxCPM, parley.MaxImpressions
	return parley.Product{
		ID: "dear-" + strings.ToLower(string(currency)), Name: "Dear", InventoryType: "display", BaseCPM: &price, FloorCPM: parley.MaxCPM,
		Currency: currency, DealTypes: parley.DealTypes[:], DailyImpressions: &daily,
	}
}

// trades asks, proposes, books, orders and changes as much of a product as can be named.
func (s *shop) trades(id, key string) {
	s.t.Helper()
	ask := func(path string, body any) reply {
		got := s.call("POST", path, key, body)
		if got.status >= 500 {
			s.t.Errorf("%s as %q with %s: %d %s", path, key, body, got.status, got.text)
		}
		return got
	}
	const days = `"start_date": "2026-08-01", "end_date": "2026-08-31"`
	ask("/products/avails", `{"product_id": "`+id+`", "impressions": 1000000000000, "budget": 9000000000000}`)
	ask("/products/avails", `{"product_id": "`+id+`"}`)
	ask("/products/avails", `{`+augustSearch+`, "productids": ["`+id+`"]}`)
	ask("/pricing", `{"product_id": "`+id+`", "volume": 1000000000000}`)
	ask("/proposals", `{"product_id": "`+id+`", "deal_type": "PG", "price": 1, "impressions": 1000000000000, `+days+`}`)
	deals := []reply{
		ask("/deals", map[string]any{"proposal_id": ask("/proposals",
			`{"product_id": "`+id+`", "deal_type": "PD", "price": 1000000, "impressions": 1000000000000, `+days+`}`).word("proposal_id")}),
	}
	for _, body := range []string{`"deal_type": "PD", "impressions": 1000000000000`, `"deal_type": "PA"`} {
		quote := ask("/api/v1/quotes", `{"product_id": "`+id+`", `+body+`}`)
		deals = append(deals, ask("/api/v1/deals", map[string]any{"quote_id": quote.word("quote_id")}))
	}
	for _, deal := range deals {
		dealID := deal.word("deal_id")
		if dealID == "" {
			continue
		}
		ask("/api/v1/orders", map[string]any{"deal_id": dealID})
		for _, change := range []string{
			`"change_type": "flight_dates", "proposed_values": {"flight_end": "2026-09-01"}`,
			`"change_type": "impressions", "proposed_values": {"impressions": 999999999999}`,
			`"change_type": "cancellation", "proposed_values": {}`,
		} {
			ask("/api/v1/change-requests", `{"deal_id": "`+dealID+`", `+change+`}`)
		}
	}
}

func TestDearCurrenciesAndLargeVolumesNeverFail(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		currencies := []parley.Currency{"KRW", "VND", "JPY", "KWD", "USD"}
		feed := func(stage func(int, parley.ProductChange) error) error {
			for i, currency := range currencies {
				if err := stage(i+1, storagetest.WholeProduct(dear(currency))); err != nil {
					return err
				}
			}
			return nil
		}
		if _, err := s.service.ImportCatalog(context.Background(), seller.Terminal("test"), seller.CatalogImport{Feed: feed}); err != nil {
			t.Fatal(err)
		}
		for _, gated := range []bool{false, true} {
			if gated {
				s.must(201, "POST", "/api/v1/approval-rules", s.operator,
					`{"name": "large", "gate": "deal_booking", "condition": "deal_value > 9e12", "role": "approver"}`)
			}
			for _, currency := range currencies {
				for _, key := range []string{"", s.buyer} {
					s.trades(dear(currency).ID, key)
				}
			}
		}
		for _, path := range []string{"/api/v1/deals", "/api/v1/quotes", "/approvals", "/products"} {
			s.must(200, "GET", path, s.operator, nil)
		}
		if booked := s.must(200, "GET", "/api/v1/deals", s.operator, nil).word("total_count"); booked == "0" {
			t.Error("nothing was booked, so that nothing was shown")
		}
	})
}

func TestAvailsTakeDatesAndTimesWithoutAZone(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		for _, flight := range [][2]string{
			{"2026-08-01T00:00:00", "2026-08-31T23:59:59"}, {"2026-08-01", "2026-08-31"}, {"2026-08-01T00:00:00Z", "2026-08-31"},
			{"2026-08-01T02:00:00+02:00", "2026-08-31T12:00"}, {"2026-08-01", "2026-08-01"}, {"2026-08-01T00:00:00", "2026-08-01"},
			{"2026-08-01T12:00:00", "2026-08-01"},
		} {
			days := fmt.Sprintf(`"startdate": %q, "enddate": %q`, flight[0], flight[1])
			one := s.must(200, "POST", "/products/avails", s.buyer, `{"productid": "ctv-sports", `+days+`}`)
			if one.word("flight_start") != "2026-08-01" || one.word("flight_end") != flight[1][:10] {
				t.Errorf("%s is %s to %s", days, one.word("flight_start"), one.word("flight_end"))
			}
			record := oneRecord(t, s.must(200, "POST", "/products/avails", s.buyer,
				`{"accountid": "a", "advertiserbrandid": "b", "productids": ["ctv-sports"], `+days+`}`))
			if a, b := fmt.Sprint(one.at("availableImpressions")), fmt.Sprint(follow(record, "availability")); a != b {
				t.Errorf("%s: %s and %s", days, a, b)
			}
		}
		// What begins today in UTC is asked of a publisher whose day has not begun.
		today := now.Format("2006-01-02")
		yesterday := now.AddDate(0, 0, -1).Format("2006-01-02")
		late := s.must(200, "POST", "/products/avails", s.buyer, fmt.Sprintf(`{"productid": "ctv-sports", "startdate": %q, "enddate": "2026-08-31"}`, yesterday))
		if late.word("flight_start") != today {
			t.Errorf("from yesterday on: %s", late.text)
		}
		for _, flight := range [][2]string{
			{"2026-08-02T00:00:00", "2026-08-01T00:00:00"}, {"2026-08-02", "2026-08-01"}, {"2026-08-02T00:00:00", "2026-08-01"}, {"soon", "2026-08-01"},
			{"2026-08-01T12:00:00", "2026-08-01T11:00:00"}, {"2026-08-01T12:00:00", "2026-08-01T12:00:00"},
		} {
			s.must(422, "POST", "/products/avails", s.buyer, fmt.Sprintf(`{"productid": "ctv-sports", "startdate": %q, "enddate": %q}`, flight[0], flight[1]))
		}
	})
}

// TestAvailsWhereTheProductIsNotSold looks at the geo of a targeting, and at nothing else of it.
func TestAvailsWhereTheProductIsNotSold(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		for targeting, status := range map[string]string{
			`{"geo": ["US"]}`: "Available", `{"geo": ["us-ny"], "device": ["mobile"]}`: "Available", `{"geo": ["CA", "US-CA"]}`: "Available",
			`{"geo": ["CA"]}`: "Unavailable", `{"geo": ["USA"]}`: "Unavailable", `{"geo": []}`: "Available", `{"geo": "everywhere"}`: "Available",
			`[{"segment": "x"}]`: "Available", `null`: "Available",
		} {
			found := s.must(200, "POST", "/products/avails", s.buyer, `{"productid": "ctv-sports", "startdate": "2026-08-01T00:00:00Z",
				"enddate": "2026-08-31T23:59:59Z", "requestedImpressions": 500000, "targeting": `+targeting+`}`)
			if got := found.word("availsstatus.status"); got != status || (status == "Unavailable") != strings.Contains(found.text, "The product is sold in US alone.") {
				t.Errorf("%s: %s", targeting, found.text)
			}
		}
	})
}
