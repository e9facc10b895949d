package rest_test

import (
	"fmt"
	"testing"
)

// TestAHeldPriceIsTheSameRound: a price that the desk has yet to approve looks like a counter at the buyer's own price. Who
// repeats it, or accepts it, is answered the same round; only another price is refused.
func TestAHeldPriceIsTheSameRound(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		s.gate(`{"name": "agreements", "gate": "negotiation_accept", "condition": "true"}`)
		quote := s.must(201, "POST", "/api/v1/quotes", s.buyer, `{"product_id": "ctv-sports", "deal_type": "PD", "impressions": 100000}`).word("quote_id")
		say := func(status int, message string) reply {
			t.Helper()
			return s.must(status, "POST", "/api/v1/negotiations/messages", s.buyer, message)
		}
		money := func(micros int64) string { return fmt.Sprintf(`{"amount_micros": %d, "currency": "USD"}`, micros) }
		n := 0
		message := func(members string) string {
			n++
			return fmt.Sprintf(`{%s, "idempotency_key": "00000000-0000-4000-8000-%012d"}`, members, n)
		}
		held := say(200, message(fmt.Sprintf(`"action": "counter", "quote_id": %q, "buyer_price": %s`, quote, money(31_400_000))))
		check(t, held, map[string]string{
			"status": "active", "round.action": "counter", "round.seller_price.amount_micros": "31400000",
			"round.buyer_price.amount_micros": "31400000",
		})
		if held.word("approval_id") == "" {
			t.Errorf("nobody is asked: %s", held.text)
		}
		id := fmt.Sprintf(`"negotiation_id": %q, `, held.word("negotiation_id"))
		for _, repeated := range []string{
			`"action": "counter", "buyer_price": ` + money(31_400_000), `"action": "accept", "buyer_price": null`,
			`"action": "accept", "buyer_price": ` + money(31_400_000),
		} {
			if again := say(200, message(id+repeated)); fmt.Sprint(again.at("round")) != fmt.Sprint(held.at("round")) {
				t.Errorf("%s is answered %s", repeated, again.text)
			}
		}
		say(409, message(id+`"action": "counter", "buyer_price": `+money(31_000_000)))
		say(409, message(id+`"action": "accept", "buyer_price": `+money(31_000_000)))
		waiting := s.must(200, "GET", "/approvals", s.operator, nil)
		if waiting.word("total_count") != "1" {
			t.Errorf("%s", waiting.text)
		}
		s.must(200, "POST", "/approvals/"+waiting.row("approvals", 0).word("approval_id")+"/decide", s.operator, `{"decision": "approve", "resume": true}`)
		if read := s.must(200, "GET", "/api/v1/negotiations/"+held.word("negotiation_id"), s.buyer, nil); read.word("status") != "accepted" {
			t.Errorf("%s", read.text)
		}
		deal := s.must(201, "POST", "/api/v1/deals", s.buyer, map[string]any{"quote_id": quote})
		check(t, deal, map[string]string{"pricing.final_cpm": "31.40"})
	})
}

// TestARejectedRoundHasAPrice: the contract demands one of a buyer that names none, which is its last, or else the seller's.
func TestARejectedRoundHasAPrice(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		for name, c := range map[string]struct {
			first string // the buyer's, if any
			want  string
		}{
			"its last":     {`, "buyer_price": 26`, "26000000"},
			"the seller's": {"", "31500000"},
		} {
			quote := s.must(201, "POST", "/api/v1/quotes", s.buyer, `{"product_id": "ctv-sports", "deal_type": "PD", "impressions": 100000, "idempotency_key": "`+name+`"}`)
			about := `"quote_id": "` + quote.word("quote_id") + `"`
			if c.first != "" {
				opened := s.must(200, "POST", "/api/v1/negotiations/messages", s.buyer, `{"action": "counter", `+about+c.first+`}`)
				about = `"negotiation_id": "` + opened.word("negotiation_id") + `"`
			}
			left := s.must(200, "POST", "/api/v1/negotiations/messages", s.buyer, `{"action": "reject", `+about+`}`)
			check(t, left, map[string]string{"status": "rejected", "round.buyer_price.amount_micros": c.want})
			if left.at("buyer_price") != nil {
				t.Errorf("%s: the buyer is said to have named %s", name, left.word("buyer_price"))
			}
		}
	})
}
