package rest_test

import (
	"fmt"
	"strings"
	"testing"

	"parley/rest"
)

func TestCapacity(t *testing.T) {
	t.Parallel()
	s := openShop(t, rest.Options{})
	path := "/api/v1/products/ctv-sports/capacity"
	s.must(200, "PUT", path, s.operator, `{"start_date": "2026-08-01", "end_date": "2026-08-02", "daily_impressions": 50000}`)
	read := s.must(200, "GET", path+"?start_date=2026-08-01&end_date=2026-08-03", s.operator, nil)
	if !strings.Contains(read.text, `{"date":"2026-08-02","capacity":50000,"reserved":0,"declared":true}`) {
		t.Errorf("read %s", read.text)
	}
	quote := s.must(201, "POST", "/api/v1/quotes", s.buyer, guaranteed)
	if quote.at("availability.inventory_available") != true || quote.word("availability.available_impressions") == "31000000" {
		t.Errorf("the quote knows nothing of it: %s", quote.text)
	}
	if got := s.must(422, "PUT", path, s.operator, `{"start_date": "2026-08-01", "end_date": "2026-08-02"}`); !got.names("daily_impressions") {
		t.Errorf("without a number: %s", got.text)
	}
	s.must(200, "PUT", path, s.operator, `{"start_date": "2026-08-01", "end_date": "2026-08-02", "daily_impressions": null}`)
}

func TestShortOfInventory(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		body := func(impressions int) string {
			return fmt.Sprintf(`{"product_id": "ctv-sports", "deal_type": "PG", "impressions": %d, "flight_start": "2026-08-01", "flight_end": "2026-08-01"}`, impressions)
		}
		first := s.must(201, "POST", "/api/v1/quotes", s.buyer, body(700_000)).word("quote_id")
		second := s.must(201, "POST", "/api/v1/quotes", s.rival, body(700_000)).word("quote_id")
		s.must(201, "POST", "/api/v1/deals", s.buyer, map[string]any{"quote_id": first})
		short := s.must(409, "POST", "/api/v1/deals", s.rival, map[string]any{"quote_id": second})
		if short.word("detail.error") != "contention" || short.word("detail.available_impressions") != "300000" {
			t.Errorf("answered %s", short.text)
		}
	})
}

func TestAvailsInBothDialects(t *testing.T) {
	t.Parallel()
	s := openShop(t, rest.Options{})
	flat := s.must(200, "POST", "/products/avails", s.buyer,
		`{"product_id": "ctv-sports", "start_date": "2026-08-01", "end_date": "2026-08-31", "impressions": 500000}`)
	contract := s.must(200, "POST", "/products/avails", s.buyer, `{"productid": "ctv-sports", "startdate": "2026-08-01T00:00:00Z",
		"enddate": "2026-08-31T23:59:59Z", "requestedImpressions": 500000, "budget": 15750.0, "targeting": {"geo": ["US"]}}`)
	if flat.text != contract.text {
		t.Errorf("documented %s\ncontract %s", flat.text, contract.text)
	}
	for member, want := range map[string]string{
		"available_impressions": "31000000", "availableImpressions": "500000", "guaranteedImpressions": "500000", "estimatedCpm": "31.50",
		"totalCost": "15750.00", "flight_end": "2026-08-31", "productid": "ctv-sports",
	} {
		if got := contract.word(member); got != want {
			t.Errorf("%s is %s, not %s", member, got, want)
		}
	}
	back := s.must(422, "POST", "/products/avails", s.buyer, `{"productid": "ctv-sports", "startdate": "2026-08-31T00:00:00Z", "enddate": "2026-08-01T00:00:00Z"}`)
	if !strings.Contains(back.text, "enddate must be after startdate") {
		t.Errorf("end before start: %s", back.text)
	}
	unpriced := s.must(200, "POST", "/products/avails", "", `{"product_id": "audio-unpriced"}`)
	if unpriced.at("estimatedCpm") != nil || unpriced.at("available_impressions") != nil {
		t.Errorf("no price was to be invented: %s", unpriced.text)
	}
}
