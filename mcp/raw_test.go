package mcp_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"parley/admission"
	"parley/edge"
	"parley/internal/stores"
)

const listTools = `{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{}}`

// TestRawRequests sends what clients, proxies and pages send that know no SDK.
func TestRawRequests(t *testing.T) {
	t.Parallel()
	d := openDesk(t, stores.SQLite(t), edge.Kit{PublicURL: "https://seller.example.com"})
	call := `{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"get_quote","arguments":`
	for _, test := range []struct {
		name, method, path, body string
		change                   func(*http.Request)
		status                   int
		says                     string
	}{
		{name: "without initialize, accepting JSON alone", body: listTools, change: header("Accept", "application/json"), status: 200, says: "request_quote"},
		{name: "accepting anything", body: listTools, change: header("Accept", "*/*"), status: 200, says: "request_quote"},
		{name: "with a slash", path: "/mcp/", body: listTools, status: 200, says: "request_quote"},
		{name: "below", path: "/mcp/elsewhere", body: listTools, status: 404},
		{name: "a parameter of the media type", body: listTools, change: header("Content-Type", "application/json; charset=utf-8"), status: 200},
		{name: "no JSON", body: listTools, change: header("Content-Type", "text/plain"), status: 415},
		{name: "GET", method: "GET", status: 405, says: "POST"},
		{name: "DELETE", method: "DELETE", status: 405},
		{name: "a batch", body: "[" + listTools + "]", status: 400, says: "-32600"},
		{name: "not JSON", body: `{"jsonrpc":`, status: 400, says: "-32700"},
		{name: "a member twice", body: call + `{"quote_id":"a","quote_id":"b"}}}`, status: 400, says: "comes twice"},
		{name: "too large", body: call + `{"quote_id":"` + strings.Repeat("x", 1<<20) + `"}}}`, status: 413},
		{name: "the public host", body: listTools, change: host("seller.example.com"), status: 200},
		{name: "another host", body: listTools, change: host("attacker.example.com"), status: 403},
		{name: "an address", body: listTools, change: host("192.0.2.1:8080"), status: 403},
		{name: "this machine, by IPv6", body: listTools, change: host("[::1]:8080"), status: 200},
		{name: "the public origin", body: listTools, change: header("Origin", "https://seller.example.com"), status: 200},
		{name: "another origin", body: listTools, change: header("Origin", "https://attacker.example.com"), status: 403},
		{name: "a bad key", body: listTools, change: header("Authorization", "Bearer ask_live_guess"), status: 401, says: "unauthorized"},
		{name: "two keys", body: listTools, change: func(r *http.Request) {
			r.Header.Set("Authorization", "Bearer a")
			r.Header.Set("X-Api-Key", "b")
		}, status: 401},
		{name: "a key in the other header", body: listTools, change: header("X-Api-Key", d.buyer), status: 200},
		{name: "a version to come", body: listTools, change: header("Mcp-Protocol-Version", "2027-01-01"), status: 400},
		{name: "an older version", body: listTools, change: header("Mcp-Protocol-Version", "2025-03-26"), status: 200},
		{name: "the newest version without its name header", body: call + `{"quote_id":"a"}}}`, change: header("Mcp-Protocol-Version", "2026-07-28"), status: 400},
		{name: "no such tool", body: strings.Replace(call, "get_quote", "get_secrets", 1) + `{}}}`, status: 200, says: "-32602"},
		{name: "an operator's tool", body: strings.Replace(call, "get_quote", "get_rate_card", 1) + `{}}}`, status: 200, says: "-32602"},
		{name: "arguments that are no object", body: call + `[1]}}`, status: 200, says: "-32602"},
		{name: "an unknown argument", body: call + `{"quote_id":"a","quote":1}}}`, status: 200, says: "is not a member here"},
		{name: "members for the client itself", body: call + `{"quote_id":"qt-0","context":{"a":1},"x_trace":2}}}`, status: 200, says: "not_found"},
		{name: "arguments that claim a key", body: call + `{"quote_id":"qt-0","api_key":"x"}}}`, status: 200, says: "has a credential in it"},
	} {
		t.Run(test.name, func(t *testing.T) {
			method, path := "POST", "/mcp"
			if test.method != "" {
				method = test.method
			}
			if test.path != "" {
				path = test.path
			}
			request, err := http.NewRequestWithContext(context.Background(), method, d.url+path, strings.NewReader(test.body))
			if err != nil {
				t.Fatal(err)
			}
			request.Header.Set("Content-Type", "application/json")
			request.Header.Set("Accept", "application/json, text/event-stream")
			if test.change != nil {
				test.change(request)
			}
			response, err := d.http.Do(request)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = response.Body.Close() }()
			body, err := io.ReadAll(response.Body)
			if err != nil {
				t.Fatal(err)
			}
			if response.StatusCode != test.status || !strings.Contains(string(body), test.says) {
				t.Errorf("%d %.600s", response.StatusCode, body)
			}
			if response.StatusCode == 401 && response.Header.Get("WWW-Authenticate") != `Bearer realm="parley"` {
				t.Errorf("a 401 with %q", response.Header.Get("WWW-Authenticate"))
			}
			if response.StatusCode == 405 && response.Header.Get("Allow") != "POST" {
				t.Errorf("a 405 that allows %q", response.Header.Get("Allow"))
			}
			if response.Header.Get("X-Request-Id") == "" {
				t.Error("no request id")
			}
			if response.StatusCode >= 400 && strings.Contains(response.Header.Get("Content-Type"), "json") && !json.Valid(body) {
				t.Errorf("not JSON: %s", body)
			}
		})
	}
}

