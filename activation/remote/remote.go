// Package remote has what adapters that speak HTTP have in common: the limits of a call, and what it means for what was asked when
// no answer comes, or one with a status that says no.
package remote

import (
	"errors"
	"net"
	"net/http"
	"strconv"
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
)

// mostAfter is the longest that a remote system may ask to be left alone.
const mostAfter = time.Hour

// Refused is what another try would not change, by a code and in words.
func Refused(code, text string) error {
	return &activation.Error{Class: parley.ClassRefused, Code: code, Text: text}
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

// Judge tells what an answer's status means; nil: it is done. who is whose answer it is; writes tells that something may have
// been done although the answer says no.
func Judge(answer *http.Response, who string, writes bool) *activation.Error {
	status := answer.StatusCode
	failure := &activation.Error{Class: parley.ClassRefused, Code: "refused", Text: who + " answered " + strconv.Itoa(status)}
	switch status {
	case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests, http.StatusServiceUnavailable:
		Away(failure, answer)
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
		failure.Code = "conflict"
	default:
		if status >= 200 && status < 300 {
			return nil
		}
	}
	return failure
}

// Away makes a failure one of a system that did nothing and may be asked again, after as long as it says.
func Away(failure *activation.Error, answer *http.Response) {
	failure.Class, failure.Code = parley.ClassTransient, "away"
	if seconds, err := strconv.Atoi(answer.Header.Get("Retry-After")); err == nil && seconds > 0 {
		failure.After = min(time.Duration(min(seconds, 1<<20))*time.Second, mostAfter)
	}
}
