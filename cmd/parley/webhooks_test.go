package main_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	buying "parley/client"
)

// TestKilledWhileDelivering kills the server again and again while it delivers to a webhook: every event arrives, in order,
// and none but the last few comes again.
func TestKilledWhileDelivering(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, at place) {
		at.write(t, "catalog.csv", crashCatalog)
		at.must(t, "catalog", "import", "catalog.csv")
		buyer := at.createKey(t, "--role", "buyer", "--label", "B", "--agency", "b", "--seat", "seat-b")
		var mu sync.Mutex
		var secret string
		var heard []string
		came := make(chan struct{}, 1) // something was heard since the test last looked
		receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			mu.Lock()
			defer mu.Unlock()
			event, err := buying.ReadWebhook(r, secret, time.Now())
			if err != nil {
				t.Error(err)
			}
			if !slices.Contains(heard, event.EventID) {
				heard = append(heard, event.EventID)
				select {
				case came <- struct{}{}:
				default: // the test has yet to look at what came before
				}
			}
		}))
		defer receiver.Close()
		start := func() *server { return at.serve(t, "--private-webhooks", "--rate-limit", "off") }
		node := start()
		mu.Lock() // until the secret is known
		var made struct {
			Secret string `json:"signing_key"`
		}
		node.ask(t, 201, buyer, "POST", "/api/v1/webhooks", map[string]any{"url": receiver.URL}, &made)
		secret = made.Secret
		mu.Unlock()
		// await waits until so many have arrived, and gives up after a minute.
		await := func(n int) {
			giveUp := time.After(time.Minute)
			arrived := func() int {
				mu.Lock()
				defer mu.Unlock()
				return len(heard)
			}
			for arrived() < n {
				select {
				case <-came:
				case <-giveUp:
					return
				}
			}
		}
		for round := range 3 {
			for range 40 {
				shortQuote(t, node, buyer)
			}
			await(1 + 40*round + 20)
			node.kill(t)
			node = start()
		}
		var events struct {
			Events []struct {
				EventID string `json:"event_id"`
			} `json:"events"`
		}
		node.ask(t, 200, buyer, "GET", "/events?limit=500", nil, &events)
		await(len(events.Events))
		mu.Lock()
		defer mu.Unlock()
		if len(heard) != 121 || len(events.Events) != 121 {
			t.Fatalf("%d events arrived of %d", len(heard), len(events.Events))
		}
		for i, event := range events.Events {
			if heard[i] != event.EventID {
				t.Fatalf("event %d is %s, and arrived as %s", i, event.EventID, heard[i])
			}
		}
	})
}

// TestWebhooksAtATerminal has an operator test a webhook, read what was answered, deliver again and rotate the key, beside the server.
func TestWebhooksAtATerminal(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, at place) {
		at.environ = []string{"PARLEY_PRIVATE_WEBHOOKS=true"}
		operator := at.createKey(t, "--role", "operator", "--label", "O")
		var mu sync.Mutex
		answer := http.StatusNoContent
		receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			mu.Lock()
			defer mu.Unlock()
			w.WriteHeader(answer)
		}))
		defer receiver.Close()
		node := at.serve(t)
		var made struct {
			ID string `json:"webhook_id"`
		}
		node.ask(t, 201, operator, "POST", "/api/v1/webhooks", map[string]any{"url": receiver.URL, "enabled": false}, &made)
		var happened struct {
			Events []struct {
				EventID string `json:"event_id"`
			} `json:"events"`
		}
		// What other tests have under way on a PostgreSQL server comes before what has happened here.
		for giveUp := time.Now().Add(time.Minute); len(happened.Events) == 0; {
			if time.Now().After(giveUp) {
				t.Fatal("no event is heard of")
			}
			node.ask(t, 200, operator, "GET", "/events?limit=1", nil, &happened)
		}
		if got := at.must(t, "webhooks", "test", made.ID); got != "accepted with 204\n" {
			t.Error(got)
		}
		mu.Lock()
		answer = http.StatusTeapot
		mu.Unlock()
		at.refused(t, "the answer is 418", "webhooks", "test", made.ID)
		attempts, list := at.must(t, "webhooks", "attempts", made.ID), at.must(t, "webhooks", "list")
		if !strings.Contains(attempts, "webhook.tested  418") || !strings.Contains(attempts, "webhook.tested  204") || !strings.Contains(list, receiver.URL) {
			t.Errorf("%s%s", attempts, list)
		}
		at.must(t, "webhooks", "redeliver", made.ID, "--from", happened.Events[0].EventID)
		if key := at.must(t, "webhooks", "rotate-key", made.ID, "--overlap", "1h"); !strings.HasPrefix(key, "whsec_") {
			t.Error(key)
		}
	})
}
