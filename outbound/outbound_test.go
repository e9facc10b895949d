package outbound

import (
	"net/http"
	"net/netip"
	"testing"
	"time"
)

func TestPublicAddresses(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"8.8.8.8": true, "2606:4700::1111": true, "172.32.0.1": true, "100.63.255.255": true,
		"127.0.0.1": false, "127.8.8.8": false, "10.1.2.3": false, "172.16.0.1": false, "192.168.1.1": false, "169.254.169.254": false,
		"100.64.0.1": false, "0.0.0.0": false, "224.0.0.1": false, "255.255.255.255": false, "192.0.0.8": false, "198.18.0.1": false,
		"203.0.113.9": false, "240.0.0.1": false, "::1": false, "::": false, "fe80::1": false, "fd00::1": false, "ff02::1": false,
		"::ffff:127.0.0.1": false, "::ffff:10.0.0.1": false, "::ffff:8.8.8.8": true, "64:ff9b::7f00:1": false, "2002:7f00:1::": false,
		"2001:db8::1": false, "fec0::1": false, "168.63.129.16": false, "168.63.129.17": true, "192.88.99.1": false, "::7f00:1": false,
		"::ffff:0:7f00:1": false, "100::1": false, "3fff::1": false, "5f00::1": false,
	} {
		if got := public(netip.MustParseAddr(text)); got != want {
			t.Errorf("%s: %v, want %v", text, got, want)
		}
	}
}

// TestReasonsTellNothingOfTheInside holds that whoever names a host learns the same of one that resolves inside as of one
// that does not resolve.
func TestReasonsTellNothingOfTheInside(t *testing.T) {
	t.Parallel()
	client := &http.Client{Transport: Transport(false, 5*time.Second)}
	for _, address := range []string{"http://127.0.0.1:9", "http://localhost:9", "http://[::1]:9", "http://nobody.invalid"} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := client.Do(request)
		if err == nil {
			t.Fatalf("%s answered %s, %v", address, answer.Status, answer.Body.Close())
		}
		if got, want := Reason(err), "the host cannot be reached at a public address"; got != want {
			t.Errorf("%s: %q, want %q", address, got, want)
		}
	}
}
