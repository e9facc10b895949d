package edge_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"parley/edge"
)

func TestOrigins(t *testing.T) {
	t.Parallel()
	tests := []struct {
		public, host, origin string
		allowed              bool
	}{
		{"", "127.0.0.1:8080", "", true},
		{"", "localhost", "", true},
		{"", "LOCALHOST:80", "", true},
		{"", "[::1]:8080", "", true},
		{"", "::1", "", true},
		{"", "seller.example.com", "", false},
		{"", "127.0.0.1.example.com", "", false},
		{"", "localhost.example.com:80", "", false},
		{"", "", "", false},
		{"", "127.0.0.1:8080", "https://evil.example", false},
		{"", "127.0.0.1:8080", "null", false},
		{"", "127.0.0.1:8080", "http://127.0.0.1:8080", true},
		{"https://seller.example.com", "seller.example.com", "", true},
		{"https://seller.example.com", "Seller.Example.com", "", true},
		{"https://seller.example.com", "127.0.0.1", "", true},
		{"https://seller.example.com", "seller.example.com:8443", "", false},
		{"https://seller.example.com", "seller.example.com.", "", false},
		{"https://seller.example.com", "other.example.com", "", false},
		{"https://seller.example.com", "seller.example.com", "https://seller.example.com", true},
		{"https://seller.example.com", "127.0.0.1:8080", "https://seller.example.com", true},
		{"https://seller.example.com", "seller.example.com", "https://evil.example", false},
		{"https://seller.example.com", "seller.example.com:443", "", true},
		{"https://seller.example.com:443", "seller.example.com", "", true},
		{"https://seller.example.com:443", "seller.example.com:443", "", true},
		{"https://seller.example.com:443", "seller.example.com", "https://seller.example.com", true},
		{"https://seller.example.com", "seller.example.com:80", "", false},
		{"http://seller.example.com", "SELLER.example.com:80", "", true},
		{"http://seller.example.com", "seller.example.com:443", "", false},
		{"https://[2001:db8::1]", "[2001:db8::1]:443", "", true},
		{"https://seller.example.com:8443", "seller.example.com", "", false},
		{"https://seller.example.com:8443", "seller.example.com:8443", "", true},
	}
	for _, test := range tests {
		origins, err := edge.NewOrigins(test.public)
		if err != nil {
			t.Fatal(err)
		}
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", nil)
		r.Host = test.host
		if test.origin != "" {
			r.Header.Set("Origin", test.origin)
		}
		if err := origins.Check(r); (err == nil) != test.allowed {
			t.Errorf("%q at %q from %q: %v", test.public, test.host, test.origin, err)
		}
	}
}
