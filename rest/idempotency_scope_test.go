package rest_test

import (
	"net/http"
	"strings"
	"testing"

	"parley"
	"parley/rest"
	"parley/storage"
)

// unrepeated are the changes that keep no answer: each approval is decided once whatever is asked, and a file of deliveries that
// comes again changes nothing.
var unrepeated = map[string]bool{"decideApprovals": true, "importDelivery": true}

// TestAKeyIsOneRequestsOfAPath takes every route that changes something and has a key be used there already, for another body, by a
// record as every version has stored it: that is a conflict at that path, and nothing at another one.
func TestAKeyIsOneRequestsOfAPath(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		there := s.dealings()
		tried, apart := 0, 0
		for _, route := range rest.Routes() {
			if route.Method == http.MethodGet || !route.Changes || unrepeated[route.ID] {
				continue
			}
			var body any
			if route.Example != "" {
				body = aboutWhatIsThere(t, route.Example, there)
			}
			if document, is := body.(map[string]any); is {
				delete(document, "idempotency_key")
			}
			caller, path := s.buyerOrOperator(route), address(route, there)
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
				if got := s.call(route.Method, elsewhere, caller, body, "Idempotency-Key", "k-"+route.ID); got.word("detail.error") == "idempotency_conflict" {
					t.Errorf("%s %s with a key of another path: %s", route.Method, elsewhere, got.text)
				}
			}
			tried++
			got := s.call(route.Method, path, caller, body, "Idempotency-Key", "k-"+route.ID)
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
