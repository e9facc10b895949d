package main_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"parley/storage/pgtest"
)

// TestBackgroundWorkMovesToAnotherNode kills the node that does the background work, and has its successor end in order.
func TestBackgroundWorkMovesToAnotherNode(t *testing.T) {
	t.Parallel()
	at := newPlace(t)
	at.databaseURL = pgtest.Database(t)
	at.write(t, "catalog.csv", crashCatalog)
	at.must(t, "catalog", "import", "catalog.csv")
	buyer := at.createKey(t, "--role", "buyer", "--label", "B", "--agency", "b", "--seat", "seat-b")
	start := func() *server { return at.serve(t, "--quote-ttl", "1s") }
	first := start()
	first.log.await(t, leading)
	second := start()
	quoteID := shortQuote(t, second, buyer)
	first.kill(t)
	awaitExpiry(t, second, buyer, quoteID)

	quoteID = shortQuote(t, second, buyer)
	third := start()
	second.stop(t)
	awaitExpiry(t, third, buyer, quoteID)
	for i, s := range []*server{first, second, third} {
		if led := strings.Count(s.log.String(), leading); led != 1 {
			t.Errorf("node %d began to lead %d times:\n%s", i+1, led, s.log)
		}
	}
	if strings.Contains(second.log.String(), "level=WARN") {
		t.Errorf("the node that ended in order complains:\n%s", second.log)
	}
}

// leading is what a node logs when the background work becomes its own.
const leading = "background work is this node's"

// shortQuote asks for a quote, which expires within the second.
func shortQuote(t *testing.T, s *server, buyer string) string {
	t.Helper()
	var quote struct {
		QuoteID string `json:"quote_id"`
	}
	s.ask(t, 201, buyer, "POST", "/api/v1/quotes", map[string]any{"product_id": "open", "deal_type": "PD"}, &quote)
	return quote.QuoteID
}

// awaitExpiry waits until some node has recorded that a quote ran out.
func awaitExpiry(t *testing.T, s *server, buyer, quoteID string) {
	t.Helper()
	cursor := ""
	for giveUp := time.Now().Add(time.Minute); time.Now().Before(giveUp); {
		var found struct {
			Events []struct {
				EventType string `json:"event_type"`
			} `json:"events"`
			NextCursor string `json:"next_cursor"`
		}
		s.ask(t, 200, buyer, "GET", fmt.Sprintf("/events?quote_id=%s&wait=10&cursor=%s", quoteID, cursor), nil, &found)
		for _, event := range found.Events {
			if event.EventType == "quote.expired" {
				return
			}
		}
		cursor = found.NextCursor
	}
	t.Fatalf("nobody recorded that the quote expired:\n%s", s.log)
}
