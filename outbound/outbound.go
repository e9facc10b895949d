// Package outbound reaches addresses that strangers name, such as the host of an agent's card or a buyer's webhook. It trusts
// none of them: unless private addresses are allowed, connections are made to the public internet alone.
package outbound

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"syscall"
	"time"

	"parley"
	"parley/trace"
)

// Transport makes connections for an HTTP client. Unless private is true they are to public addresses alone: the check is
// made on the address that is connected to, after names are resolved, on every connection of every redirect. timeout bounds
// each of connecting, the TLS handshake and the wait for an answer's head.
func Transport(private bool, timeout time.Duration) *http.Transport {
	dialer := &net.Dialer{Timeout: timeout}
	if !private {
		dialer.Control = func(_, address string, _ syscall.RawConn) error { return checkAddress(address) }
	}
	return &http.Transport{
		// Without a proxy: it would be the proxy's address that is checked.
		DialContext: dialer.DialContext, MaxResponseHeaderBytes: 32 << 10,
		TLSHandshakeTimeout: timeout, ResponseHeaderTimeout: timeout,
	}
}

// Standard connects as the standard library's own transport does, through the environment's proxies, over connections that no other
// client of the process has: whoever closes the idle ones of that which all share cannot fail its requests.
func Standard() *http.Transport {
	if shared, ok := http.DefaultTransport.(*http.Transport); ok {
		return shared.Clone()
	}
	return &http.Transport{Proxy: http.ProxyFromEnvironment}
}

// Traced has a span for each request, where the process writes spans.
func Traced(transport *http.Transport) http.RoundTripper { return trace.Transport(transport) }

// ErrPrivate is the failure of a connection to an address that is not on the public internet. Reason words it like any host
// that cannot be reached.
var ErrPrivate = errors.New("the address is not public")

// checkAddress refuses what is not on the public internet, such as this machine, its network, or a cloud's metadata.
func checkAddress(address string) error {
	host, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	if !parley.PublicAddress(host.Addr()) {
		return ErrPrivate
	}
	return nil
}

// CheckURL refuses a URL that names no host, or credentials, or a scheme that is not HTTP's.
func CheckURL(target *url.URL) error {
	switch {
	case target.Scheme != "https" && target.Scheme != "http":
		return errors.New("the scheme must be https or http")
	case target.Hostname() == "":
		return errors.New("a host is needed")
	case target.User != nil:
		return errors.New("it must hold no user or password")
	}
	return nil
}

// CheckHost refuses a URL whose host is written as an address that is not on the public internet, which no connection is made to. What a name
// resolves to is known only then.
func CheckHost(target *url.URL) error {
	if address, err := netip.ParseAddr(target.Hostname()); err == nil && !parley.PublicAddress(address) {
		return ErrPrivate
	}
	return nil
}

// Reach makes a connection to where a URL leads, as a request would, and ends it. timeout bounds it.
func Reach(ctx context.Context, private bool, timeout time.Duration, target *url.URL) error {
	port := target.Port()
	if port == "" {
		port = target.Scheme // which is the name of its port
	}
	connection, err := Transport(private, timeout).DialContext(ctx, "tcp", net.JoinHostPort(target.Hostname(), port))
	if err != nil {
		return err
	}
	return connection.Close()
}

// Reason says why a request failed, without what would make it a way to look around inside: addresses that a name resolved
// to, and whether a name that only resolves inside is there at all.
func Reason(err error) string {
	var joined interface{ Unwrap() []error }
	if errors.As(err, &joined) {
		return Reason(joined.Unwrap()[0])
	}
	var dial *net.OpError
	var wrapped *url.Error
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return "it took too long"
	case errors.Is(err, syscall.ECONNREFUSED): // by a host that may be reached: to any other no connection is tried
		return "the host refused the connection"
	case errors.Is(err, ErrPrivate), errors.As(err, &dial):
		return "the host cannot be reached at a public address"
	case errors.As(err, &wrapped):
		return wrapped.Err.Error()
	}
	return err.Error()
}
