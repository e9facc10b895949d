package rest_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"parley"
	"parley/agentcard"
	"parley/edge"
	"parley/internal/stores"
	"parley/rest"
	"parley/seller"
	"parley/storage"
)

// fetchCard stands for the agents of other companies: example.com's are as published, and others are fetched.
func fetchCard(ctx context.Context, agentURL string) (json.RawMessage, error) {
	if strings.Contains(agentURL, ".example.com") {
		return json.RawMessage(`{"name": "Acme Buyer Agent", "url": "` + agentURL + `"}`), nil
	}
	return agentcard.New(true).Fetch(ctx, agentURL)
}

func TestTrustCapsTheTier(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		const url = "https://Buyer.Example.com:443/a2a/"
		identity := parley.Identity{SeatID: "seat-9", AgencyID: "agency-9", AdvertiserID: "adv-9"}
		key := s.key(seller.KeyRequest{Role: parley.RoleBuyer, Label: "agent's", Identity: identity, AgentURL: url})
		quote := func(key, members string) reply {
			t.Helper()
			return s.call("POST", "/api/v1/quotes", key, `{"product_id": "ctv-sports", "deal_type": "PD"`+members+`}`)
		}
		tier := func(want string) {
			t.Helper()
			check(t, quote(key, ""), map[string]string{"buyer_tier": want})
		}
		tier("advertiser") // nobody is registered: the operator who made the key vouched for it
		found := s.must(201, "POST", "/registry/agents/discover", s.operator, `{"url": "https://buyer.example.com/a2a"}`)
		check(t, found, map[string]string{"trust_status": "registered", "tier_ceiling": "seat", "url": "https://buyer.example.com/a2a"})
		tier("seat")
		trust := "/registry/agents/" + found.word("agent_id") + "/trust"
		for _, c := range []struct{ trust, tier string }{{"approved", "advertiser"}, {"unknown", "public"}, {"preferred", "advertiser"}} {
			check(t, s.must(200, "PUT", trust, s.operator, `{"trust_status": "`+c.trust+`"}`), map[string]string{"trust_status": c.trust})
			tier(c.tier)
		}
		again := s.must(201, "POST", "/registry/agents/discover", s.operator, `{"url": "https://buyer.example.com/a2a"}`)
		check(t, again, map[string]string{"trust_status": "preferred", "agent_id": found.word("agent_id")})

		// A body that names an agent is capped by it, and never raised.
		named := `, "agent_url": "https://buyer.example.com/a2a"`
		check(t, quote("", named), map[string]string{"buyer_tier": "public"})
		check(t, quote(s.buyer, named), map[string]string{"buyer_tier": "agency"})
		s.must(200, "PUT", trust, s.operator, `{"trust_status": "registered"}`)
		check(t, quote(s.buyer, named), map[string]string{"buyer_tier": "seat"})
		check(t, quote(s.buyer, `, "agent_url": "no URL at all"`), map[string]string{"buyer_tier": "agency"})

		asked := quote(s.buyer, named).word("quote_id")
		proposed := s.must(201, "POST", "/proposals", s.buyer, `{"product_id": "ctv-sports", "deal_type": "PD", "price": 40,
			"impressions": 100000, "start_date": "2026-08-01", "end_date": "2026-08-09"`+named+`}`)
		check(t, proposed, map[string]string{"status": "accepted"})

		s.must(200, "PUT", trust, s.operator, `{"trust_status": "blocked"}`)
		s.must(403, "POST", "/api/v1/deals", s.buyer, `{"quote_id": "`+asked+`"}`)
		s.must(403, "POST", "/deals", s.buyer, `{"proposal_id": "`+proposed.word("proposal_id")+`"}`)
		for _, path := range []string{"/products", "/api/v1/quotes", "/api/v1/deals", "/events", "/proposals"} {
			check(t, s.must(403, "GET", path, key, nil), map[string]string{"detail.error": "forbidden"})
		}
		if got := quote(key, ""); got.status != 403 {
			t.Errorf("a blocked agent's key: %d %s", got.status, got.text)
		}
		for _, by := range []string{"", s.buyer} {
			if got := quote(by, named); got.status != 403 {
				t.Errorf("naming a blocked agent: %d %s", got.status, got.text)
			}
		}
		if got := s.call("POST", "/proposals", s.buyer, `{"product_id": "ctv-sports", "deal_type": "PD", "price": 31.5, "impressions": 100000,
			"start_date": "2026-08-01", "end_date": "2026-08-09"`+named+`}`); got.status != 403 {
			t.Errorf("a proposal that names a blocked agent: %d %s", got.status, got.text)
		}
		unnamed := quote(s.buyer, "").word("quote_id")
		offer := `{"quote_id": "` + unnamed + `", "action": "counter", "buyer_price": 25.00`
		if got := s.call("POST", "/api/v1/negotiations/messages", s.buyer, offer+named+"}"); got.status != 403 {
			t.Errorf("a message that names a blocked agent: %d %s", got.status, got.text)
		}
		check(t, s.must(200, "POST", "/api/v1/negotiations/messages", s.buyer, offer+"}"), map[string]string{"round_number": "1"})
		s.must(200, "DELETE", "/registry/agents/"+found.word("agent_id"), s.operator, nil)
		s.must(404, "GET", "/registry/agents/"+found.word("agent_id"), s.operator, nil)
		if got := quote(key, ""); got.status != 403 {
			t.Errorf("the key of a blocked agent that was removed: %d %s", got.status, got.text)
		}
		audit := s.must(200, "GET", "/api/v1/audit?resource=agent", s.operator, nil)
		if audit.word("total_count") != "8" {
			t.Errorf("the audit of agents: %s", audit.text)
		}
	})
}

