package client

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"parley/wire/document"
)

// Client talks to one seller agent as one buyer. It is safe for concurrent use.
type Client struct {
	base  *url.URL
	wrong error // why base is unusable; told by the first call
	key   string
	// session makes a client without a key known again for what it repeats; nobody else knows it.
	session string
	// sessionID is the session that changes are part of; empty: none.
	sessionID string
	agent     string
	http      *http.Client
	retry     Retry
	wait      func(context.Context, time.Duration) error
	now       func() time.Time
}

// Option changes how a client works.
type Option func(*Client)

// WithHTTPClient makes the client use another http.Client, such as one with a proxy or with certificates of its own. A
// Timeout of it would end streams of events; give calls a context instead.
func WithHTTPClient(h *http.Client) Option { return func(c *Client) { c.http = h } }

// WithRetry changes how often a call is tried and how long it waits in between.
func WithRetry(r Retry) Option { return func(c *Client) { c.retry = r } }

// WithUserAgent names the program in the requests' User-Agent header.
func WithUserAgent(name string) Option { return func(c *Client) { c.agent = name } }

// New makes a client for the seller agent at baseURL, such as https://ads.example.com, with a buyer's API key; an empty key
// makes an anonymous client, which sellers show price ranges, and quote at the public tier. A baseURL that is none is told
// by every call.
func New(baseURL, key string, options ...Option) *Client {
	c := &Client{
		key: key, agent: "parley-client", retry: DefaultRetry(), wait: sleep, now: time.Now,
		http: &http.Client{Transport: transport()},
	}
	c.base, c.wrong = parseBase(baseURL)
	if key == "" {
		c.session = rand.Text()
	}
	for _, option := range options {
		option(c)
	}
	return c
}

// transport keeps more connections to the one seller than the standard library does to any host.
func transport() http.RoundTripper {
	const perHost = 64
	switch standard := http.DefaultTransport.(type) {
	case *http.Transport:
		own := standard.Clone()
		own.MaxIdleConnsPerHost = perHost
		return own
	default: // the program's own idea of one
		return standard
	}
}

var errBase = errors.New("must be an http or https URL such as https://ads.example.com")

func parseBase(text string) (*url.URL, error) {
	base, err := url.Parse(strings.TrimRight(text, "/"))
	if err != nil || base.Host == "" || (base.Scheme != "http" && base.Scheme != "https") {
		return nil, fmt.Errorf("client: the seller's address %q %w", text, errBase)
	}
	return base, nil
}

// keyed is the key that a request names, or a new one of 128 random bits or more.
func keyed(given string) string {
	if given != "" {
		return given
	}
	return "idem-" + rand.Text()
}

// minted is a key for one call.
func minted() document.Idempotency { return document.Idempotency{IdempotencyKey: keyed("")} }
