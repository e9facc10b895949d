// Package agentcard fetches the cards in which agents describe themselves, from addresses that strangers name. It trusts
// neither the address nor what is found there: the network it may reach, the size, the time and the redirects are bounded.
package agentcard

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"syscall"
	"time"
	"unicode/utf8"

	"parley"
)

// The bounds of a fetch.
const (
	maxCard      = 256 << 10 // bytes of a card
	maxDepth     = 32        // objects and arrays inside each other, far less than any store refuses
	maxRedirects = 3
	timeout      = 10 * time.Second // for all of it
)

// paths are where agents publish their cards, the newer name last.
var paths = []string{"/.well-known/agent.json", "/.well-known/agent-card.json"}

// Fetcher fetches cards.
type Fetcher struct {
	http    *http.Client
	timeout time.Duration
}

// New makes a fetcher. Unless private is true it connects to public addresses alone: the check is made on the address that
// is connected to, after names are resolved, on every connection of every redirect.
func New(private bool) *Fetcher {
	dialer := &net.Dialer{Timeout: timeout}
	if !private {
		dialer.Control = func(_, address string, _ syscall.RawConn) error { return checkAddress(address) }
	}
	return &Fetcher{timeout: timeout, http: &http.Client{
		CheckRedirect: checkRedirect,
		Transport: &http.Transport{
			// Without a proxy: it would be the proxy's address that is checked.
			DialContext: dialer.DialContext, DisableKeepAlives: true, MaxResponseHeaderBytes: 32 << 10,
			TLSHandshakeTimeout: timeout, ResponseHeaderTimeout: timeout,
		},
	}}
}

var errPrivate = errors.New("the address is not public")

// checkAddress refuses what is not on the public internet, such as this machine, its network, or a cloud's metadata.
func checkAddress(address string) error {
	host, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	if !public(host.Addr()) {
		return errPrivate
	}
	return nil
}

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

func public(address netip.Addr) bool {
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

func checkRedirect(request *http.Request, via []*http.Request) error {
	if len(via) > maxRedirects {
		return fmt.Errorf("more than %d redirects", maxRedirects)
	}
	return checkURL(request.URL)
}

func checkURL(target *url.URL) error {
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

// Fetch answers the card that an agent publishes on the host of its URL, a JSON object. The error is CodeValidation, with
// what is wrong with the URL or with what is found there.
func (f *Fetcher) Fetch(ctx context.Context, agentURL string) (json.RawMessage, error) {
	base, err := url.Parse(agentURL)
	if err == nil {
		err = checkURL(base)
	}
	if err != nil {
		return nil, refused(err)
	}
	ctx, cancel := context.WithTimeout(ctx, f.timeout)
	defer cancel()
	var problems []error
	for _, path := range paths {
		card, err := f.get(ctx, base.ResolveReference(&url.URL{Path: path}).String())
		if err == nil {
			return card, nil
		}
		problems = append(problems, fmt.Errorf("%s: %w", path, err))
	}
	return nil, refused(errors.Join(problems...))
}

// refused says what is wrong in words for the operator who named the URL.
func refused(err error) error {
	problem := parley.Invalid("url", "has no agent card that can be read: %s", plain(err))
	problem.Cause = err
	return problem
}

// plain is the reason without addresses that a name resolved to, which would make the fetcher a way to look around inside.
func plain(err error) string {
	var joined interface{ Unwrap() []error }
	if errors.As(err, &joined) {
		return plain(joined.Unwrap()[0])
	}
	var dial *net.OpError
	var wrapped *url.Error
	switch {
	case errors.Is(err, errPrivate):
		return errPrivate.Error()
	case errors.Is(err, context.DeadlineExceeded):
		return "it took too long"
	case errors.As(err, &dial):
		return "the host cannot be reached"
	case errors.As(err, &wrapped):
		return wrapped.Err.Error()
	}
	return err.Error()
}

func (f *Fetcher) get(ctx context.Context, target string) (json.RawMessage, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, target, nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Accept", "application/json")
	request.Header.Set("User-Agent", "parley")
	response, err := f.http.Do(request)
	if err != nil {
		return nil, err
	}
	defer func() { _ = response.Body.Close() }() // read to its end, or not wanted
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the answer is %s", response.Status)
	}
	if kind, _, err := mime.ParseMediaType(response.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return nil, errors.New("the answer is not application/json")
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, maxCard+1))
	switch {
	case err != nil:
		return nil, err
	case len(body) > maxCard:
		return nil, fmt.Errorf("the card is over %d bytes long", maxCard)
	}
	var card map[string]json.RawMessage
	if err := json.Unmarshal(body, &card); err != nil || card == nil {
		return nil, errors.New("the card is not a JSON object")
	}
	switch {
	case !utf8.Valid(body):
		return nil, errors.New("the card is not UTF-8")
	case depth(body) > maxDepth:
		return nil, fmt.Errorf("the card is nested more than %d deep", maxDepth)
	}
	return json.Marshal(card)
}

// depth is how many objects and arrays of a valid JSON text are inside each other at most.
func depth(text []byte) int {
	open, deepest := 0, 0
	for decoder := json.NewDecoder(bytes.NewReader(text)); ; {
		token, err := decoder.Token()
		if err != nil {
			return deepest
		}
		switch token {
		case json.Delim('{'), json.Delim('['):
			open++
			deepest = max(deepest, open)
		case json.Delim('}'), json.Delim(']'):
			open--
		}
	}
}