// TestDiscoveryIsReplayed repeats a request whose agent has gone since.
func TestDiscoveryIsReplayed(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		buyer := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write([]byte(`{"name": "B"}`))
		}))
		body := map[string]any{"url": buyer.URL, "idempotency_key": "once"}
		first := s.must(201, "POST", "/registry/agents/discover", s.operator, body)
		buyer.Close()
		if again := s.must(201, "POST", "/registry/agents/discover", s.operator, body); again.text != first.text {
			t.Errorf("first %s, then %s", first.text, again.text)
		}
		s.must(422, "POST", "/registry/agents/discover", s.operator, map[string]any{"url": buyer.URL, "idempotency_key": "twice"})
	})
}

// TestTrustHoldsOnEveryNode changes trust at one node while another has just served the key.
func TestTrustHoldsOnEveryNode(t *testing.T) {
	t.Parallel()
	stores.Each(t, func(t *testing.T, store *storage.Store) {
		here := openShopOn(t, store, rest.Options{})
		there := openNode(t, store, rest.Options{})
		key := here.key(seller.KeyRequest{
			Role: parley.RoleBuyer, Label: "agent's", AgentURL: "https://buyer.example.com/a2a",
			Identity: parley.Identity{SeatID: "seat-9", AgencyID: "agency-9", AdvertiserID: "adv-9"},
		})
		ask := func(s *shop) reply {
			return s.call("POST", "/api/v1/quotes", key, `{"product_id": "ctv-sports", "deal_type": "PD"}`)
		}
		check(t, ask(there), map[string]string{"buyer_tier": "advertiser"})
		found := here.must(201, "POST", "/registry/agents/discover", here.operator, `{"url": "https://buyer.example.com/a2a"}`)
		trust := "/registry/agents/" + found.word("agent_id") + "/trust"
		for _, c := range []struct{ trust, tier string }{{"registered", "seat"}, {"unknown", "public"}, {"preferred", "advertiser"}} {
			here.must(200, "PUT", trust, here.operator, `{"trust_status": "`+c.trust+`"}`)
			check(t, ask(there), map[string]string{"buyer_tier": c.tier})
		}
		here.must(200, "PUT", trust, here.operator, `{"trust_status": "blocked"}`)
		if got := ask(there); got.status != 403 {
			t.Errorf("a blocked agent at the other node: %d %s", got.status, got.text)
		}
		here.must(200, "PUT", trust, here.operator, `{"trust_status": "registered"}`)
		here.must(200, "DELETE", "/registry/agents/"+found.word("agent_id"), here.operator, nil)
		check(t, ask(there), map[string]string{"buyer_tier": "advertiser"})
	})
}

func TestDiscovery(t *testing.T) {
	t.Parallel()
	s := openShop(t, rest.Options{})
	card := ""
	buyer := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(card))
	}))
	defer buyer.Close()
	discover := func(url string) reply {
		return s.call("POST", "/registry/agents/discover", s.operator, map[string]any{"url": url})
	}
	for name, c := range map[string]struct {
		card, url string
		status    int
	}{
		"a card":                {`{"name": "B", "url": "` + buyer.URL + `/a2a"}`, buyer.URL, 201},
		"a card without a url":  {`{"name": "B"}`, buyer.URL, 201},
		"another host's card":   {`{"url": "https://good.example.com/a2a"}`, buyer.URL, 422},
		"a card with a bad url": {`{"url": "mailto:x"}`, buyer.URL, 422},
		"no card":               {`nonsense`, buyer.URL, 422},
		"nobody there":          {``, "http://127.0.0.1:1", 422},
		"no URL":                {``, "buyer", 422},
		"a file":                {``, "file:///etc/passwd", 422},
	} {
		card = c.card
		if got := discover(c.url); got.status != c.status {
			t.Errorf("%s: %d %s", name, got.status, got.text)
		}
	}
	if page := s.must(200, "GET", "/registry/agents", s.viewer, nil); page.word("total_count") != "2" {
		t.Errorf("the registry: %s", page.text)
	}
	s.must(403, "POST", "/registry/agents/discover", s.viewer, `{"url": "https://a.example.com"}`)
	s.must(403, "GET", "/registry/agents", s.buyer, nil)
	s.must(422, "POST", "/auth/api-keys", s.operator, `{"label": "x", "agent_url": "not a URL"}`)
}

func TestContractAgent(t *testing.T) {
	t.Parallel()
	s := openShop(t, rest.Options{Kit: edge.Kit{Version: "v1.2.3"}})
	card := s.must(200, "GET", "/.well-known/agent.json", "", nil)
	check(t, card, map[string]string{"agent_type": "seller", "version": "v1.2.3", "url": s.url, "trust_status": "unknown"})
	if fmt.Sprint(card.at("inventory_types")) != "[audio ctv display]" {
		t.Errorf("inventory types: %v", card.at("inventory_types"))
	}
	for i, v := range vectors(t, "primitives/Agent") {
		want, _ := example(t, "primitives/Agent", i).(map[string]any)
		if v.Mode == "valid" {
			sameShape(t, "agent", want, card.body)
		}
		// A card is taken whatever it says of itself; its trust is the publisher's to say.
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write([]byte(regexp.MustCompile(`"url": "https://(seller|buyer)[^"]*"`).ReplaceAllString(string(v.Data), `"url": null`)))
		}))
		found := s.must(201, "POST", "/registry/agents/discover", s.operator, map[string]any{"url": server.URL})
		check(t, found, map[string]string{"trust_status": "registered", "card.agent_id": fmt.Sprint(want["agent_id"])})
		server.Close()
	}
}
