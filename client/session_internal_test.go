package client

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"

	"parley/wire/document"
)

// TestSessions has clients without a key send a token each, the same with every request, and clients with one none.
func TestSessions(t *testing.T) {
	t.Parallel()
	var tokens []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		tokens = append(tokens, r.Header.Get("Parley-Session"))
		w.WriteHeader(http.StatusTooManyRequests)
	}))
	defer server.Close()
	for _, key := range []string{"", "", "ask_live_x"} {
		c := New(server.URL, key, WithRetry(Retry{Attempts: 2}))
		if _, err := c.CreateQuote(context.Background(), document.QuoteRequest{ProductID: "news"}); err == nil {
			t.Fatal("an answer of 429 is none")
		}
	}
	if len(tokens) != 6 || len(tokens[0]) < 22 || tokens[0] != tokens[1] || tokens[2] != tokens[3] || tokens[0] == tokens[2] || tokens[4]+tokens[5] != "" {
		t.Errorf("the tokens are %q", tokens)
	}
}
