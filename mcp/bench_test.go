package mcp_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"time"

	"parley/edge"
	"parley/internal/stores"
	"parley/mcp"
	"parley/rest"
)

// BenchmarkToolAgainstAPI calls tools and the API's requests for the same in turn, each at its edge alone, without a client or a socket,
// and reports how many times the API's processor time a tool takes: times-api. It is to stay at 1.3 or below.
func BenchmarkToolAgainstAPI(b *testing.B) {
	d := openDesk(b, stores.SQLite(b), edge.Kit{})
	api, err := rest.New(d.service, rest.Options{})
	if err != nil {
		b.Fatal(err)
	}
	agents, err := mcp.New(d.service, mcp.Options{})
	if err != nil {
		b.Fatal(err)
	}
	quoted := d.must(d.buyer, "request_quote", quoteFor("bench")).id("quote_id")
	for _, test := range []struct {
		tool         string
		arguments    func(i int) map[string]any
		method, path string
		body         func(i int) map[string]any
	}{
		{"get_product", plain(map[string]any{"product_id": "ctv-sports"}), "GET", "/products/ctv-sports", nil},
		{"get_quote", plain(map[string]any{"quote_id": quoted}), "GET", "/api/v1/quotes/" + quoted, nil},
		{"list_products", plain(map[string]any{}), "GET", "/products", nil},
		{"get_pricing", plain(map[string]any{"product_id": "ctv-sports", "volume": 100_000}), "POST", "/pricing", plain(map[string]any{"product_id": "ctv-sports", "volume": 100_000})},
		{"request_quote", numbered("tool"), "POST", "/api/v1/quotes", numbered("api")},
	} {
		b.Run(test.tool, func(b *testing.B) {
			var spent [2]time.Duration
			for i := range b.N {
				for side := range 2 {
					r, handler := called(b, test.tool, test.arguments(i)), agents
					if side == 1 {
						r, handler = asked(b, test.method, test.path, test.body, i), api
					}
					r.Header.Set("Authorization", "Bearer "+d.buyer)
					w := httptest.NewRecorder()
					before := processorTime(b)
					handler.ServeHTTP(w, r)
					spent[side] += processorTime(b) - before
					if w.Code >= 300 || strings.Contains(w.Body.String(), `"isError":true`) {
						b.Fatalf("%d %s", w.Code, w.Body)
					}
				}
			}
			b.ReportMetric(float64(spent[0])/float64(spent[1]), "times-api")
			b.ReportMetric(float64(spent[0].Microseconds())/float64(b.N), "tool-µs")
			b.ReportMetric(float64(spent[1].Microseconds())/float64(b.N), "api-µs")
		})
	}
}

func plain(arguments map[string]any) func(int) map[string]any {
	return func(int) map[string]any { return arguments }
}

// numbered is a quote under another key each time.
func numbered(by string) func(int) map[string]any {
	made := 0
	return func(int) map[string]any {
		made++
		return quoteFor(fmt.Sprint("bench-", by, made))
	}
}

func called(b *testing.B, tool string, arguments map[string]any) *http.Request {
	b.Helper()
	body, err := json.Marshal(map[string]any{
		"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": map[string]any{"name": tool, "arguments": arguments},
	})
	if err != nil {
		b.Fatal(err)
	}
	r := httptest.NewRequestWithContext(b.Context(), http.MethodPost, "http://localhost/mcp", bytes.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "application/json, text/event-stream")
	r.Header.Set("Mcp-Protocol-Version", "2025-11-25")
	return r
}

func asked(b *testing.B, method, path string, body func(int) map[string]any, i int) *http.Request {
	b.Helper()
	if body == nil {
		return httptest.NewRequestWithContext(b.Context(), method, "http://localhost"+path, http.NoBody)
	}
	encoded, err := json.Marshal(body(i))
	if err != nil {
		b.Fatal(err)
	}
	r := httptest.NewRequestWithContext(b.Context(), method, "http://localhost"+path, bytes.NewReader(encoded))
	r.Header.Set("Content-Type", "application/json")
	return r
}

// processorTime is what this process has used of the processors.
func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
