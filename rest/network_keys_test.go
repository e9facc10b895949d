package rest_test

import (
	"context"
	"net/netip"
	"testing"
	"time"

	"parley"
	"parley/edge"
	"parley/internal/stores"
	"parley/rest"
	"parley/seller"
	"parley/storage"
)

// TestCallersOfANetworkActAsItsKey has a buyer that sends no key trade as the one that its network has, for as long as that key
// holds, and no further than that.
func TestCallersOfANetworkActAsItsKey(t *testing.T) {
	t.Parallel()
	stores.Each(t, func(t *testing.T, store *storage.Store) {
		plain := openShopOn(t, store, rest.Options{})
		id := plain.must(201, "POST", "/auth/api-keys", plain.operator, `{"label": "trial", "seat_id": "seat-1", "agency_id": "agency-1", "expires_in_days": 7}`).word("key_id")
		s := openNode(t, store, rest.Options{Kit: edge.Kit{NetworkKeys: edge.NetworkKeys{{Network: netip.MustParsePrefix("127.0.0.1/32"), KeyID: id}}}})
		quote := s.must(201, "POST", "/api/v1/quotes", "", `{"product_id": "ctv-sports", "deal_type": "PD"}`)
		check(t, quote, map[string]string{"buyer_tier": "agency", "pricing.final_cpm": "31.50"})
		booking := map[string]any{"quote_id": quote.word("quote_id"), "idempotency_key": "once"}
		deal := s.must(201, "POST", "/api/v1/deals", "", booking)
		if again := s.must(201, "POST", "/api/v1/deals", "", booking); again.text != deal.text {
			t.Errorf("repeated: %s", again.text)
		}
		check(t, s.must(200, "GET", "/api/v1/deals", "", nil), map[string]string{"total_count": "1"})
		// A key that is sent counts, and a bad one is not made good by the network.
		check(t, s.must(200, "GET", "/api/v1/deals", plain.rival, nil), map[string]string{"total_count": "0"})
		s.must(401, "GET", "/api/v1/deals", "ask_live_wrong", nil)
		// Neither a browser's request nor one through an unknown proxy is the buyer's.
		s.must(401, "GET", "/api/v1/deals", "", nil, "Origin", "https://evil.example")
		s.must(401, "GET", "/api/v1/deals", "", nil, "X-Forwarded-For", "198.51.100.1")
		s.must(403, "GET", "/registry/agents", "", nil)

		s.clock.Move(8 * 24 * time.Hour)
		s.must(401, "GET", "/products", "", nil) // expired: not even what nobody needs a key for
		s.clock.Move(-8 * 24 * time.Hour)
		s.must(200, "GET", "/products", "", nil)
		plain.must(200, "DELETE", "/auth/api-keys/"+id, plain.operator, nil)
		checkEnvelope(t, s.must(401, "GET", "/products", "", nil))
		s.must(401, "POST", "/api/v1/deals", "", booking)
	})
}

// TestNoNetworkMakesAnOperator refuses callers whose network has an operator's key, or one that does not exist.
func TestNoNetworkMakesAnOperator(t *testing.T) {
	t.Parallel()
	store := stores.SQLite(t)
	plain := openShopOn(t, store, rest.Options{})
	keys, err := plain.service.Keys(context.Background(), seller.Terminal("test"), seller.KeyFilter{Role: parley.RoleOperator})
	if err != nil || len(keys.Items) == 0 {
		t.Fatal(keys, err)
	}
	for _, id := range []string{keys.Items[0].ID, "key-none"} {
		s := openNode(t, store, rest.Options{Kit: edge.Kit{NetworkKeys: edge.NetworkKeys{{Network: netip.MustParsePrefix("127.0.0.1/32"), KeyID: id}}}})
		s.must(401, "GET", "/approvals", "", nil)
		s.must(401, "GET", "/products", "", nil)
	}
}
