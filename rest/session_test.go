package rest_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"parley/internal/stores"
	"parley/rest"
	"parley/seller"
	"parley/storage"
)

// TestStrangersGetNoStoredAnswer has callers without a key, at one address, use one idempotency key. Who shows the token of
// an answer gets that answer again; all others make requests of their own, whatever they ask for.
func TestStrangersGetNoStoredAnswer(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		const session, replayed = "Parley-Session", "Idempotency-Replayed"
		body := `{"product_id": "ctv-sports", "deal_type": "PD", "idempotency_key": "k"}`
		first := s.must(201, "POST", "/api/v1/quotes", "", body)
		token := first.header.Get(session)
		if len(token) < 22 {
			t.Fatalf("the first answer hands out %q", token)
		}
		again := s.must(201, "POST", "/api/v1/quotes", "", body, session, token)
		if again.text != first.text || again.header.Get(replayed) != "true" || again.header.Get(session) != token {
			t.Errorf("the same caller: %v %s", again.header, again.text)
		}
		for _, headers := range [][]string{nil, {session, strings.Repeat("a", 22)}} {
			other := s.must(201, "POST", "/api/v1/quotes", "", body, headers...)
			if other.word("quote_id") == first.word("quote_id") || other.header.Get(replayed) != "" || other.header.Get(session) == token {
				t.Errorf("a stranger with %v: %v %s", headers, other.header, other.text)
			}
		}
		s.must(201, "POST", "/api/v1/quotes", "", strings.Replace(body, "PD", "PA", 1))
		s.must(409, "POST", "/api/v1/quotes", "", strings.Replace(body, "PD", "PA", 1), session, token)
		// A token says nothing of a caller that has a key.
		keyed := s.must(201, "POST", "/api/v1/quotes", s.buyer, body, session, token)
		if keyed.header.Get(replayed) != "" || keyed.header.Get(session) != "" {
			t.Errorf("with a key: %v", keyed.header)
		}
		for _, bad := range []string{"short", strings.Repeat("a", 129), strings.Repeat("a", 22) + " b", strings.Repeat("a", 22) + "ä"} {
			checkEnvelope(t, s.must(422, "POST", "/api/v1/quotes", "", body, session, bad))
		}
		// Without an idempotency key there is nothing to know a caller again for.
		if plain := s.must(201, "POST", "/api/v1/quotes", "", `{"product_id": "ctv-sports", "deal_type": "PD"}`); plain.header.Get(session) != "" {
			t.Errorf("a token without a use: %v", plain.header)
		}
	})
}

// TestAnonymousQuotesCarryNoDocuments keeps strangers' documents out of the database, and says so.
func TestAnonymousQuotesCarryNoDocuments(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		document := fmt.Sprintf(`{"rationale": %q}`, strings.Repeat("x", 10_000))
		body := fmt.Sprintf(`{"product_id": "ctv-sports", "deal_type": "PD", "consent_context": %s, "audience_plan": %s,
			"agent_url": "https://buyer.example/a2a", "idempotency_key": "once"}`, document, document)
		got := s.must(201, "POST", "/api/v1/quotes", "", body)
		if told := got.header.Get("Ignored-Fields"); told != "consent_context, audience_plan" || strings.Contains(got.text, "xxx") {
			t.Errorf("Ignored-Fields: %q\n%s", told, got.text)
		}
		kept := s.must(200, "GET", "/api/v1/quotes/"+got.word("quote_id"), s.operator, nil)
		if strings.Contains(kept.text, "xxx") || len(kept.text) > 4000 {
			t.Errorf("%d bytes are kept: %s", len(kept.text), kept.text)
		}
		known := s.must(201, "POST", "/api/v1/quotes", s.buyer, body)
		if known.header.Get("Ignored-Fields") != "" || !strings.Contains(known.text, "xxx") {
			t.Errorf("with a key: %v %s", known.header, known.text)
		}
	})
}

// TestAnonymousThingsAreBounded fills what callers without a key may store. Those with a key do not notice, and what is over
// makes room for more.
func TestAnonymousThingsAreBounded(t *testing.T) {
	t.Parallel()
	stores.Each(t, func(t *testing.T, store *storage.Store) {
		s := openShopOn(t, store, rest.Options{}, func(_ *seller.Parts, settings *seller.Settings) { settings.AnonymousLimit = 3 })
		settings := s.service.Settings()
		const quote = `{"product_id": "ctv-sports", "deal_type": "PD"}`
		propose := func(key string) reply {
			return s.call("POST", "/proposals", key, `{"product_id": "ctv-sports", "deal_type": "PG", "price": 25, "impressions": 1000000,
				"start_date": "2026-08-01", "end_date": "2026-08-10"}`)
		}
		for n := range 3 {
			s.must(201, "POST", "/api/v1/quotes", "", quote)
			if n == 1 {
				s.clock.Move(time.Minute) // it is counted again
			}
		}
		limited := s.must(429, "POST", "/api/v1/quotes", "", quote)
		if limited.header.Get("Retry-After") != "60" {
			t.Errorf("Retry-After %q", limited.header.Get("Retry-After"))
		}
		s.must(201, "POST", "/api/v1/quotes", s.buyer, quote)
		for range 3 {
			if got := propose(""); got.status >= 300 {
				t.Fatalf("a proposal: %d %s", got.status, got.text)
			}
		}
		if got := propose(""); got.status != 429 {
			t.Errorf("the fourth proposal: %d", got.status)
		}
		s.clock.Move(time.Minute)
		s.must(429, "POST", "/api/v1/quotes", "", quote)
		if got := propose(s.buyer); got.status >= 300 {
			t.Errorf("with a key: %d", got.status)
		}

		s.clock.Move(settings.ProposalTTL + settings.AnonymousRetention)
		sweep := func() {
			for _, expire := range []func() (int, error){
				func() (int, error) { return s.service.ExpireQuotes(t.Context()) },
				func() (int, error) { return s.service.ExpireProposals(t.Context()) },
				func() (int, error) { return s.service.ExpireNegotiations(t.Context()) },
				func() (int, error) { return s.service.RemoveAnonymous(t.Context()) },
			} {
				if _, err := expire(); err != nil {
					t.Fatal(err)
				}
			}
		}
		sweep()
		for kind, owned := range map[string]int{"quotes": 1, "proposals": 1} {
			path := map[string]string{"quotes": "/api/v1/quotes", "proposals": "/proposals"}[kind]
			if total := s.must(200, "GET", path, s.operator, nil).word("total_count"); total != fmt.Sprint(owned) {
				t.Errorf("%s %s are left, want the buyer's alone", total, kind)
			}
		}
		s.must(201, "POST", "/api/v1/quotes", "", quote)
		if got := propose(""); got.status >= 300 {
			t.Errorf("afterwards a proposal: %d %s", got.status, got.text)
		}
		sweep()
		if total := s.must(200, "GET", "/api/v1/quotes", s.operator, nil).word("total_count"); total != "2" {
			t.Errorf("%s quotes: one that is good is gone", total)
		}
	})
}
