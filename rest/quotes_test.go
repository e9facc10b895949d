package rest_test

import (
	"testing"

	"parley/rest"
)

func TestQuote(t *testing.T) {
	s := openShop(t, rest.Options{})
	made := s.must(201, "POST", "/api/v1/quotes", s.buyer, `{"product_id":"ctv-sports","deal_type":"PG","impressions":1000000,
		"flight_start":"2026-08-01","flight_end":"2026-08-31","target_cpm":40.5}`)
	t.Log(made.text)
	again := s.must(200, "GET", "/api/v1/quotes/"+made.text1("quote_id"), s.buyer, nil)
	if again.text != made.text {
		t.Errorf("read %s\nmade %s", again.text, made.text)
	}
	t.Log(s.must(200, "GET", "/api/v1/quotes?limit=1", s.buyer, nil).text)
	t.Log(s.must(422, "POST", "/api/v1/quotes", s.buyer, `{"product_id":3,"deal_type":"PG","impressions":1e400,"target_cpm":{"amount_micros":2e7}}`).text)
	t.Log(s.must(404, "GET", "/api/v1/quotes/x", s.buyer, nil).text)
}

func TestDocs(t *testing.T) {
	s := openShop(t, rest.Options{})
	t.Log(len(s.must(200, "GET", "/docs", "", nil).text))
	y := s.must(200, "GET", "/openapi.yaml", "", nil).text
	t.Log(len(y), y[:1500])
	s.must(404, "GET", "/nope", "", nil)
	t.Log(s.must(405, "PATCH", "/api/v1/quotes", "", "{}").text)
	t.Log(s.must(200, "GET", "/products", "", nil).text)
	t.Log(s.must(200, "GET", "/metrics", "", nil).text[:100])
}
