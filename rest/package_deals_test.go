package rest_test

import (
	"fmt"
	"testing"
)

// TestBookingAPackageAnswersForEveryDeal: 201 when all are booked, 202 when one has to be approved, and else an error that names
// the quote.
func TestBookingAPackageAnswersForEveryDeal(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		sports, _ := s.packaged()
		s.gate(`{"name": "news", "gate": "deal_booking", "condition": "product_id == 'display-news' && impressions > 500000"}`)
		ask := func(impressions int) (quotes, body string) {
			quoted := s.must(201, "POST", "/api/v1/packages/"+sports+"/quotes", s.buyer, fmt.Sprintf(`{"deal_type": "PD", "impressions": %d}`, impressions))
			ids := fmt.Sprintf("[%q, %q]", quoted.row("quotes", 0).word("quote_id"), quoted.row("quotes", 1).word("quote_id"))
			return quoted.row("quotes", 1).word("quote_id"), fmt.Sprintf(`{"quote_ids": %s, "notes": "together", "buyer_identity": {"advertiser_id": "adv-9"},
				"idempotency_key": "key-%d"}`, ids, impressions)
		}
		path := "/api/v1/packages/" + sports + "/deals"

		_, body := ask(1_000_000)
		booked := s.must(201, "POST", path, s.buyer, body)
		for i, deal := range rowsOf(booked, "deals") {
			alone := s.must(200, "GET", fmt.Sprint("/api/v1/deals/", follow(deal, "deal_id")), s.buyer, nil)
			if fmt.Sprint(deal) != fmt.Sprint(alone.body) {
				t.Errorf("deal %d is answered as %v, and read as %s", i, deal, alone.text)
			}
			if alone.word("notes") != "together" || alone.word("claimed_identity.advertiser_id") != "adv-9" {
				t.Errorf("%s", alone.text)
			}
		}
		again := s.must(201, "POST", path, s.buyer, body)
		if again.text != booked.text || again.header.Get("Idempotency-Replayed") != "true" {
			t.Errorf("asked again: %s", again.text)
		}

		second, body := ask(2_000_000)
		held := s.must(202, "POST", path, s.buyer, body)
		if held.row("deals", 0).word("status") != "booked" || held.row("deals", 1).word("status") != "proposed" || held.row("deals", 1).word("deal_id") == "" {
			t.Errorf("%s", held.text)
		}
		if again := s.must(202, "POST", path, s.buyer, body); again.text != held.text {
			t.Errorf("asked again: %s", again.text)
		}
		refused := s.must(409, "POST", path, s.buyer, fmt.Sprintf(`{"quote_ids": [%q]}`, second))
		if refused.word("detail.quote_id") != second || refused.word("detail.deal_id") != held.row("deals", 1).word("deal_id") {
			t.Errorf("%s", refused.text)
		}
		if missing := s.must(422, "POST", path, s.buyer, `{}`); !missing.names("quote_ids") {
			t.Errorf("%s", missing.text)
		}
	})
}
