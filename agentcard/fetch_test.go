package agentcard

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"parley"
	"parley/outbound"
)

func TestFetch(t *testing.T) {
	t.Parallel()
	hang := make(chan struct{})
	mux := http.NewServeMux()
	reply := func(host, kind, body string) {
		mux.HandleFunc(host+"/.well-known/agent.json", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", kind)
			_, _ = w.Write([]byte(body))
		})
	}
	reply("good.test", "application/json; charset=utf-8", ` {"name": "Buyer", "skills": []} `)
	reply("html.test", "text/html", `{}`)
	reply("list.test", "application/json", `[]`)
	reply("null.test", "application/json", `null`)
	reply("broken.test", "application/json", `{"name": `)
	reply("deep.test", "application/json", `{"skills": `+strings.Repeat("[", maxDepth)+strings.Repeat("]", maxDepth)+`}`)
	reply("full.test", "application/json", `{"skills":`+strings.Repeat("[", maxDepth-1)+strings.Repeat("]", maxDepth-1)+`}`)
	reply("latin.test", "application/json", "{\"name\": \"K\xe4ufer\"}")
	reply("huge.test", "application/json", `{"name": "`+strings.Repeat("x", maxCard)+`"}`)
	mux.HandleFunc("newer.test/.well-known/agent-card.json", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"name": "Newer"}`))
	})
	mux.HandleFunc("moved.test/", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://good.test/.well-known/agent.json", http.StatusFound)
	})
	mux.HandleFunc("circle.test/", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, r.URL.Path, http.StatusFound) })
	mux.HandleFunc("file.test/", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "ftp://good.test/card", http.StatusFound)
	})
	mux.HandleFunc("slow.test/", func(http.ResponseWriter, *http.Request) { <-hang })
	server := httptest.NewServer(mux)
	defer server.Close()
	defer close(hang)
	// Every name leads to the one server.
	fetcher := New(true)
	fetcher.timeout = 300 * time.Millisecond
	transport := outbound.Transport(true, fetcher.timeout)
	fetcher.http.Transport = outbound.Traced(transport)
	dial := transport.DialContext
	transport.DialContext = func(ctx context.Context, network, _ string) (net.Conn, error) {
		return dial(ctx, network, server.Listener.Addr().String())
	}
	for url, want := range map[string]string{
		"http://good.test/a2a": `{"name":"Buyer","skills":[]}`, "http://moved.test": `{"name":"Buyer","skills":[]}`,
		"http://newer.test": `{"name":"Newer"}`,
		"http://full.test":  `{"skills":` + strings.Repeat("[", maxDepth-1) + strings.Repeat("]", maxDepth-1) + `}`,
	} {
		if card, err := fetcher.Fetch(context.Background(), url); err != nil || string(card) != want {
			t.Errorf("%s: %s (%v)", url, card, err)
		}
	}
	for url, want := range map[string]string{
		"http://html.test": "not application/json", "http://list.test": "not a JSON object", "http://null.test": "not a JSON object",
		"http://broken.test": "not a JSON object", "http://deep.test": "deep", "http://latin.test": "UTF-8", "http://huge.test": "bytes long", "http://circle.test": "redirects",
		"http://file.test": "scheme", "http://slow.test": "too long", "http://none.test": "404", "ftp://good.test": "scheme",
		"http://user:secret@good.test": "no user or password", "http://": "host", "::": "",
	} {
		_, err := fetcher.Fetch(context.Background(), url)
		if !parley.Is(err, parley.CodeValidation) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", url, err, want)
		}
	}
}

// TestPrivateAddressesAreNotConnectedTo covers a name or a redirect that leads inside: what counts is what is dialled.
func TestPrivateAddressesAreNotConnectedTo(t *testing.T) {
	t.Parallel()
	reached := false
	inside := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		reached = true
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{}`))
	}))
	defer inside.Close()
	port := inside.URL[strings.LastIndex(inside.URL, ":"):]
	for _, url := range []string{inside.URL, "http://localhost" + port, "http://[::1]" + port, "http://[::ffff:127.0.0.1]" + port, "http://0.0.0.0" + port} {
		_, err := New(false).Fetch(context.Background(), url)
		if err == nil || !strings.Contains(err.Error(), "not public") && !strings.Contains(err.Error(), "cannot be reached") {
			t.Errorf("%s: %v", url, err)
		}
		var told *parley.Error
		if !errors.As(err, &told) || strings.Contains(told.Message, "127.0.0.1") {
			t.Errorf("%s: the answer tells the address: %v", url, err)
		}
	}
	if reached {
		t.Error("a private address was connected to")
	}
	if card, err := New(true).Fetch(context.Background(), inside.URL); err != nil || string(card) != "{}" || !reached {
		t.Errorf("allowed: %s (%v)", card, err)
	}
}

// TestRedirectsInsideAreNotFollowed has a public agent, whose connection alone is let through, send the fetcher inside.
func TestRedirectsInsideAreNotFollowed(t *testing.T) {
	t.Parallel()
	reached := false
	inside := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached = true }))
	defer inside.Close()
	asked := 0
	outside := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		http.Redirect(w, r, inside.URL, http.StatusFound)
	}))
	defer outside.Close()
	fetcher := New(false)
	transport := outbound.Transport(false, fetcher.timeout)
	fetcher.http.Transport = outbound.Traced(transport)
	guarded := transport.DialContext
	transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		if address == outside.Listener.Addr().String() {
			return new(net.Dialer).DialContext(ctx, network, address)
		}
		return guarded(ctx, network, address)
	}
	_, err := fetcher.Fetch(context.Background(), outside.URL)
	if !errors.Is(err, outbound.ErrPrivate) || asked != len(paths) || reached {
		t.Errorf("%v; the agent was asked %d times, and what is inside was reached: %v", err, asked, reached)
	}
}
