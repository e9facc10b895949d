package outbound

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"time"
)

const (
	mostAnswer = 64 << 10 // bytes of an answer that are read, so that its connection can be used again
	mostKept   = 1000     // bytes of an answer that are kept
)

// Poster posts JSON to addresses that strangers name. It is safe for concurrent use.
type Poster struct {
	Timeout time.Duration // for all of a message
	http    *http.Client
}

// NewPoster makes one. Unless private is true it connects to public addresses alone.
func NewPoster(private bool, timeout time.Duration) *Poster {
	transport := Transport(private, timeout)
	transport.MaxIdleConnsPerHost, transport.IdleConnTimeout = 4, 30*time.Second
	return &Poster{Timeout: timeout, http: &http.Client{
		Transport: Traced(transport),
		// Who moves says so to the seller; a redirect that somebody else has put up is not followed.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// Answer is what came back of a message.
type Answer struct {
	Status int // in HTTP's numbers
	Header http.Header
	Begins []byte // its body's first bytes
}

// Accepted tells whether the answer is 2xx.
func (a Answer) Accepted() bool { return a.Status >= 200 && a.Status <= 299 }

// Post sends a message, with headers beside those of every JSON body. Its error is for the address's owner to read: it tells neither the
// address nor what its name resolved to.
func (p *Poster) Post(ctx context.Context, to string, body []byte, header map[string]string) (Answer, error) {
	ctx, cancel := context.WithTimeout(ctx, p.Timeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, to, bytes.NewReader(body))
	if err != nil {
		return Answer{}, errors.New("the address is no URL")
	}
	if err := CheckURL(request.URL); err != nil {
		return Answer{}, err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", "parley")
	for name, value := range header {
		request.Header.Set(name, value)
	}
	response, err := p.http.Do(request)
	if err != nil {
		return Answer{}, errors.New(Reason(err))
	}
	defer func() { _ = response.Body.Close() }() // nothing in it decides
	kept := make([]byte, mostKept)
	n, _ := io.ReadFull(response.Body, kept)
	_, _ = io.Copy(io.Discard, io.LimitReader(response.Body, mostAnswer-mostKept))
	return Answer{Status: response.StatusCode, Header: response.Header, Begins: kept[:n]}, nil
}
