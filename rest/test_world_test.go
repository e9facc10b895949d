package rest_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"parley"
	"parley/edge"
	"parley/internal/stores"
	"parley/rest"
	"parley/seller"
	"parley/storage"
)

// openWorlds serves a real trade and a test world behind one address. Every answer is held to its mark.
func openWorlds(t *testing.T, open func(testing.TB) *storage.Store) (live, test *shop) {
	t.Helper()
	live = openShopOn(t, open(t), rest.Options{})
	var moved *seller.TestClock
	trial := open(t)
	test = openShopOn(t, trial, rest.Options{Kit: edge.Kit{Mode: parley.TestMode}}, func(_ *seller.Parts, s *seller.Settings) {
		var err error
		if moved, err = seller.OpenTestClock(t.Context(), trial, live.clock.Read); err != nil {
			t.Fatal(err)
		}
		s.TestClock, s.KeyPrefix, s.DealPrefix = moved, parley.TestKeySecretPrefix, "TEST"
	})
	worlds := edge.ByWorld(live.handler, test.handler)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		worlds.ServeHTTP(w, r)
		want, other := "", r.Header.Get("X-Api-Key") // beside the key, only where a test has two
		if key := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "); strings.HasPrefix(key, parley.TestKeySecretPrefix) && (other == "" || other == key) {
			want = parley.TestMode
		}
		if got := w.Header().Get(parley.ModeHeader); got != want {
			t.Errorf("%s %s is marked %q, want %q", r.Method, r.URL.Path, got, want)
		}
	}))
	t.Cleanup(server.Close)
	live.url, test.url, live.client, test.client = server.URL, server.URL, server.Client(), server.Client()
	return live, test
}

// TestWhatIsRealAndWhatIsATestDoNotMeet has a buyer's and an operator's key of one world on every route, about what there is in the
// other: none of it is there, and nothing of it changes.
func TestWhatIsRealAndWhatIsATestDoNotMeet(t *testing.T) {
	t.Parallel()
	for name, open := range map[string]func(testing.TB) *storage.Store{"sqlite": stores.SQLite, "postgres": stores.Postgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			live, test := openWorlds(t, open)
			for _, pair := range []struct{ of, other *shop }{{live, test}, {test, live}} {
				there := pair.of.dealings()
				pair.of.hideFrom(there, pair.other.rival)
				before := pair.of.everything(there)
				pair.of.hideFromDesk(there, pair.other.operator)
				if after := pair.of.everything(there); after != before {
					t.Errorf("what the buyer has is\n%s\nand was\n%s", after, before)
				}
			}
			if deal := test.must(http.StatusCreated, "POST", "/api/v1/deals", test.buyer, map[string]any{"quote_id": test.quoteBy(test.buyer)}); !strings.HasPrefix(deal.word("deal_id"), "TEST-") {
				t.Errorf("the deal of a test is %s", deal.text)
			}
		})
	}
}

// hideFromDesk tries every route with what there is, by the key of an operator of the other world.
func (s *shop) hideFromDesk(there map[string]string, operator string) {
	s.t.Helper()
	tried := 0
	for _, route := range rest.Routes() {
		if route.ID == "streamEvents" || route.Access == rest.AccessBuyer || route.Access == rest.AccessNegotiation {
			continue
		}
		body := bodyFor(route)
		if route.Example != "" {
			body = aboutWhatIsThere(s.t, route.Example, there)
		}
		path := address(route, there)
		named := false
		for kind, id := range there {
			named = named || kind != "product_id" && strings.Contains(path, id)
		}
		switch {
		case named:
			tried++
			if got := s.call(route.Method, path, operator, body); got.status != http.StatusNotFound {
				s.t.Errorf("%s %s by the other world's operator: %d %s", route.Method, path, got.status, got.text)
			}
		case route.Method == http.MethodGet:
			tried++
			got := s.call(route.Method, path, operator, nil)
			for kind, id := range there {
				if kind != "product_id" && strings.Contains(got.text, id) {
					s.t.Errorf("%s %s shows the other world's %s %s", route.Method, path, kind, id)
				}
			}
		}
	}
	if tried < 60 {
		s.t.Errorf("only %d routes were tried", tried)
	}
}

// TestKeysAreMadeInTheWorldOfWhoMakesThem has admins of both make keys, which then trade there.
func TestKeysAreMadeInTheWorldOfWhoMakesThem(t *testing.T) {
	t.Parallel()
	live, test := openWorlds(t, stores.SQLite)
	for prefix, s := range map[string]*shop{parley.KeySecretPrefix: live, parley.TestKeySecretPrefix: test} {
		made := s.must(http.StatusCreated, "POST", "/auth/api-keys", s.operator, `{"label": "spare", "seat_id": "seat-3"}`)
		secret := made.word("api_key")
		rotated := s.must(http.StatusCreated, "POST", "/auth/api-keys/"+made.word("key_id")+"/rotate", s.operator, `{"overlap_hours": 1}`)
		for id, secret := range map[string]string{made.word("key_id"): secret, rotated.word("key_id"): rotated.word("api_key")} {
			if !strings.HasPrefix(secret, prefix) {
				t.Errorf("the key %s does not begin with %s", id, prefix)
			}
			s.must(http.StatusOK, "GET", "/auth/api-keys/"+id, secret, nil, "X-Api-Key", secret)
		}
	}
	// A key of one world says that it is the other's.
	forged := parley.TestKeySecretPrefix + strings.TrimPrefix(live.buyer, parley.KeySecretPrefix)
	live.must(http.StatusUnauthorized, "GET", "/api/v1/deals", forged, nil)
	live.must(http.StatusUnauthorized, "GET", "/api/v1/deals", live.buyer, nil, "X-Api-Key", test.buyer)
}
