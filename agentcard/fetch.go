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
	"net/http"
	"net/url"
	"time"
	"unicode/utf8"

	"parley"
	"parley/outbound"
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

// New makes a fetcher. Unless private is true it connects to public addresses alone.
func New(private bool) *Fetcher {
	transport := outbound.Transport(private, timeout)
	transport.DisableKeepAlives = true
	return &Fetcher{timeout: timeout, http: &http.Client{CheckRedirect: checkRedirect, Transport: outbound.Traced(transport)}}
}

func checkRedirect(request *http.Request, via []*http.Request) error {
	if len(via) > maxRedirects {
		return fmt.Errorf("more than %d redirects", maxRedirects)
	}
	return outbound.CheckURL(request.URL)
}

// Fetch answers the card that an agent publishes on the host of its URL, a JSON object. The error is CodeValidation, with
// what is wrong with the URL or with what is found there.
func (f *Fetcher) Fetch(ctx context.Context, agentURL string) (json.RawMessage, error) {
	base, err := url.Parse(agentURL)
	if err == nil {
		err = outbound.CheckURL(base)
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
	problem := parley.Invalid("url", "has no agent card that can be read: %s", outbound.Reason(err))
	problem.Cause = err
	return problem
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
