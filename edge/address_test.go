package edge_test

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"parley/edge"
)

var proxies = edge.Proxies{
	netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("2001:db8:ffff::/48"),
}

// from is a request by a peer with headers, given as "Name: value".
func from(t testing.TB, peer string, headers ...string) *http.Request {
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", http.NoBody)
	r.RemoteAddr = peer
	for _, header := range headers {
		name, value, _ := strings.Cut(header, ": ")
		r.Header.Add(name, value)
	}
	return r
}

func TestClientAddress(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		peer    string
		headers []string
		client  string
		caller  string
	}{
		"a peer":                             {"192.0.2.7:4711", nil, "192.0.2.7", "192.0.2.7"},
		"IPv4 inside IPv6":                   {"[::ffff:192.0.2.7]:4711", nil, "192.0.2.7", "192.0.2.7"},
		"IPv6 by its network":                {"[2001:db8:1:2:3:4:5:6]:1", nil, "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"},
		"a zone":                             {"[fe80::1%eth0]:1", nil, "fe80::1", "fe80::/64"},
		"no address":                         {"@", nil, "@", "@"},
		"a stranger's word":                  {"192.0.2.7:1", []string{"X-Forwarded-For: 198.51.100.1", "Forwarded: for=198.51.100.1"}, "192.0.2.7", ""},
		"a proxy itself":                     {"10.0.0.1:1", nil, "10.0.0.1", ""},
		"behind a proxy":                     {"10.0.0.1:1", []string{"X-Forwarded-For: 198.51.100.1"}, "198.51.100.1", ""},
		"what a client sent before":          {"10.0.0.1:1", []string{"X-Forwarded-For: 203.0.113.9, 198.51.100.1"}, "198.51.100.1", ""},
		"in a line of its own":               {"10.0.0.1:1", []string{"X-Forwarded-For: 203.0.113.9", "X-Forwarded-For: 198.51.100.1"}, "198.51.100.1", ""},
		"behind three proxies":               {"127.0.0.1:1", []string{"X-Forwarded-For: 203.0.113.9,198.51.100.1 , 10.1.1.1,10.2.2.2"}, "198.51.100.1", ""},
		"a client among the proxies":         {"127.0.0.1:1", []string{"X-Forwarded-For: 10.3.3.3, 10.2.2.2"}, "10.3.3.3", ""},
		"a port":                             {"127.0.0.1:1", []string{"X-Forwarded-For: 198.51.100.1:4711"}, "198.51.100.1", ""},
		"IPv6":                               {"127.0.0.1:1", []string{"X-Forwarded-For: 2001:db8::7"}, "2001:db8::7", "2001:db8::/64"},
		"IPv6 in brackets with a port":       {"127.0.0.1:1", []string{"X-Forwarded-For: [2001:db8::7]:80"}, "2001:db8::7", ""},
		"nonsense that a client sent before": {"127.0.0.1:1", []string{"X-Forwarded-For: <script>, 198.51.100.1"}, "198.51.100.1", ""},
		"nonsense":                           {"127.0.0.1:1", []string{"X-Forwarded-For: 198.51.100.1, nonsense"}, "unknown", ""},
		"an empty member":                    {"127.0.0.1:1", []string{"X-Forwarded-For: 198.51.100.1,"}, "unknown", ""},

		"Forwarded":                          {"10.0.0.1:1", []string{"Forwarded: for=198.51.100.1;proto=https;by=10.0.0.1"}, "198.51.100.1", ""},
		"Forwarded, quoted":                  {"10.0.0.1:1", []string{`Forwarded: proto=https ; For="198.51.100.1:80"`}, "198.51.100.1", ""},
		"Forwarded, IPv6":                    {"10.0.0.1:1", []string{`Forwarded: for="[2001:db8:cafe::17]:4711"`}, "2001:db8:cafe::17", ""},
		"Forwarded, IPv6 without quotes":     {"10.0.0.1:1", []string{`Forwarded: for=[2001:db8:cafe::17]`}, "2001:db8:cafe::17", ""},
		"Forwarded, a hidden port":           {"10.0.0.1:1", []string{`Forwarded: for="198.51.100.1:_port"`}, "198.51.100.1", ""},
		"Forwarded, a chain":                 {"10.0.0.1:1", []string{`Forwarded: for=203.0.113.9, for=198.51.100.1`, `Forwarded: for="[2001:db8:ffff::1]"`}, "198.51.100.1", ""},
		"Forwarded, hidden":                  {"10.0.0.1:1", []string{"Forwarded: for=198.51.100.1, for=_gazonk"}, "_gazonk", ""},
		"Forwarded, unknown":                 {"10.0.0.1:1", []string{"Forwarded: for=198.51.100.1, for=unknown"}, "unknown", ""},
		"Forwarded, of nobody":               {"10.0.0.1:1", []string{"Forwarded: for=198.51.100.1, proto=https"}, "unknown", ""},
		"Forwarded, twice":                   {"10.0.0.1:1", []string{"Forwarded: for=198.51.100.1;for=198.51.100.2"}, "unknown", ""},
		"Forwarded, a quote to swallow":      {"10.0.0.1:1", []string{`Forwarded: for=10.9.9.9;by=", for=198.51.100.1`}, "unknown", ""},
		"Forwarded, a quote to swallow them": {"10.0.0.1:1", []string{`Forwarded: for="203.0.113.9, for="[2001:db8::1]"`}, "unknown", ""},
		"Forwarded, a mistake further left":  {"10.0.0.1:1", []string{`Forwarded: for="`, `Forwarded: for=198.51.100.1`}, "198.51.100.1", ""},
		"Forwarded, empty elements":          {"10.0.0.1:1", []string{`Forwarded: for=198.51.100.1;`}, "198.51.100.1", ""},

		"both, and they agree": {"10.0.0.1:1", []string{"X-Forwarded-For: 198.51.100.1", "Forwarded: for=198.51.100.1"}, "198.51.100.1", ""},
		"both, and one is the client's own word": {
			"10.0.0.1:1", []string{"X-Forwarded-For: 198.51.100.1", "Forwarded: for=10.0.0.5"}, "unknown", "",
		},
	} {
		client := proxies.Client(from(t, test.peer, test.headers...))
		if got := client.String(); got != test.client {
			t.Errorf("%s: %s, want %s", name, got, test.client)
		}
		if got := client.Caller(); test.caller != "" && got != test.caller {
			t.Errorf("%s: callers are told apart as %s, want %s", name, got, test.caller)
		}
	}
}

