// Package edge holds what every edge needs to know of a request, whatever its protocol: from where it came, and whether its
// caller may ask again already.
package edge

import (
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// Client is from where a request came.
type Client struct {
	// Address is the client's own, as far as it is known; a zero one where a proxy did not tell it, or told no address.
	Address netip.Addr
	name    string
}

// String is the address for people and logs; where there is none, what the proxy or the listener calls the client.
func (c Client) String() string {
	if c.Address.IsValid() {
		return c.Address.String()
	}
	return c.name
}

// networkBits is how much of an IPv6 address tells clients apart: each has a whole network to choose addresses from.
const networkBits = 64

// Caller tells anonymous callers apart: the address, of IPv6 the network.
func (c Client) Caller() string {
	if network, err := c.Address.Prefix(networkBits); err == nil && c.Address.Is6() {
		return network.String()
	}
	return c.String()
}

// unknown is the name of all clients of which the proxies tell nothing that can be believed.
const unknown = "unknown"

// Proxies are the networks of the proxies in front of the server, whose word about their clients is believed. Without any,
// forwarding headers are the client's own words and are not read.
type Proxies []netip.Prefix

// Trusts tells whether an address is that of a proxy.
func (p Proxies) Trusts(address netip.Addr) bool {
	return slices.ContainsFunc(p, func(network netip.Prefix) bool { return network.Contains(address) })
}

// Client finds out from where a request came: from the connection's peer or, where that is a proxy, from the right-most
// address of Forwarded or X-Forwarded-For that is not a proxy's too. Each proxy adds on the right, so that whatever a client
// has sent itself stands further left and is never looked at.
//
// A proxy that adds to the one header hands the other on as the client sent it. When both are there and lead to different
// clients, neither is believed, and the client is an unknown one.
func (p Proxies) Client(r *http.Request) Client {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return Client{name: r.RemoteAddr}
	}
	client := Client{Address: plain(peer.Addr())}
	if !p.Trusts(client.Address) {
		return client
	}
	elements, lists := r.Header.Values("X-Forwarded-For"), r.Header.Values("Forwarded")
	switch {
	case len(elements) > 0 && len(lists) > 0:
		if one, other := p.behind(client, forwardedFor(elements)), p.behind(client, forwarded(lists)); one == other {
			return one
		}
		return Client{name: unknown}
	case len(elements) > 0:
		return p.behind(client, forwardedFor(elements))
	case len(lists) > 0:
		return p.behind(client, forwarded(lists))
	}
	return client
}

// behind goes from a proxy through the nodes that it and those before it have named, to the first that is no proxy.
func (p Proxies) behind(proxy Client, nodes []string) Client {
	at := proxy
	for _, node := range slices.Backward(nodes) {
		at = nodeOf(node)
		if !p.Trusts(at.Address) {
			break
		}
	}
	return at
}

// nodeOf reads the name that a proxy gave a client: an address, with a port or without, or an identifier that hides it.
func nodeOf(text string) Client {
	if address, err := netip.ParseAddr(strings.Trim(text, "[]")); err == nil {
		return Client{Address: plain(address)}
	}
	if withPort, err := netip.ParseAddrPort(text); err == nil {
		return Client{Address: plain(withPort.Addr())}
	}
	if host, port, err := net.SplitHostPort(text); err == nil && isObfuscated(port) {
		return nodeOf(host) // a port may be hidden too
	}
	if isObfuscated(text) {
		return Client{name: text}
	}
	return Client{name: unknown}
}

// isObfuscated tells the identifiers of RFC 7239, section 6.3. They tell clients apart as far as the proxy means them to.
func isObfuscated(text string) bool {
	const longest = 64
	return len(text) > 1 && len(text) <= longest && text[0] == '_' && strings.IndexFunc(text, func(c rune) bool {
		return (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && !strings.ContainsRune("._-", c)
	}) < 0
}

// plain is an address without the forms that the same one can be written in.
func plain(address netip.Addr) netip.Addr { return address.Unmap().WithZone("") }

// forwardedFor answers the members of X-Forwarded-For, the client's side first.
func forwardedFor(values []string) []string {
	var nodes []string
	for _, value := range values {
		for node := range strings.SplitSeq(value, ",") {
			nodes = append(nodes, strings.TrimSpace(node))
		}
	}
	return nodes
}
