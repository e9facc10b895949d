package main

import (
	"bytes"
	"crypto/rand"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"parley/config"
	"parley/console"
	"parley/edge"
	"parley/seller"
)

// TestAPanicIsAnsweredAtEveryEdge has a part that all edges use panic, and finds it answered in the form of each, counted and logged.
func TestAPanicIsAnsweredAtEveryEdge(t *testing.T) {
	t.Parallel()
	var logged bytes.Buffer
	kit := edge.Kit{
		PublicURL: "https://seller.example.com", Log: slog.New(slog.NewTextHandler(&logged, nil)),
		Limiter: edge.NewLimiter(edge.RateLimit{PerSecond: 1, Burst: 1}, func() time.Time { panic("secret of the house") }),
	}.WithDefaults()
	service := seller.New(nil, seller.Parts{}, seller.DefaultSettings(), time.Now, rand.Reader, kit.Log)
	handler, err := edges(service, config.Settings{MCP: true, A2A: true}, kit)
	if err != nil {
		t.Fatal(err)
	}
	page, err := console.New(service, console.Options{Kit: kit, Secret: make([]byte, 32)})
	if err != nil {
		t.Fatal(err)
	}
	handler.add("/console", page)
	for _, test := range []struct{ method, path, says, counted string }{
		{"GET", "/products", `"error":"internal"`, `edge="rest",route="GET /products"`},
		{"POST", "/mcp", `"jsonrpc":"2.0"`, `edge="mcp",route="POST /mcp"`},
		{"POST", "/a2a", `"jsonrpc":"2.0"`, `edge="a2a",route="POST /a2a"`},
		{"POST", "/a2a/v1/message:send", `"error":"internal"`, `edge="a2a",route="POST /a2a/v1/"`},
		{"GET", "/console/signin", "<h1>", `edge="console",route="/console/signin"`},
		{"GET", "/console/deals", "<h1>", `edge="console",route="GET /console/deals"`},
	} {
		logged.Reset()
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), test.method, kit.PublicURL+test.path, http.NoBody))
		if body := w.Body.String(); w.Code != http.StatusInternalServerError || !strings.Contains(body, test.says) || strings.Contains(body, "secret") {
			t.Errorf("%s %s answers %d %s", test.method, test.path, w.Code, body)
		}
		if log := logged.String(); strings.Count(log, "a request panicked") != 1 || !strings.Contains(log, "edge.(*Limiter).Take") {
			t.Errorf("%s %s logs %q", test.method, test.path, log)
		}
		metrics := httptest.NewRecorder()
		kit.Metrics.Handler().ServeHTTP(metrics, httptest.NewRequestWithContext(t.Context(), "GET", "/metrics", http.NoBody))
		if counted := "parley_http_requests_total{" + test.counted + `,status="500"} 1`; !strings.Contains(metrics.Body.String(), counted) {
			t.Errorf("%s %s is not counted as %s", test.method, test.path, counted)
		}
	}
}
