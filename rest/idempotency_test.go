package rest_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"parley/internal/racedetector"
	"parley/rest"
)

func TestIdempotency(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		first := s.must(201, "POST", "/api/v1/quotes", s.buyer, `{"idempotency_key": "k1", "product_id": "ctv-sports", "deal_type": "PD", "target_cpm": 30.5}`)
		// Formatting, order, unknown members and the place of the key do not count.
		for _, same := range []struct{ body, header string }{
			{`{"idempotency_key": "k1", "product_id": "ctv-sports", "deal_type": "PD", "target_cpm": 30.5}`, ""},
			{"{ \"target_cpm\":3.050e1,\n\"x_trace\":[1], \"deal_type\":\"PD\", \"product_id\":\"ctv-sports\", \"notes\": null}", "k1"},
			{`{"idempotency_key": "k1", "product_id": "ctv-sports", "deal_type": "PD", "target_cpm": 30.5}`, "k1"},
		} {
			headers := []string{}
			if same.header != "" {
				headers = []string{"Idempotency-Key", same.header}
			}
			got := s.must(201, "POST", "/api/v1/quotes", s.buyer, same.body, headers...)
			if got.text != first.text || got.header.Get("Idempotency-Replayed") != "true" {
				t.Errorf("%s was answered %s, replayed %q", same.body, got.text, got.header.Get("Idempotency-Replayed"))
			}
		}
		other := s.must(409, "POST", "/api/v1/quotes", s.buyer, `{"idempotency_key": "k1", "product_id": "ctv-sports", "deal_type": "PD", "target_cpm": 30.51}`)
		if other.word("detail.error") != "idempotency_conflict" {
			t.Errorf("another body: %s", other.text)
		}
		// Another caller's key is another key.
		if got := s.must(201, "POST", "/api/v1/quotes", s.rival, `{"idempotency_key": "k1", "product_id": "ctv-sports", "deal_type": "PD"}`); got.header.Get("Idempotency-Replayed") != "" {
			t.Errorf("another buyer got %s", got.text)
		}
		if page := s.must(200, "GET", "/api/v1/quotes", s.buyer, nil); page.word("total_count") != "1" {
			t.Errorf("one key made %s quotes", page.word("total_count"))
		}
		for _, bad := range []string{"two\twords", strings.Repeat("k", 256), "schlüssel"} {
			got := s.must(422, "POST", "/api/v1/quotes", s.buyer, `{"product_id": "ctv-sports", "deal_type": "PD"}`, "Idempotency-Key", bad)
			if !got.names("idempotency_key") {
				t.Errorf("the key %q: %s", bad, got.text)
			}
		}
		s.must(422, "POST", "/api/v1/quotes", s.buyer, `{"idempotency_key": "k2", "product_id": "ctv-sports", "deal_type": "PD"}`, "Idempotency-Key", "k3")
	})
}

func TestOneKeyFromFiftyClients(t *testing.T) {
	t.Parallel()
	racedetector.AtOnce(t)
	onEach(t, func(t *testing.T, s *shop) {
		answers := make([]reply, 50)
		var group sync.WaitGroup
		for i := range answers {
			group.Go(func() {
				answers[i] = s.call("POST", "/api/v1/quotes", s.buyer, `{"idempotency_key": "once", "product_id": "ctv-sports", "deal_type": "PD"}`)
			})
		}
		group.Wait()
		replayed := 0
		for _, answer := range answers {
			if answer.status != 201 || answer.text != answers[0].text {
				t.Fatalf("answered %d %s", answer.status, answer.text)
			}
			if answer.header.Get("Idempotency-Replayed") == "true" {
				replayed++
			}
		}
		if replayed != 49 {
			t.Errorf("%d of 50 answers are replays", replayed)
		}
	})
}

// TestChangesWithoutABodyTakeAKey in the body or beside it, as those that have something to say do.
func TestChangesWithoutABodyTakeAKey(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		for name, send := range map[string]func(path string) reply{
			"header": func(path string) reply { return s.must(200, "POST", path, s.buyer, nil, "Idempotency-Key", "k") },
			"body":   func(path string) reply { return s.must(200, "POST", path, s.buyer, `{"idempotency_key": "k"}`) },
		} {
			path := "/sessions/" + s.must(201, "POST", "/sessions", s.buyer, nil).word("session_id") + "/close"
			first, again := send(path), send(path)
			if first.text != again.text || first.header.Get("Idempotency-Replayed") != "" || again.header.Get("Idempotency-Replayed") != "true" {
				t.Errorf("%s: %s, and then %q %s", name, first.text, again.header.Get("Idempotency-Replayed"), again.text)
			}
		}
	})
}

// TestEveryPostThatChangesSomethingTakesAKey in its body: one that has no other members has this one. An import's body is a file, of
// which the same once more changes nothing.
func TestEveryPostThatChangesSomethingTakesAKey(t *testing.T) {
	t.Parallel()
	for _, route := range rest.Routes() {
		if route.Method == http.MethodPost && route.Changes && route.Example == "" && route.ID != "importDelivery" {
			t.Errorf("%s has no body", route.Path)
		}
	}
}

// TestAnErrorIsNoStoredAnswer repeats under its key what could not be done at first, once it can be: it is done then. What was done is
// answered again also after what it made has expired.
func TestAnErrorIsNoStoredAnswer(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		const body = `{"product_id": "ctv-sports", "deal_type": "PD", "idempotency_key": "k"}`
		s.must(200, "PATCH", "/api/v1/products/ctv-sports", s.operator, `{"status": "paused"}`)
		if refused := s.call("POST", "/api/v1/quotes", s.buyer, body); refused.status < 400 || refused.status >= 500 {
			t.Fatalf("a paused product: %s", refused.text)
		}
		s.must(200, "PATCH", "/api/v1/products/ctv-sports", s.operator, `{"status": "active"}`)
		quote := s.must(201, "POST", "/api/v1/quotes", s.buyer, body)
		if quote.header.Get("Idempotency-Replayed") != "" {
			t.Errorf("what is done first is called a repetition: %s", quote.text)
		}
		s.clock.Move(25 * time.Hour)
		s.must(410, "GET", "/api/v1/quotes/"+quote.word("quote_id"), s.buyer, nil)
		if again := s.must(201, "POST", "/api/v1/quotes", s.buyer, body); again.text != quote.text || again.header.Get("Idempotency-Replayed") != "true" {
			t.Errorf("after the quote has expired: %s", again.text)
		}
	})
}
