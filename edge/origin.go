package edge

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	"parley"
)

var (
	errHost = parley.Errorf(parley.CodeForbidden,
		"This server is not known under that host. Its operator sets public-url to the address that clients use.")
	errOrigin = parley.Errorf(parley.CodeForbidden, "A page of another site cannot call this.")
)

// Origins tells the requests of clients from those that a page in a browser was made to send: to a name that was led here, or
// across sites.
type Origins struct {
	public     string // host, with its port where it names one other than its scheme's
	port       string // of the public URL's scheme, which a client may name
	protection *http.CrossOriginProtection
}

// NewOrigins lets through requests to the host of a public URL and to this machine's own, and of browsers those of pages at the
// public URL. Without one, only this machine's own hosts are let through.
func NewOrigins(publicURL string) (*Origins, error) {
	o := &Origins{protection: http.NewCrossOriginProtection()}
	if publicURL == "" {
		return o, nil
	}
	address, err := url.Parse(publicURL)
	if err != nil {
		return nil, fmt.Errorf("edge: the public URL: %w", err)
	}
	o.port = map[string]string{"http": ":80", "https": ":443"}[strings.ToLower(address.Scheme)]
	o.public = strings.TrimSuffix(address.Host, o.port)
	return o, o.protection.AddTrustedOrigin(address.Scheme + "://" + o.public) // as browsers write it
}

// Check refuses a request that was sent to another host than ours, and one that a page of another site has sent.
func (o *Origins) Check(r *http.Request) error {
	if err := o.CheckHost(r); err != nil {
		return err
	}
	if o.protection.Check(r) != nil {
		return errOrigin
	}
	return nil
}

// CheckHost refuses a request that was sent to another host than ours.
func (o *Origins) CheckHost(r *http.Request) error {
	if o.public != "" && strings.EqualFold(strings.TrimSuffix(r.Host, o.port), o.public) {
		return nil
	}
	name := r.Host
	if alone, _, err := net.SplitHostPort(name); err == nil {
		name = alone
	}
	if strings.EqualFold(name, "localhost") {
		return nil
	}
	if address, err := netip.ParseAddr(strings.TrimSuffix(strings.TrimPrefix(name, "["), "]")); err == nil && address.IsLoopback() {
		return nil
	}
	return errHost
}
