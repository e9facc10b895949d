package parley

import (
	"net/netip"
	"strconv"
	"strings"
)

// special are ranges that net/netip has no word for: of IPv4 this network, shared address space (RFC 6598), protocol
// assignments, documentation, relays to IPv6, benchmarking, what is reserved, and the address at which Azure answers its own
// machines; of IPv6 what carries or translates IPv4, and documentation.
var special = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("168.63.129.16/32"),
	netip.MustParsePrefix("192.0.0.0/24"), netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("192.88.99.0/24"),
	netip.MustParsePrefix("198.18.0.0/15"), netip.MustParsePrefix("198.51.100.0/24"), netip.MustParsePrefix("203.0.113.0/24"),
	netip.MustParsePrefix("240.0.0.0/4"), netip.MustParsePrefix("2001::/23"), netip.MustParsePrefix("2001:db8::/32"),
	netip.MustParsePrefix("2002::/16"), netip.MustParsePrefix("3fff::/20"),
}

// global is all of IPv6 that is handed out to the public internet (RFC 4291, 2.4); the rest embeds IPv4, stays inside a
// network, or is nobody's.
var global = netip.MustParsePrefix("2000::/3")

// PublicAddress tells whether an address is on the public internet, and not this machine, its network or a cloud's metadata.
func PublicAddress(address netip.Addr) bool {
	address = address.Unmap().WithZone("")
	if !address.IsGlobalUnicast() || address.IsPrivate() || address.IsLoopback() || address.IsLinkLocalUnicast() {
		return false
	}
	if address.Is6() && !global.Contains(address) {
		return false
	}
	for _, prefix := range special {
		if prefix.Contains(address) {
			return false
		}
	}
	return true
}

// InsideHost tells whether a host is, without asking anybody, not on the public internet: an address that is not, in whichever form
// resolvers take one, or localhost. Other names are told by the addresses that they have when they are connected to.
func InsideHost(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if address, err := netip.ParseAddr(host); err == nil {
		return !PublicAddress(address)
	}
	last := host[strings.LastIndexByte(host, '.')+1:]
	// 127.1, 0x7f000001 and 2130706433 are addresses to some resolvers, and names of nobody.
	return last == "localhost" || last != "" && last[0] >= '0' && last[0] <= '9' && isNumber(last)
}

func isNumber(label string) bool {
	_, err := strconv.ParseUint(label, 0, 64)
	_, decimal := strconv.ParseUint(label, 10, 64)
	return err == nil || decimal == nil
}
