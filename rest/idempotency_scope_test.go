package rest_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"parley"
	"parley/internal/racedetector"
	"parley/rest"
	"parley/seller"
	"parley/storage"
)

// TestAKeyIsOneRequestsOfAPath takes every route that changes something and has a key be used there already, for another body, by a
// record as every version has stored it: that is a conflict at that path, and nothing at another one.
func TestAKeyIsOneRequestsOfAPath(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		there := s.dealings()
		tried, apart := 0, 0
		for _, route := range rest.Routes() {
			if route.Method == http.MethodGet || !route.Changes {
				continue
			}
			var body any
			if route.Example != "" {
				body = aboutWhatIsThere(t, route.Example, there)
			}
			if document, is := body.(map[string]any); is {
				delete(document, "idempotency_key")
			}
			caller, path, query := s.buyerOrOperator(route), address(route, there), ""
			if route.ID == "importDelivery" { // its body is a file
				body, query = `[{"day": "2026-07-01", "deal_id": "none", "impressions": 1}]`, "?source=s"
			}
			err := s.store.Tx(t.Context(), func(tx *storage.Tx) error {
				scope := "key:" + parley.HashSecret(caller) + " " + route.Method + " " + path
				tx.InsertAnswer(scope, "k-"+route.ID, storage.Answer{Fingerprint: "another", Status: 201, Body: []byte("{}"), CreatedAt: s.clock.Read()})
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			if elsewhere := wildcard.ReplaceAllString(route.Path, "another-id"); elsewhere != path {
				apart++
				if got := s.call(route.Method, elsewhere+query, caller, body, "Idempotency-Key", "k-"+route.ID); got.word("detail.error") == "idempotency_conflict" {
					t.Errorf("%s %s with a key of another path: %s", route.Method, elsewhere, got.text)
				}
			}
			tried++
			got := s.call(route.Method, path+query, caller, body, "Idempotency-Key", "k-"+route.ID)
			if got.status != 409 || got.word("detail.error") != "idempotency_conflict" {
				t.Errorf("%s %s with a key of another body: %d %s", route.Method, path, got.status, got.text)
			}
		}
		if tried < 50 || apart < 30 {
			t.Errorf("%d routes were tried, %d of them with an id", tried, apart)
		}
	})
}

// TestAKeyIsAnothersAtAnotherId uses one key for two quotes and two orders: each is done, and repeated by itself.
func TestAKeyIsAnothersAtAnotherId(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		quotes := [2]string{}
		orders := [2]string{}
		for i := range 2 {
			quotes[i] = s.must(201, "POST", "/api/v1/quotes", s.buyer, strings.Replace(guaranteed, "1000000", "10000", 1)).word("quote_id")
			_, orders[i] = s.bookedDeal()
		}
		for i := range 2 {
			for path, status := range map[string]int{"/api/v1/quotes/" + quotes[i] + "/hold": 201, "/api/v1/orders/" + orders[i] + "/transition": 200} {
				body := any(nil)
				if strings.HasSuffix(path, "transition") {
					body = `{"to_status": "submitted"}`
				}
				first := s.must(status, "POST", path, s.buyer, body, "Idempotency-Key", "k")
				again := s.must(status, "POST", path, s.buyer, body, "Idempotency-Key", "k")
				if first.header.Get("Idempotency-Replayed") != "" || again.header.Get("Idempotency-Replayed") != "true" || again.text != first.text {
					t.Errorf("%s: replayed %q, then %q: %s", path, first.header.Get("Idempotency-Replayed"), again.header.Get("Idempotency-Replayed"), again.text)
				}
			}
		}
	})
}

// TestAFileOfFiguresIsTakenOnceUnderItsKey sends a file again under its key, one that is known under another, and other files and other
// questions under each.
func TestAFileOfFiguresIsTakenOnceUnderItsKey(t *testing.T) {
	t.Parallel()
	racedetector.AtOnce(t)
	onEach(t, func(t *testing.T, s *shop) {
		deal := s.must(201, "POST", "/api/v1/deals", s.buyer, map[string]any{"quote_id": s.quoteBy(s.buyer)}).word("deal_id")
		s.clock.Move(40 * 24 * time.Hour)
		server := s.key(seller.KeyRequest{Role: parley.RoleOperator, Label: "ad server", Scopes: []parley.Scope{parley.ScopeDelivery}})
		send := func(key, source string, impressions int) reply {
			body := []map[string]any{{"day": "2026-07-02", "deal_id": deal, "impressions": impressions}}
			return s.call("POST", "/api/v1/delivery/imports?source="+source, server, body, "Idempotency-Key", key)
		}
		for i, key := range []string{"k1", "k2"} { // under the second the file is known
			first, again := send(key, "a", 1000), send(key, "a", 1000)
			if first.status != 200 || first.header.Get("Idempotency-Replayed") != "" || told(first, "known") != fmt.Sprint(i == 1) {
				t.Errorf("%s: %d %s", key, first.status, first.text)
			}
			if again.status != 200 || again.header.Get("Idempotency-Replayed") != "true" || again.text != first.text {
				t.Errorf("%s again: %d %s, not %s", key, again.status, again.text, first.text)
			}
			for what, got := range map[string]reply{"another file": send(key, "a", 2000), "another source": send(key, "b", 1000)} {
				if got.status != 409 || got.word("detail.error") != "idempotency_conflict" {
					t.Errorf("%s with %s: %d %s", key, what, got.status, got.text)
				}
			}
		}
		if got := s.must(200, "GET", "/api/v1/deals/"+deal+"/delivery", s.operator, nil); told(got, "total.impressions") != "1000" {
			t.Errorf("delivered: %s", got.text)
		}
		if got := s.must(200, "GET", "/api/v1/delivery/imports", s.operator, nil); got.word("total_count") != "1" {
			t.Errorf("taken in: %s", got.text)
		}
		// Of two that come at once one is taken.
		var group sync.WaitGroup
		answers := make([]reply, 2)
		for i := range answers {
			group.Go(func() { answers[i] = send("k3", "a", 3000+i) })
		}
		group.Wait()
		if answers[0].status+answers[1].status != 200+409 {
			t.Errorf("two at once: %d %s, %d %s", answers[0].status, answers[0].text, answers[1].status, answers[1].text)
		}
	})
}
