// Package remote has what adapters that speak HTTP have in common: the limits of a call, and what it means for what was asked when
// no answer comes, or one with a status that says no.
package remote

import (
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"parley"
	"parley/activation"
	"parley/outbound"
)

const (
	// CallTime is the longest that a call takes, with what it needs before it, which is shorter than the courier's patience.
	CallTime = 50 * time.Second
	// ConnectTime is the longest that making a connection takes.
	ConnectTime = 10 * time.Second
	// MostAnswer is how many bytes of an answer are read.
	MostAnswer = 4 << 20

	mostAfter = time.Hour // the longest that a remote system may ask to be left alone
)

// Client makes calls to addresses on the public internet, or, with private, to any, and follows no redirects. What a call takes once
// there is a connection is bounded by its context alone.
func Client(private bool) *http.Client {
	return &http.Client{
		Transport:     outbound.Traced(transport(private)),
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

func transport(private bool) *http.Transport {
	transport := outbound.Transport(private, ConnectTime)
	transport.ResponseHeaderTimeout = 0
	return transport
}

// Refused is what another try would not change, by a code and in words.
func Refused(code, text string) error {
	return &activation.Error{Class: parley.ClassRefused, Code: code, Text: text}
}

// Unread is an answer that cannot be understood: it says nothing of what was asked, which is asked again. writes tells that something may
// have been done.
func Unread(text string, writes bool) error {
	failure := &activation.Error{Class: parley.ClassTransient, Code: "answer", Text: text}
	if writes {
		failure.Class = parley.ClassUnsure
	}
	return failure
}

// Lost is a call without an answer. Where no connection was made, nothing was done; else, if the call writes, that is unsure.
func Lost(err error, writes bool) error {
	var dial *net.OpError
	class := parley.ClassTransient
	if writes && (!errors.As(err, &dial) || dial.Op != "dial") {
		class = parley.ClassUnsure
	}
	return &activation.Error{Class: class, Code: "no_answer", Text: "no answer: " + outbound.Reason(err)}
}

// Answer is what came of a call.
type Answer struct {
	Status int
	Header http.Header
	Text   []byte
	cut    bool // the text came in part, or is too long
}

// Call makes a request when it is its turn, and answers what comes. writes tells that something may have been done when the answer is lost.
func Call(client *http.Client, request *http.Request, writes bool) (Answer, error) {
	if err := activation.AwaitTurn(request.Context()); err != nil {
		var later *activation.Error
		if errors.As(err, &later) {
			return Answer{}, later
		}
		return Answer{}, Lost(err, false) // nothing was asked
	}
	response, err := client.Do(request) //nolint:gosec // adapters give a client that goes to allowed addresses alone
	if err != nil {
		return Answer{}, Lost(err, writes)
	}
	defer func() { _ = response.Body.Close() }() // what was read is all that counts
	text, err := io.ReadAll(io.LimitReader(response.Body, MostAnswer+1))
	activation.Heard(request.Context(), response.StatusCode, text, sent(request)...)
	return Answer{Status: response.StatusCode, Header: response.Header, Text: text, cut: err != nil || len(text) > MostAnswer}, nil
}

// sent are the values of a request's headers that a credential may be in, whole and by their words.
func sent(request *http.Request) []string {
	var values []string
	for name, all := range request.Header {
		if name == "Content-Type" || name == "Accept" {
			continue
		}
		for _, value := range all {
			for _, part := range append(strings.Fields(value), value) {
				values = append(values, part, url.QueryEscape(part))
			}
		}
	}
	return values
}

// Whole fails for an answer whose text cannot be gone by.
func (a Answer) Whole(writes bool) error {
	if !a.cut {
		return nil
	}
	return Unread("the answer came in part, or is too long", writes)
}

// Judge tells what an answer's status means; nil: it is done. who is whose answer it is; writes tells that something may have
// been done although the answer says no.
func (a Answer) Judge(who string, writes bool) *activation.Error {
	failure := &activation.Error{Class: parley.ClassRefused, Code: "refused", Text: who + " answered " + strconv.Itoa(a.Status)}
	switch a.Status {
	case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests, http.StatusServiceUnavailable:
		a.Away(failure)
	case http.StatusInternalServerError, http.StatusBadGateway, http.StatusGatewayTimeout:
		failure.Class, failure.Code = parley.ClassTransient, "failed"
		if writes {
			failure.Class = parley.ClassUnsure
		}
	case http.StatusUnauthorized, http.StatusForbidden:
		failure.Class, failure.Code = parley.ClassCredentials, "credential"
	case http.StatusNotFound, http.StatusGone:
		failure.Code = "not_found"
	case http.StatusConflict:
		failure.Code = activation.Conflict
	default:
		switch {
		case a.Status >= 200 && a.Status < 300:
			return nil
		case a.Status > http.StatusInternalServerError && a.Status != http.StatusNotImplemented, a.Status < 200:
			failure.Class, failure.Code = parley.ClassTransient, "failed" // a status of no standard's, such as one of a system before it
			if writes {
				failure.Class = parley.ClassUnsure
			}
		case a.Status < http.StatusBadRequest && !writes: // it leads elsewhere, such as to a page for signing in
			failure.Class = parley.ClassTransient
		}
	}
	return failure
}

// Away makes a failure one of a system that did nothing and may be asked again, after as long as its answer says.
func (a Answer) Away(failure *activation.Error) {
	failure.Class, failure.Code = parley.ClassTransient, "away"
	failure.After = min(max(a.retryAfter(), 0), mostAfter)
}

// retryAfter is how long an answer asks to be left alone for, in seconds or until an instant, which is counted from the instant that the
// answer says it is of: whose clock is off does not matter.
func (a Answer) retryAfter() time.Duration {
	asked := a.Header.Get("Retry-After")
	if seconds, err := strconv.Atoi(asked); err == nil {
		return time.Duration(min(seconds, 1<<20)) * time.Second
	}
	until, errUntil := http.ParseTime(asked)
	now, errNow := http.ParseTime(a.Header.Get("Date"))
	if errUntil != nil || errNow != nil {
		return 0
	}
	return until.Sub(now)
}
