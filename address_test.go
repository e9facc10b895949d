package parley_test

import (
	"net/netip"
	"testing"

	"parley"
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
		if got := parley.PublicAddress(netip.MustParseAddr(text)); got != want {
			t.Errorf("%s: %v, want %v", text, got, want)
		}
	}
}

func TestHostsThatAreInside(t *testing.T) {
	t.Parallel()
	for host, want := range map[string]bool{
		"127.0.0.1": true, "169.254.169.254": true, "10.0.0.8": true, "192.168.0.1": true, "::1": true, "fd00::1": true, "fe80::1%eth0": true,
		"::ffff:10.0.0.1": true, "0.0.0.0": true, "127.0.0.1.": true, "localhost": true, "LOCALHOST.": true, "a.localhost": true,
		"127.1": true, "0x7f000001": true, "2130706433": true, "0177.0.0.1": true, "127.0.0.08": true,
		"8.8.8.8": false, "2606:4700::1111": false, "buyer.example": false, "127.0.0.1.example": false, "1and1.com": false, "a1.b2": false,
		"localhost.example": false,
	} {
		if got := parley.InsideHost(host); got != want {
			t.Errorf("%s: %v, want %v", host, got, want)
		}
	}
}
