package rest_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"parley/internal/racedetector"
	"parley/wire/contract"
)

// TestASessionGroupsWhatABuyerDoes from the first question to the booked deal, by id and by context, in bodies and headers.
func TestASessionGroupsWhatABuyerDoes(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		opened := s.must(201, "POST", "/sessions", s.buyer, `{"buyer_identity": {"seat_id": "somebody-else"}, "metadata": {"planner": "Kim"}}`)
		check(t, opened, map[string]string{
			"status": "active", "buyer_identity.seat_id": "seat-1", "metadata.planner": "Kim", "expires_at": "2026-07-08T12:00:00Z",
		})
		var shape contract.Session
		if err := json.Unmarshal([]byte(opened.text), &shape); err != nil || shape.Messages == nil || shape.ActiveDealIDs == nil || shape.ActiveNegotiationIDs == nil {
			t.Errorf("not the contract's session: %v %s", err, opened.text)
		}
		id := opened.word("session_id")
		path := "/sessions/" + id
		said := s.must(201, "POST", path+"/messages", s.buyer, `{"type": "inquiry", "content": "What CTV do you have?"}`)
		check(t, said, map[string]string{"session_id": id, "message.role": "user", "message.message_type": "inquiry", "message_count": "1"})
		s.must(201, "POST", path+"/messages", s.operator, `{"message": "Live sports."}`)

		quote := s.must(201, "POST", "/api/v1/quotes", s.buyer, map[string]any{"product_id": "ctv-sports", "deal_type": "PD", "session_id": id})
		deal := s.must(201, "POST", "/api/v1/deals", s.buyer, map[string]any{"quote_id": quote.word("quote_id")}, "X-Session-Id", id).word("deal_id")
		countered := s.must(201, "POST", "/proposals", s.buyer, `{"product_id": "ctv-sports", "deal_type": "PD", "price": 25.00, "impressions": 100000,
			"start_date": "2026-08-01", "end_date": "2026-08-10", "session_id": "`+id+`"}`)
		s.must(201, "POST", "/api/v1/quotes", s.buyer, `{"product_id": "ctv-sports", "deal_type": "PD"}`) // outside

		read := s.must(200, "GET", path, s.buyer, nil)
		if err := json.Unmarshal([]byte(read.text), &shape); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(shape.ActiveDealIDs, []string{deal}) || !slices.Equal(shape.ActiveNegotiationIDs, []string{countered.word("counter_terms.negotiation_id")}) ||
			len(shape.Messages) != 2 || shape.Messages[1].Role != "assistant" || shape.Messages[1].Content != "Live sports." {
			t.Errorf("read back: %s", read.text)
		}
		kinds := map[string]bool{}
		events := s.must(200, "GET", "/events?session_id="+id, s.buyer, nil)
		for _, row := range rowsOf(events, "events") {
			event, _ := row.(map[string]any)
			kinds[fmt.Sprint(event["event_type"])] = true
			if event["session_id"] != id {
				t.Errorf("%v is of session %v", event["event_type"], event["session_id"])
			}
		}
		for _, kind := range []string{"session.created", "session.message", "quote.created", "quote.booked", "deal.booked", "proposal.received", "negotiation.started"} {
			if !kinds[kind] {
				t.Errorf("no %s among the session's events: %v", kind, kinds)
			}
		}
		if n := len(rowsOf(s.must(200, "GET", "/events?event_type=quote.created", s.buyer, nil), "events")); n != 2 {
			t.Errorf("%d quotes in all", n)
		}
		check(t, s.must(200, "GET", path+"/messages", s.buyer, nil), map[string]string{"total_count": "2"})
		check(t, s.must(200, "GET", "/sessions", s.buyer, nil), map[string]string{"total_count": "1"})

		check(t, s.must(200, "POST", path+"/close", s.buyer, nil), map[string]string{"status": "closed", "closed_at": "2026-07-01T12:00:00Z"})
		s.must(200, "POST", path+"/close", s.buyer, nil)
		s.must(404, "POST", path+"/messages", s.buyer, `{"content": "too late"}`)
		s.must(404, "POST", "/api/v1/quotes", s.buyer, map[string]any{"product_id": "ctv-sports", "deal_type": "PD", "session_id": id})
		check(t, s.must(200, "GET", path, s.buyer, nil), map[string]string{"status": "closed"})
		check(t, s.must(200, "GET", "/sessions?status=closed", s.viewer, nil), map[string]string{"total_count": "1"})
	})
}

