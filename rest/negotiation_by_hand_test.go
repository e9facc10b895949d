package rest_test

import (
	"fmt"
	"strings"
	"testing"
)

// TestAPersonAnswersTheBuyer pauses the agent, answers, makes a final offer, accepts under an approval rule, ends and hands back, as
// an agent of the publisher's does over the API. The buyer never learns of floors or people.
func TestAPersonAnswersTheBuyer(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		n := 0
		open := func() string {
			n++
			quote := s.must(201, "POST", "/api/v1/quotes", s.buyer, fmt.Sprintf(`{"product_id": "ctv-sports", "deal_type": "PD", "impressions": 100000, "idempotency_key": "hand %d"}`, n))
			return s.must(200, "POST", "/api/v1/negotiations/messages", s.buyer,
				fmt.Sprintf(`{"action": "counter", "quote_id": %q, "buyer_price": 29.50}`, quote.word("quote_id"))).word("negotiation_id")
		}
		say := func(status int, id, members string) reply {
			t.Helper()
			return s.must(status, "POST", "/api/v1/negotiations/messages", s.buyer, fmt.Sprintf(`{"negotiation_id": %q, %s}`, id, members))
		}
		desk := func(status int, id, what, body string) reply {
			t.Helper()
			return s.must(status, "POST", "/api/v1/negotiations/"+id+"/"+what, s.operator, body)
		}
		standing := func(id string) string {
			rounds, _ := s.must(200, "GET", "/api/v1/negotiations/"+id, s.operator, nil).body["rounds"].([]any)
			last, _ := rounds[len(rounds)-1].(map[string]any)
			return fmt.Sprint(last["seller_price"])
		}

		id := open()
		before := standing(id)
		paused := desk(200, id, "pause", `{}`)
		if !strings.HasPrefix(paused.word("held_by"), "operator:") {
			t.Errorf("held by %q: %s", paused.word("held_by"), paused.text)
		}
		desk(409, id, "pause", `{}`)
		// A price waits, and what was offered stands; another one waits its turn.
		say(200, id, `"action": "counter", "buyer_price": 29.60`)
		if now := standing(id); now != before {
			t.Errorf("held, %s became %s", before, now)
		}
		say(409, id, `"action": "counter", "buyer_price": 29.70`)
		read := s.must(200, "GET", "/api/v1/negotiations/"+id, s.buyer, nil)
		if strings.Contains(read.text, "held_by") || strings.Contains(read.text, "awaits_desk") || strings.Contains(read.text, "operator:") {
			t.Errorf("the buyer reads %s", read.text)
		}
		move := s.must(200, "GET", "/api/v1/negotiations/"+id+"/next-move", s.operator, nil)
		check(t, move, map[string]string{"buyer_price": "29.60"})
		if !strings.Contains(move.text, `"awaits_desk":true`) {
			t.Errorf("nothing waits: %s", move.text)
		}
		s.must(403, "GET", "/api/v1/negotiations/"+id+"/next-move", s.buyer, nil)

		desk(422, id, "answer", `{"action": "counter"}`)
		desk(422, id, "answer", `{"action": "counter", "price": 99}`)
		desk(422, id, "answer", `{"action": "counter", "price": 0.01}`)
		desk(422, id, "answer", `{"action": "accept", "price": 29.60}`)
		desk(409, id, "answer", `{"action": "counter", "price": 30, "round_number": 1}`)
		once := `{"action": "counter", "price": 30.10, "note": "With first position.", "idempotency_key": "once"}`
		answered := desk(200, id, "answer", once)
		check(t, answered, map[string]string{"seller_price": "30.10", "buyer_price": "29.60", "action": "counter", "status": "active"})
		if again := desk(200, id, "answer", once); again.word("round_number") != answered.word("round_number") {
			t.Errorf("sent twice, it is round %s", again.word("round_number"))
		}
		if read := s.must(200, "GET", "/api/v1/negotiations/"+id, s.buyer, nil); !strings.Contains(read.text, "With first position.") {
			t.Errorf("the buyer reads no note: %s", read.text)
		}
		// A person counters after the agent's last round too: another price is answered then, and so the buyer reads.
		for cents := 61; cents <= 68; cents++ {
			say(200, id, fmt.Sprintf(`"action": "counter", "buyer_price": 29.%d`, cents))
			last := desk(200, id, "answer", fmt.Sprintf(`{"action": "counter", "price": 30.%02d}`, 70-cents))
			read := s.must(200, "GET", "/api/v1/negotiations/"+id, s.buyer, nil)
			if left := last.word("rounds_remaining"); left < "1" || left != read.word("rounds_remaining") {
				t.Errorf("after round %s a person says that %s are left, and the buyer reads %s", last.word("round_number"), left, read.word("rounds_remaining"))
			}
		}
		check(t, desk(200, id, "answer", `{"action": "final_offer", "price": 29.90}`), map[string]string{"action": "final_offer", "rounds_remaining": "0"})
		check(t, say(200, id, `"action": "accept"`), map[string]string{"status": "accepted", "seller_price": "29.90"})
		desk(409, id, "answer", `{"action": "reject"}`)

		// Handed back, the agent answers what waits, as was said before.
		id = open()
		desk(200, id, "pause", `{}`)
		say(200, id, `"action": "counter", "buyer_price": 29.60`)
		move = s.must(200, "GET", "/api/v1/negotiations/"+id+"/next-move", s.operator, nil)
		desk(200, id, "hand-back", `{}`)
		left := s.must(200, "GET", "/api/v1/negotiations/"+id, s.operator, nil)
		if !strings.Contains(left.text, move.word("seller_price")) || strings.Contains(left.text, "held_by") {
			t.Errorf("the move was %s, and then %s", move.text, left.text)
		}
		desk(409, id, "hand-back", `{}`)
		check(t, desk(200, id, "answer", `{"action": "reject", "note": "Sold."}`), map[string]string{"status": "rejected"})

		// What a person accepts meets the approval rules as what the agent accepts does.
		s.gate(`{"name": "agreements", "gate": "negotiation_accept", "condition": "true"}`)
		id = open()
		held := desk(200, id, "answer", `{"action": "accept"}`)
		if held.word("status") == "accepted" || held.word("approval_id") == "" {
			t.Errorf("nobody is asked: %s", held.text)
		}
		desk(409, id, "answer", `{"action": "counter", "price": 29.90}`)
	})
}
