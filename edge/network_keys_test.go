package edge_test

import (
	"net/netip"
	"testing"

	"parley/edge"
)

func TestNetworkKeys(t *testing.T) {
	t.Parallel()
	keys := edge.NetworkKeys{
		{netip.MustParsePrefix("10.0.0.0/8"), "wide"}, {netip.MustParsePrefix("10.1.0.0/16"), "narrow"}, {netip.MustParsePrefix("::1/128"), "loop"},
	}
	proxies := edge.Proxies{netip.MustParsePrefix("10.9.9.9/32")}
	for _, c := range []struct {
		peer    string
		headers []string
		want    string
	}{
		{"10.2.0.1:1", nil, "wide"},
		{"10.1.2.3:1", nil, "narrow"},
		{"[::1]:1", nil, "loop"},
		{"[::ffff:10.1.2.3]:1", nil, "narrow"},
		{"192.168.0.1:1", nil, ""},
		{"198.51.100.1:1", nil, ""},
		{"@", nil, ""},
		// Through the trusted proxy the client's own address counts, and only that.
		{"10.9.9.9:1", []string{"X-Forwarded-For: 10.1.0.1"}, "narrow"},
		{"10.9.9.9:1", []string{"X-Forwarded-For: 198.51.100.1"}, ""},
		{"10.9.9.9:1", []string{"X-Forwarded-For: 10.1.0.1, 198.51.100.1"}, ""},
		{"10.9.9.9:1", []string{"X-Forwarded-For: 10.1.0.1", "Forwarded: for=198.51.100.1"}, ""},
		// Through a proxy that nobody told of, the peer is not the client.
		{"10.1.2.3:1", []string{"X-Forwarded-For: 198.51.100.1"}, ""},
		{"10.1.2.3:1", []string{"Forwarded: for=10.1.2.3"}, ""},
		{"10.1.2.3:1", []string{"Via: 1.1 somewhere"}, ""},
		{"10.1.2.3:1", []string{"X-Real-Ip: 10.1.2.3"}, ""},
		// A browser carries whatever a page asks for.
		{"10.1.2.3:1", []string{"Origin: https://evil.example"}, ""},
		{"10.1.2.3:1", []string{"Sec-Fetch-Site: same-origin"}, ""},
	} {
		if got := keys.Key(from(t, c.peer, c.headers...), proxies); got != c.want {
			t.Errorf("from %s with %v: %q, want %q", c.peer, c.headers, got, c.want)
		}
	}
	if got := (edge.NetworkKeys)(nil).Key(from(t, "10.1.2.3:1"), nil); got != "" {
		t.Errorf("without any: %q", got)
	}
}
