package main_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
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