// TestASessionIsItsBuyers alone, and operators': nobody else reads it, writes to it, closes it, or has anything count to it.
func TestASessionIsItsBuyers(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		id := s.must(201, "POST", "/sessions", s.buyer, nil).word("session_id")
		for _, c := range []struct{ method, path, body string }{
			{"GET", "/sessions/" + id, ""}, {"GET", "/sessions/" + id + "/messages", ""}, {"POST", "/sessions/" + id + "/messages", `{"content": "x"}`},
			{"POST", "/sessions/" + id + "/close", ""}, {"POST", "/api/v1/quotes", `{"product_id": "ctv-sports", "deal_type": "PD", "session_id": "` + id + `"}`},
		} {
			var body any
			if c.body != "" {
				body = c.body
			}
			s.must(404, c.method, c.path, s.rival, body)
			if got := s.call(c.method, c.path, "", body); got.status != 401 && got.status != 404 {
				t.Errorf("%s %s by nobody: %d", c.method, c.path, got.status)
			}
		}
		check(t, s.must(200, "GET", "/sessions", s.rival, nil), map[string]string{"total_count": "0"})
		s.must(401, "POST", "/sessions", "", nil)
		s.must(403, "POST", "/sessions", s.operator, nil)
		s.must(403, "POST", "/sessions/"+id+"/messages", s.viewer, `{"content": "x"}`)
		check(t, s.must(200, "GET", "/sessions/"+id, s.viewer, nil), map[string]string{"message_count": "0", "status": "active"})
		// A context of nobody's means nothing, and a quote is had all the same.
		s.must(201, "POST", "/api/v1/quotes", "", `{"product_id": "ctv-sports", "deal_type": "PD", "contextId": "mine"}`)
		check(t, s.must(200, "GET", "/sessions", s.operator, nil), map[string]string{"total_count": "1"})
	})
}

// TestAContextOpensOneSession however many requests name it first, at once, and a repeated request finds its answer.
func TestAContextOpensOneSession(t *testing.T) {
	t.Parallel()
	racedetector.AtOnce(t)
	onEach(t, func(t *testing.T, s *shop) {
		const ask = `{"product_id": "ctv-sports", "deal_type": "PD", "contextId": "autumn"}`
		var group sync.WaitGroup
		for range 8 {
			group.Go(func() {
				if got := s.call("POST", "/api/v1/quotes", s.buyer, ask); got.status != http.StatusCreated {
					t.Errorf("%d %s", got.status, got.text)
				}
			})
		}
		group.Wait()
		list := s.must(200, "GET", "/sessions", s.buyer, nil)
		check(t, list, map[string]string{"total_count": "1"})
		first, _ := rowsOf(list, "sessions")[0].(map[string]any)
		id := fmt.Sprint(first["session_id"])
		if n := len(rowsOf(s.must(200, "GET", "/events?event_type=quote.created&session_id="+id, s.buyer, nil), "events")); n != 8 {
			t.Errorf("%d quotes in the session", n)
		}
		check(t, s.must(201, "POST", "/sessions", s.buyer, `{"contextId": "autumn"}`), map[string]string{"session_id": id, "context_id": "autumn"})
		s.must(201, "POST", "/api/v1/quotes", s.rival, ask) // another buyer's context of that name is another session
		check(t, s.must(200, "GET", "/sessions", s.operator, nil), map[string]string{"total_count": "2"})
		keyed := strings.Replace(ask, "{", `{"idempotency_key": "k", `, 1)
		kept := s.must(201, "POST", "/api/v1/quotes", s.buyer, keyed)
		s.must(200, "POST", "/sessions/"+id+"/close", s.buyer, nil)
		if again := s.must(201, "POST", "/api/v1/quotes", s.buyer, keyed); again.text != kept.text {
			t.Errorf("repeated after the session closed: %s", again.text)
		}
		s.must(404, "POST", "/api/v1/quotes", s.buyer, ask)
		s.must(422, "POST", "/api/v1/quotes", s.buyer, ask, "X-Context-Id", "another")
	})
}

