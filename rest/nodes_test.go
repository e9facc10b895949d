package rest_test

import (
	"testing"

	"parley/internal/stores"
	"parley/rest"
	"parley/storage"
)

// TestSettingsHoldOnEveryNode changes each setting at one node while another, which has just worked with the one before,
// serves the buyer. Trust of agents is in TestTrustHoldsOnEveryNode.
func TestSettingsHoldOnEveryNode(t *testing.T) {
	t.Parallel()
	stores.Each(t, func(t *testing.T, store *storage.Store) {
		here := openShopOn(t, store, rest.Options{})
		there := openNode(t, store, rest.Options{})
		there.buyer, there.operator = here.buyer, here.operator
		quote := func() reply { return there.must(201, "POST", "/api/v1/quotes", there.buyer, guaranteed) }
		holds := func(setting, path, want string, got reply) {
			t.Helper()
			if got.word(path) != want {
				t.Errorf("after a change of %s, the other node has %s %q, want %q: %s", setting, path, got.word(path), want, got.text)
			}
		}
		book := func(want int) reply {
			return there.must(want, "POST", "/api/v1/deals", there.buyer, `{"quote_id": "`+quote().word("quote_id")+`"}`)
		}
		counter := func() reply {
			return there.must(200, "POST", "/api/v1/negotiations/messages", there.buyer,
				`{"quote_id": "`+quote().word("quote_id")+`", "action": "counter", "buyer_price": 21.00}`)
		}
		first := quote()
		book(201)
		before := counter()

		here.must(200, "PUT", "/api/v1/rate-card", here.operator, `{"entries": [{"inventory_type": "ctv", "base_cpm": 50}]}`)
		if got := quote(); got.word("pricing.final_cpm") == first.word("pricing.final_cpm") {
			t.Errorf("after a change of the rate card, the other node has the price before: %s", got.text)
		}
		here.must(200, "PUT", "/api/v1/rate-card", here.operator, `{"entries": []}`)
		holds("the rate card", "pricing.final_cpm", first.word("pricing.final_cpm"), quote())

		rule := here.must(201, "POST", "/api/v1/pricing-rules", here.operator, `{"name": "Dear", "floor_cpm": 90}`)
		holds("pricing rules", "pricing.final_cpm", "90.00", quote())
		here.must(200, "DELETE", "/api/v1/pricing-rules/"+rule.word("rule_id"), here.operator, nil)
		holds("pricing rules", "pricing.final_cpm", first.word("pricing.final_cpm"), quote())

		profile := here.must(201, "POST", "/api/v1/negotiation-profiles", here.operator, `{"name": "One word", "max_rounds": 1}`)
		holds("negotiation profiles", "action", "final_offer", counter())
		here.must(200, "DELETE", "/api/v1/negotiation-profiles/"+profile.word("profile_id"), here.operator, nil)
		holds("negotiation profiles", "action", before.word("action"), counter())

		gate := here.gate(`{"name": "all", "gate": "deal_booking", "condition": "true"}`)
		holds("approval rules", "status", "proposed", book(202))
		here.must(200, "DELETE", "/api/v1/approval-rules/"+gate, here.operator, nil)
		book(201)

		here.must(200, "PUT", "/api/v1/products/ctv-sports/capacity", here.operator,
			`{"start_date": "2026-08-01", "end_date": "2026-08-31", "daily_impressions": 100000}`)
		if got := quote(); got.at("availability.inventory_available") != false {
			t.Errorf("after a change of capacity, the other node has %s", got.text)
		}
		book(409)

		made := here.must(201, "POST", "/auth/api-keys", here.operator, `{"role": "buyer", "label": "short"}`)
		key := made.word("api_key")
		there.must(201, "POST", "/api/v1/quotes", key, guaranteed)
		here.must(200, "DELETE", "/auth/api-keys/"+made.word("key_id"), here.operator, nil)
		there.must(401, "POST", "/api/v1/quotes", key, guaranteed)
	})
}
