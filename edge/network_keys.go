package edge

import (
	"net/http"
	"net/netip"
)

// NetworkKey has the callers of a network that present no key act as a buyer's key.
type NetworkKey struct {
	Network netip.Prefix // a loopback or private network
	KeyID   string
}

// NetworkKeys are what the callers of networks act as; where networks overlap, the smallest counts.
type NetworkKeys []NetworkKey

// Key is the id of the key that a request without one acts as; empty: none. The client's address has to be in a network that
// has one, and it has to be known beyond doubt: a request that names a client before it, while its peer is no trusted proxy,
// came through a proxy that nobody told the server of, and is nobody's. A browser's request is nobody's either: pages of any
// site can have one sent.
func (k NetworkKeys) Key(r *http.Request, proxies Proxies) string {
	if len(k) == 0 || byBrowser(r) || throughStranger(r, proxies) {
		return ""
	}
	client := proxies.Client(r)
	key, bits := "", -1
	for _, candidate := range k {
		if candidate.Network.Contains(client.Address) && candidate.Network.Bits() > bits {
			key, bits = candidate.KeyID, candidate.Network.Bits()
		}
	}
	return key
}

// byBrowser tells a request that a page in a browser had sent.
func byBrowser(r *http.Request) bool {
	return r.Header.Get("Origin") != "" || r.Header.Get("Sec-Fetch-Site") != "" || r.Header.Get("Sec-Fetch-Mode") != ""
}

// throughStranger tells a request that a proxy handed on which is none of the trusted ones.
func throughStranger(r *http.Request, proxies Proxies) bool {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return true
	}
	if proxies.Trusts(plain(peer.Addr())) {
		return false
	}
	for _, header := range [...]string{"Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-Ip", "Via"} {
		if r.Header.Get(header) != "" {
			return true
		}
	}
	return false
}
