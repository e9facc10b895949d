package rest_test

import "testing"

// TestHoldingAQuote goes from the hold to the deal that takes it, as its buyer, the publisher and another buyer see it.
func TestHoldingAQuote(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		quote := s.must(201, "POST", "/api/v1/quotes", s.buyer, `{"product_id": "ctv-sports", "deal_type": "PG", "impressions": 310000}`).word("quote_id")
		path := "/api/v1/quotes/" + quote + "/hold"
		if got := s.call("GET", path, s.buyer, nil); got.status != 404 {
			t.Errorf("before it is held: %d", got.status)
		}
		for _, hours := range []string{"0", "-1", "1.5", `"2"`, "49", "9000"} {
			if got := s.call("POST", path, s.buyer, `{"hours": `+hours+`}`); got.status != 422 && got.status != 400 {
				t.Errorf("%s hours: %d %s", hours, got.status, got.text)
			}
		}
		held := s.must(201, "POST", path, s.buyer, `{"hours": 2, "idempotency_key": "one hold"}`)
		again := s.must(201, "POST", path, s.buyer, `{"hours": 2, "idempotency_key": "one hold"}`)
		if held.word("status") != "active" || held.word("hold_id") != again.word("hold_id") || held.at("buyer") != nil || held.at("by_publisher") != false {
			t.Errorf("held: %s, again: %s", held.text, again.text)
		}
		if got := s.call("GET", path, s.rival, nil); got.status != 404 {
			t.Errorf("another buyer reads it: %d", got.status)
		}
		if got := s.must(200, "GET", path, s.viewer, nil); got.word("buyer") == "" {
			t.Errorf("the publisher is not told whose it is: %s", got.text)
		}
		deal := s.must(201, "POST", "/api/v1/deals", s.buyer, `{"quote_id": "`+quote+`"}`).word("deal_id")
		if got := s.must(200, "GET", path, s.buyer, nil); got.word("status") != "taken" || got.word("deal_id") != deal {
			t.Errorf("after the booking: %s", got.text)
		}
		if got := s.must(200, "DELETE", path, s.buyer, nil); got.word("status") != "taken" {
			t.Errorf("given back after the booking: %s", got.text)
		}
		if got := s.must(200, "GET", "/api/v1/holds?status=taken", s.buyer, nil); got.word("total_count") != "1" {
			t.Errorf("the list: %s", got.text)
		}
	})
}
