package rest_test

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"parley/edge"
	"parley/rest"
)

// TestClientsBehindAProxyAreApart limits each by its own address. What a client says of itself moves it to no other.
func TestClientsBehindAProxyAreApart(t *testing.T) {
	t.Parallel()
	s := openShop(t, rest.Options{Kit: edge.Kit{
		Limiter: edge.NewLimiter(edge.RateLimit{PerSecond: 0.001, Burst: 2}, time.Now),
		Proxies: edge.Proxies{netip.MustParsePrefix("127.0.0.1/32")},
	}})
	const header, noisy, quiet = "X-Forwarded-For", "198.51.100.1", "198.51.100.2"
	for range 2 {
		s.must(200, "GET", "/products", "", nil, header, noisy)
	}
	s.must(429, "GET", "/products", "", nil, header, noisy)
	s.must(429, "GET", "/docs", "", nil, header, noisy)
	s.must(429, "GET", "/products", "", nil, header, "203.0.113.77, "+noisy)
	s.must(200, "GET", "/products", "", nil, header, quiet)
	s.must(401, "GET", "/products", "ask_live_guess", nil, header, quiet)
	s.must(429, "GET", "/products", "ask_live_another", nil, header, quiet)
}

// TestForwardingHeadersOfStrangersAreNotRead has a client without a proxy choose another address for each request.
func TestForwardingHeadersOfStrangersAreNotRead(t *testing.T) {
	t.Parallel()
	s := openShop(t, rest.Options{Kit: edge.Kit{
		Limiter: edge.NewLimiter(edge.RateLimit{PerSecond: 0.001, Burst: 2}, time.Now),
		Proxies: edge.Proxies{netip.MustParsePrefix("10.0.0.0/8")},
	}})
	for _, address := range []string{"198.51.100.1", "198.51.100.2"} {
		s.must(200, "GET", "/products", "", nil, "X-Forwarded-For", address, "Forwarded", "for="+address)
	}
	s.must(429, "GET", "/products", "", nil, "X-Forwarded-For", "198.51.100.3", "Forwarded", "for=198.51.100.3")
}

func TestPublicURL(t *testing.T) {
	t.Parallel()
	const public = "https://seller.example.com"
	s := openShop(t, rest.Options{Kit: edge.Kit{PublicURL: public}})
	check(t, s.must(200, "GET", "/.well-known/agent.json", "", nil), map[string]string{"url": public})
	if document := s.document(); !strings.Contains(document.text, `"servers": [
    {
      "url": "`+public+`"
    }
  ]`) {
		t.Error("the API's description does not name the public address")
	}
	plain := openShop(t, rest.Options{})
	check(t, plain.must(200, "GET", "/.well-known/agent.json", "", nil), map[string]string{"url": plain.url})
}
