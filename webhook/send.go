// Package webhook delivers events to addresses that their readers named, in the way of Standard Webhooks 1.0: signed with a
// key that the receiver knows, and each under the id of its event, by which a repetition is recognized.
package webhook

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"parley"
	"parley/outbound"
)

const (
	timeout   = 10 * time.Second // for all of a delivery
	maxAnswer = 64 << 10         // bytes of an answer that are read, so that its connection can be used again
)

// Sender delivers. It is safe for concurrent use.
type Sender struct {
	http    *http.Client
	timeout time.Duration
}

// New makes a sender. Unless private is true it connects to public addresses alone.
func New(private bool) *Sender {
	transport := outbound.Transport(private, timeout)
	transport.MaxIdleConnsPerHost, transport.IdleConnTimeout = 4, 30*time.Second
	return &Sender{timeout: timeout, http: &http.Client{
		Transport: transport,
		// Who moves says so to the seller; a redirect that somebody else has put up is not followed.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// Send delivers one message, which an answer of 2xx accepts. parley.ErrWebhookGone is the answer of an address that wants
// no more, a parley.WebhookRefusal any other. The error is for the webhook's owner to read: it tells no address that a name resolved to.
func (s *Sender) Send(ctx context.Context, message parley.WebhookMessage) error {
	signature, err := message.Signature()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, message.URL, bytes.NewReader(message.Body))
	if err != nil {
		return errors.New("the address is no URL")
	}
	if err := outbound.CheckURL(request.URL); err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", "parley")
	request.Header.Set("Webhook-Id", message.EventID)
	request.Header.Set("Webhook-Timestamp", message.Timestamp())
	request.Header.Set("Webhook-Signature", signature)
	response, err := s.http.Do(request)
	if err != nil {
		return errors.New(outbound.Reason(err))
	}
	defer func() { _ = response.Body.Close() }() // nothing in it matters
	_, _ = io.Copy(io.Discard, io.LimitReader(response.Body, maxAnswer))
	switch {
	case response.StatusCode == http.StatusGone:
		return parley.ErrWebhookGone
	case response.StatusCode < 200 || response.StatusCode > 299:
		return &parley.WebhookRefusal{
			Reason: fmt.Sprintf("the answer is %d", response.StatusCode), RetryAfter: retryAfter(response.Header, message.At),
		}
	}
	return nil
}

// retryAfter is how long after an attempt the receiver wants to be left alone: seconds or a date; 0 when it does not say.
func retryAfter(header http.Header, at time.Time) time.Duration {
	const most = math.MaxInt64 / int64(time.Second)
	said := strings.TrimSpace(header.Get("Retry-After"))
	if seconds, err := strconv.ParseUint(said, 10, 64); err == nil || errors.Is(err, strconv.ErrRange) {
		return time.Duration(min(seconds, uint64(most))) * time.Second
	}
	date, err := http.ParseTime(said)
	if err != nil {
		return 0
	}
	return max(date.Sub(at), 0)
}