// FuzzClientAddress has a client send what it likes to a proxy that adds the client's address: the server sees that address,
// or nobody's, and never one that the client chose.
func FuzzClientAddress(f *testing.F) {
	for _, value := range []string{
		"", "203.0.113.9", "for=203.0.113.9", `for="203.0.113.9`, `for="\`, `for=10.0.0.1;by="`, ",", ";", `"`, "for=_x, for=\"[::1]:80\"",
	} {
		f.Add(value)
	}
	const own = "198.51.100.1"
	f.Fuzz(func(t *testing.T, sent string) {
		for _, added := range []struct{ name, in, separate string }{
			{"X-Forwarded-For", own, own}, {"Forwarded", "for=" + own, "for=" + own}, {"Forwarded", `for="` + own + `:80";proto=https`, `for="` + own + `"`},
		} {
			joined, apart := from(t, "10.0.0.1:1"), from(t, "10.0.0.1:1")
			joined.Header.Set(added.name, sent+", "+added.in)
			apart.Header[added.name] = []string{sent, added.separate}
			if got := proxies.Client(joined).String(); got != own && got != "unknown" {
				t.Errorf("%s: %q: %s", added.name, joined.Header.Get(added.name), got)
			}
			if got := proxies.Client(apart).String(); got != own {
				t.Errorf("%s: %q and then %q: %s", added.name, sent, added.separate, got)
			}
		}
		other := from(t, "10.0.0.1:1", "X-Forwarded-For: "+own)
		other.Header.Set("Forwarded", sent)
		if got := proxies.Client(other).String(); got != own && got != "unknown" {
			t.Errorf("beside X-Forwarded-For, Forwarded %q: %s", sent, got)
		}
	})
}
