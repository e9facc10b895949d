package rest_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"parley/edge"
	"parley/rest"
)

func TestHealth(t *testing.T) {
	t.Parallel()
	var down atomic.Bool
	s := openShop(t, rest.Options{Kit: edge.Kit{
		Limiter: edge.NewLimiter(edge.RateLimit{PerSecond: 0.001, Burst: 1}, time.Now),
		Ready: func(context.Context) error {
			if down.Load() {
				return errors.New("the disk is on fire")
			}
			return nil
		},
	}})
	for range 3 { // however often they are asked
		s.must(200, "GET", "/healthz", "", nil)
		s.must(200, "GET", "/readyz", "", nil)
	}
	down.Store(true)
	got := s.must(503, "GET", "/readyz", "", nil)
	checkEnvelope(t, got)
	if got.header.Get("Retry-After") == "" || strings.Contains(got.text, "fire") {
		t.Errorf("not ready: %v %s", got.header, got.text)
	}
	s.must(200, "GET", "/healthz", "", nil)
}

func TestRateLimit(t *testing.T) {
	t.Parallel()
	s := openShop(t, rest.Options{Kit: edge.Kit{Limiter: edge.NewLimiter(edge.RateLimit{PerSecond: 0.001, Burst: 3}, time.Now)}})
	for range 3 {
		s.must(200, "GET", "/products", s.buyer, nil)
	}
	limited := s.must(429, "GET", "/products", s.buyer, nil)
	checkEnvelope(t, limited)
	if limited.header.Get("Retry-After") == "" || limited.word("detail.error") != "rate_limited" {
		t.Errorf("answered %v %s", limited.header, limited.text)
	}
	s.must(200, "GET", "/products", s.rival, nil)
	// Trying out keys uses up what the address has.
	for _, guess := range []string{"a", "b", "c"} {
		s.must(401, "GET", "/products", "ask_live_"+guess, nil)
	}
	s.must(429, "GET", "/products", "ask_live_d", nil)
	s.must(429, "GET", "/products", "", nil)
	metrics := s.must(200, "GET", "/metrics", "", nil)
	for _, line := range []string{
		"parley_http_rate_limited_total 3", `parley_http_requests_total{edge="rest",route="GET /products",status="200"} 4`,
		`parley_http_requests_total{edge="rest",route="GET /products",status="429"} 3`, "go_goroutines", "parley_http_requests_in_flight 1",
	} {
		if !strings.Contains(metrics.text, line) {
			t.Errorf("the metrics do not have %s", line)
		}
	}
}
