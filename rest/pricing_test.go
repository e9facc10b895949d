package rest_test

import (
	"testing"

	"parley/rest"
)

func TestVersionsGuardThePrices(t *testing.T) {
	t.Parallel()
	s := openShop(t, rest.Options{})
	card := `{"entries": [{"inventory_type": "ctv", "base_cpm": {"amount_micros": 30000000, "currency": "USD"}}]}`
	first := s.must(200, "GET", "/api/v1/rate-card", s.operator, nil)
	s.must(200, "PUT", "/api/v1/rate-card", s.operator, card, "If-Match", first.header.Get("ETag"))
	stale := s.must(412, "PUT", "/api/v1/rate-card", s.operator, card, "If-Match", first.header.Get("ETag"))
	if stale.word("detail.error") != "contention" || stale.word("detail.current_version") != "1" {
		t.Errorf("a stale change: %s", stale.text)
	}
	s.must(412, "PUT", "/api/v1/rate-card", s.operator, card, "If-Match", `"5c1b"`)
	s.must(412, "PUT", "/api/v1/rate-card", s.operator, `{"version": 0, `+card[1:])
	s.must(422, "PUT", "/api/v1/rate-card", s.operator, `{"version": 1, `+card[1:], "If-Match", `"v0"`)
	// What is read can be sent back.
	read := s.must(200, "GET", "/api/v1/rate-card", s.operator, nil)
	s.must(200, "PUT", "/api/v1/rate-card", s.operator, read.text)
	if history := s.must(200, "GET", "/api/v1/rate-card/history?limit=1", s.operator, nil); history.word("total_count") != "2" || history.word("next_cursor") == "" {
		t.Errorf("the history is %s", history.text)
	}
	if quote := s.must(201, "POST", "/api/v1/quotes", s.buyer, guaranteed); quote.word("pricing.base_cpm") != "30.00" {
		t.Errorf("priced from the old card: %s", quote.text)
	}

	rule := s.must(201, "POST", "/api/v1/pricing-rules", s.operator,
		`{"name": "r", "discount_pct": 7.25, "tiers": ["agency"], "floor_cpm": 3.5, "currency": "USD", "condition": "impressions >= 10"}`)
	path := "/api/v1/pricing-rules/" + rule.word("rule_id")
	if read = s.must(200, "GET", path, s.operator, nil); read.text != rule.text || read.header.Get("ETag") != `"v1"` {
		t.Errorf("made %s\nread %s", rule.text, read.text)
	}
	s.must(200, "PUT", path, s.operator, read.text)
	s.must(412, "PUT", path, s.operator, read.text)
	s.must(412, "DELETE", path+"?version=1", s.operator, nil)
	s.must(200, "DELETE", path, s.operator, nil, "If-Match", `"v2"`)
	s.must(404, "GET", path, s.operator, nil)
	if history := s.must(200, "GET", path+"/history", s.operator, nil); history.word("total_count") == "0" {
		t.Errorf("a deleted rule has no history: %s", history.text)
	}
	for _, bad := range []struct{ body, field string }{
		{`{"name": "r", "discount_pct": 7.125}`, "discount_pct"}, {`{"name": "r", "discount_pct": 101}`, "discount_pct"},
		{`{"name": "r", "tiers": ["gold"]}`, "tiers[0]"}, {`{"discount_pct": 1}`, "name"},
		{`{"name": "r", "floor_cpm": 1, "ceiling_cpm": {"amount_micros": 2000000, "currency": "EUR"}}`, "currency"},
	} {
		if got := s.must(422, "POST", "/api/v1/pricing-rules", s.operator, bad.body); !got.names(bad.field) {
			t.Errorf("%s: %s", bad.body, got.text)
		}
	}
}