func header(name, value string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set(name, value) }
}

func host(name string) func(*http.Request) { return func(r *http.Request) { r.Host = name } }

// TestOverload takes the only place there is, and then all requests that a key has: both are told before anything is read.
func TestOverload(t *testing.T) {
	t.Parallel()
	gate := admission.New(1, 0, time.Hour)
	limiter := edge.NewLimiter(edge.RateLimit{PerSecond: 0.001, Burst: 1000}, time.Now)
	d := openDesk(t, stores.SQLite(t), edge.Kit{Admission: gate, Limiter: limiter})
	calls := map[string]string{"/mcp " + "tools/list": listTools}
	for _, key := range []string{d.buyer, d.operator} {
		for _, tool := range d.tools(key) {
			calls["/mcp "+tool.Name] = `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"` + tool.Name + `","arguments":{"product_id":"display-news"}}}`
			calls["/mcp/call "+tool.Name] = `{"name":"` + tool.Name + `","arguments":{"product_id":"display-news"}}`
		}
	}
	if len(calls) < 60 {
		t.Fatalf("%d calls", len(calls))
	}
	// every makes each call and holds it to a status that says when to come back.
	every := func(want int) {
		t.Helper()
		before := d.events()
		for name, body := range calls {
			path, _, _ := strings.Cut(name, " ")
			if status, retry := d.turnedAway(path, body); status != want || retry == "" {
				t.Errorf("%s: %d, Retry-After %q, want %d", name, status, retry, want)
			}
		}
		if d.events() != before {
			t.Errorf("something came of calls that were answered %d", want)
		}
	}
	leave, err := gate.Enter(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	every(http.StatusServiceUnavailable)
	leave()
	if status, _ := d.turnedAway("/mcp", listTools); status != 200 {
		t.Errorf("with a place: %d", status)
	}
	for { // the answer is there before the place is free
		if leave, err = gate.Enter(t.Context()); err == nil {
			leave()
			break
		}
		runtime.Gosched()
	}
	for range 1000 { // as another edge does
		_ = limiter.Take(edge.KeyBucket(d.buyer))
	}
	calls["/mcp/elsewhere"], calls["/mcp/tools"] = listTools, listTools // what is not there, and what is read alone
	every(http.StatusTooManyRequests)
}

// turnedAway posts a body as the buyer and answers the status, and when to come back.
func (d *desk) turnedAway(path, body string) (status int, retry string) {
	d.t.Helper()
	request, err := http.NewRequestWithContext(context.Background(), "POST", d.url+path, strings.NewReader(body))
	if err != nil {
		d.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("X-Api-Key", d.buyer)
	response, err := d.http.Do(request)
	if err != nil {
		d.t.Fatal(err)
	}
	_ = response.Body.Close()
	return response.StatusCode, response.Header.Get("Retry-After")
}
