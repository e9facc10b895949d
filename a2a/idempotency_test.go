package a2a_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The id of a message is the key of the same request at the API: a repetition by either is answered with what the first one did.
func TestARetryIsTheSameByTheAPI(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		rest := func(path, key string, input object) tree {
			t.Helper()
			body, err := json.Marshal(input)
			if err != nil {
				t.Fatal(err)
			}
			status, answer, header := s.do("POST", path, s.buyer, string(body), "Idempotency-Key", key)
			if status != http.StatusCreated && status != http.StatusOK || header.Get("Idempotency-Replayed") != "true" {
				t.Fatalf("POST %s: %d, replayed %q: %v", path, status, header.Get("Idempotency-Replayed"), answer)
			}
			return answer
		}
		quote := s.task("INPUT_REQUIRED", s.buyer, "k-1", "request_quote", quoteInput(), "contextId", "c-1")
		replayed := rest("/api/v1/quotes", "k-1", quoteInput())
		if diff := cmp.Diff(quote.at("artifacts.0.parts.0.data"), any(map[string]any(replayed))); diff != "" {
			t.Errorf("the quote is another at the API: %s", diff)
		}
		id := quote.text("id")
		s.task("INPUT_REQUIRED", s.buyer, "k-2", "negotiate", object{"action": "counter", "price": 26.5}, "taskId", id)
		rest("/api/v1/negotiations/messages", "k-2", object{"action": "counter", "quote_id": id, "buyer_price": 26.5})
		booked := s.task("COMPLETED", s.buyer, "k-3", "book_deal", object{}, "taskId", id)
		deal := rest("/api/v1/deals", "k-3", object{"quote_id": id})
		if deal.text("deal_id") == "" || deal.text("deal_id") != booked.text("artifacts.1.parts.0.data.deal_id") {
			t.Errorf("%v is not %v", deal, booked)
		}
		proposal := s.task("INPUT_REQUIRED", s.buyer, "k-4", "submit_proposal", proposalInput(24))
		rest("/proposals", "k-4", proposalInput(24))
		s.task("CANCELED", s.buyer, "k-5", "withdraw_proposal", object{"reason": "over"}, "taskId", proposal.text("id"))
		rest("/proposals/"+proposal.text("id")+"/withdraw", "k-5", object{"reason": "over"})

		// And the other way round.
		body, err := json.Marshal(quoteInput())
		if err != nil {
			t.Fatal(err)
		}
		_, first, _ := s.do("POST", "/api/v1/quotes", s.buyer, string(body), "Idempotency-Key", "k-6")
		if again := s.task("INPUT_REQUIRED", s.buyer, "k-6", "request_quote", quoteInput()); again.text("id") != first.text("quote_id") {
			t.Errorf("%v is not %v", again, first)
		}

		other := quoteInput()
		other["impressions"] = 200_000
		s.wrong(-32602, "IDEMPOTENCY_CONFLICT", s.buyer, "k-1", "request_quote", other)
		s.wrong(-32602, "IDEMPOTENCY_CONFLICT", s.buyer, "k-3", "book_deal", object{"notes": "other"}, "taskId", id)
		s.wrong(-32602, "VALIDATION", s.buyer, "k-8", "request_quote", object{"idempotency_key": "k-9", "product_id": "ctv-sports", "deal_type": "PD"})
	})
}

// A caller without a key is known again by the id of its message, when nobody guesses that.
func TestARetryWithoutAKey(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		const unguessable, guessable = "0e2f7f5c-4d6b-4c0a-9a5e-2f1f0a6b7c8d", "1"
		first := s.task("INPUT_REQUIRED", "", unguessable, "request_quote", quoteInput())
		if again := s.task("INPUT_REQUIRED", "", unguessable, "request_quote", quoteInput()); again.text("id") != first.text("id") {
			t.Errorf("a retry made %v beside %v", again, first)
		}
		one := s.task("INPUT_REQUIRED", "", guessable, "request_quote", quoteInput())
		if two := s.task("INPUT_REQUIRED", "", guessable, "request_quote", quoteInput()); two.text("id") == one.text("id") {
			t.Error("another caller reads what the first was answered")
		}
	})
}
