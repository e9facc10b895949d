package webhook

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"parley"
	"parley/outbound"
	"parley/webhook/signature"
)

const timeout = 10 * time.Second // for all of a delivery

// Message is one delivery: an event on its way to a webhook.
type Message struct {
	URL        string
	SigningKey string // the webhook's
	FormerKey  string // the one before it, while both sign; else empty
	EventID    string
	At         time.Time // of the attempt
	Body       []byte    // JSON
	Mode       string    // in the header parley.ModeHeader; empty: what it tells of is real
}

// Answer is what came back of a delivery.
type Answer struct {
	Status int    // in HTTP's numbers; 0: there was no answer
	Body   string // how it begins, as text
}

// ErrGone is the failure of a delivery to an address that wants no more of them.
var ErrGone = errors.New("the answer is 410 Gone")

// Refusal is the failure of a delivery to an address that answered anything else but 2xx, and may have said when to come back.
type Refusal struct {
	Reason     string
	RetryAfter time.Duration // from the time of the attempt; never below 0
}

// Error implements error.
func (r *Refusal) Error() string { return r.Reason }

// Sender delivers. It is safe for concurrent use.
type Sender struct{ *outbound.Poster }

// NewSender makes a sender. Unless private is true it connects to public addresses alone.
func NewSender(private bool) *Sender { return &Sender{outbound.NewPoster(private, timeout)} }

// Send delivers one message, which an answer of 2xx accepts. ErrGone is the answer of an address that wants
// no more, a Refusal any other. The error is for the webhook's owner to read: it tells no address that a name resolved to.
func (s *Sender) Send(ctx context.Context, message Message) (answer Answer, err error) {
	signed, err := signatures(message)
	if err != nil {
		return answer, err
	}
	header := map[string]string{
		"Webhook-Id": message.EventID, "Webhook-Timestamp": signature.Timestamp(message.At), "Webhook-Signature": signed,
	}
	if message.Mode != "" {
		header[parley.ModeHeader] = message.Mode
	}
	got, err := s.Post(ctx, message.URL, message.Body, header)
	if err != nil {
		return answer, err
	}
	answer = Answer{Status: got.Status, Body: plain(got.Begins)}
	switch {
	case got.Status == http.StatusGone:
		return answer, ErrGone
	case !got.Accepted():
		return answer, &Refusal{Reason: fmt.Sprintf("the answer is %d", got.Status), RetryAfter: retryAfter(got.Header, message.At)}
	}
	return answer, nil
}

// signatures are those of a delivery, by the webhook's key and, while both sign, by the one before it.
func signatures(m Message) (string, error) {
	signed, err := signature.Sign(m.SigningKey, m.EventID, m.At, m.Body)
	if err != nil || m.FormerKey == "" {
		return signed, err
	}
	former, err := signature.Sign(m.FormerKey, m.EventID, m.At, m.Body)
	return signed + " " + former, err
}

// plain is text, whatever the bytes are.
func plain(body []byte) string {
	return strings.Map(func(r rune) rune {
		if r == 0 {
			return utf8.RuneError
		}
		return r
	}, strings.ToValidUTF8(string(body), string(utf8.RuneError)))
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
