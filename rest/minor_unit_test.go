package rest_test

import (
	"fmt"
	"strings"
	"testing"
)

// TestPricesAreOfWholeMinorUnits enters a price that its currency does not have wherever one is entered.
func TestPricesAreOfWholeMinorUnits(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		deal := s.must(201, "POST", "/api/v1/deals", s.buyer, map[string]any{"quote_id": s.must(201, "POST", "/api/v1/quotes", s.buyer, guaranteed).word("quote_id")})
		for _, test := range []struct{ name, method, path, key, body, field string }{
			{"rate card", "PUT", "/api/v1/rate-card", s.operator, `{"entries": [{"inventory_type": "ctv", "base_cpm": %s, "currency": %q}]}`, "entries[0].base_cpm"},
			{"global floor", "PUT", "/api/v1/rate-card", s.operator, `{"entries": [], "global_floors": [{"floor_cpm": %s, "currency": %q}]}`, "global_floors[0]"},
			{"rule's price", "POST", "/api/v1/pricing-rules", s.operator, `{"name": "r", "base_cpm": {"amount_micros": %s, "currency": %q}}`, "base_cpm"},
			{"rule's floor", "POST", "/api/v1/pricing-rules", s.operator, `{"name": "r", "floor_cpm": {"amount_micros": %s, "currency": %q}}`, "floor_cpm"},
			{"rule's ceiling", "POST", "/api/v1/pricing-rules", s.operator, `{"name": "r", "ceiling_cpm": {"amount_micros": %s, "currency": %q}}`, "ceiling_cpm"},
		} {
			for currency, amount := range map[string][2]string{"USD": {"12.345", "12345000"}, "JPY": {"2900.5", "2900500000"}, "KWD": {"1.2345", "1234500"}} {
				written := amount[0]
				if strings.Contains(test.body, "amount_micros") {
					written = amount[1]
				}
				got := s.must(422, test.method, test.path, test.key, fmt.Sprintf(test.body, written, currency))
				if !strings.Contains(got.text, test.field) || !strings.Contains(got.text, "whole number of") {
					t.Errorf("%s in %s: %s", test.name, currency, got.text)
				}
			}
		}
		for name, ask := range map[string][3]string{
			"target":        {"/api/v1/quotes", `{"product_id": "ctv-sports", "deal_type": "PD", "target_cpm": 30.001}`, "target_cpm"},
			"changed price": {"/api/v1/change-requests", `{"deal_id": "` + deal.word("deal_id") + `", "change_type": "pricing", "proposed_values": {"price": 30.001}}`, "price"},
		} {
			got := s.must(422, "POST", ask[0], s.buyer, ask[1])
			if !strings.Contains(got.text, ask[2]) {
				t.Errorf("%s: %s", name, got.text)
			}
		}
		// What is whole is taken.
		s.must(200, "PUT", "/api/v1/rate-card", s.operator, `{"entries": [{"inventory_type": "native", "base_cpm": 2900, "currency": "JPY"}],
			"global_floors": [{"floor_cpm": 1.234, "currency": "KWD"}]}`)
		s.must(201, "POST", "/api/v1/quotes", s.buyer, `{"product_id": "ctv-sports", "deal_type": "PD", "target_cpm": 30.01}`)
	})
}