func TestSessionsAreBoundedAndEnd(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		id := s.must(201, "POST", "/sessions", s.buyer, nil).word("session_id")
		for body, field := range map[string]string{
			`{}`: "content",
			`{"content": "` + strings.Repeat("x", 8_001) + `"}`:                          "content",
			`{"content": "x", "metadata": {"a": "` + strings.Repeat("x", 16_000) + `"}}`: "metadata",
			`{"type": "` + strings.Repeat("x", 65) + `", "content": "x"}`:                "type",
			`{"content": "x", "idempotency_key": "` + strings.Repeat("k", 256) + `"}`:    "idempotency_key",
		} {
			if got := s.must(422, "POST", "/sessions/"+id+"/messages", s.buyer, body); !got.names(field) {
				t.Errorf("%.80s: %s", body, got.text)
			}
		}
		for range 199 {
			s.must(201, "POST", "/sessions", s.buyer, nil)
		}
		s.must(409, "POST", "/sessions", s.buyer, nil)
		s.must(201, "POST", "/sessions", s.rival, nil)
		s.clock.Move(7 * 24 * time.Hour)
		check(t, s.must(200, "GET", "/sessions/"+id, s.buyer, nil), map[string]string{"status": "expired"})
		s.must(404, "POST", "/sessions/"+id+"/messages", s.buyer, `{"content": "too late"}`)
		s.must(201, "POST", "/sessions", s.buyer, nil)
		s.clock.Move(91 * 24 * time.Hour)
		for removed := 1; removed > 0; {
			var err error
			if removed, err = s.service.RemoveSessions(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		s.must(404, "GET", "/sessions/"+id, s.buyer, nil)
		check(t, s.must(200, "GET", "/sessions", s.operator, nil), map[string]string{"total_count": "1"}) // that of the second week
	})
}

// TestAMessageKeepsWhatItSays as buyers' programs say it: in members of their own, beside the text or without any.
func TestAMessageKeepsWhatItSays(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		path := "/sessions/" + s.must(201, "POST", "/sessions", s.buyer, nil).word("session_id")
		for i, c := range []struct {
			body string
			want map[string]string
		}{
			{`{"message_type": "negotiation", "target_cpm": 22.5, "rationale": "volume", "terms": {"flight_start": "2026-08-01"}}`, map[string]string{
				"message_type": "negotiation", "content": "", "metadata.target_cpm": "22.5", "metadata.rationale": "volume", "metadata.terms.flight_start": "2026-08-01",
			}},
			{`{"type": "inquiry", "content": "Sports?", "metadata": {"campaign": "c-1", "note": "kept"}, "note": "not kept", "budget": null}`, map[string]string{
				"message_type": "inquiry", "content": "Sports?", "metadata.campaign": "c-1", "metadata.note": "kept",
			}},
			{`{"target_cpm": {"amount_micros": 22500000, "currency": "USD"}}`, map[string]string{
				"message_type": "general", "content": "", "metadata.target_cpm.amount_micros": "22500000",
			}},
		} {
			sent := s.must(201, "POST", path+"/messages", s.buyer, c.body)
			for member, want := range c.want {
				if got := sent.word("message." + member); got != want {
					t.Errorf("%s: %s is %q, want %q", c.body, member, got, want)
				}
			}
			if ignored := sent.header.Get("Ignored-Fields"); (ignored == "note") != (i == 1) {
				t.Errorf("%s: ignored %q", c.body, ignored)
			}
			for _, read := range []reply{
				s.must(200, "GET", path, s.buyer, nil).row("messages", i), s.must(200, "GET", path+"/messages", s.buyer, nil).row("messages", i),
			} {
				check(t, read, c.want)
			}
		}
		s.must(422, "POST", path+"/messages", s.buyer, `{}`)
		s.must(422, "POST", path+"/messages", s.buyer, `{"content": "x", "metadata": "y", "target_cpm": 1}`)
		if wrong := s.must(422, "POST", path+"/messages", s.operator, `{"content": "x", "target_cpm": 1}`); !wrong.names("target_cpm") {
			t.Errorf("%s", wrong.text)
		}
		const keyed = `{"idempotency_key": "m-1", "content": "x", "target_cpm": 1}`
		s.must(201, "POST", path+"/messages", s.buyer, keyed)
		if again := s.must(201, "POST", path+"/messages", s.buyer, keyed); again.header.Get("Idempotency-Replayed") != "true" {
			t.Errorf("not a repetition: %s", again.text)
		}
		s.must(409, "POST", path+"/messages", s.buyer, `{"idempotency_key": "m-1", "content": "x", "target_cpm": 2}`)
	})
}
