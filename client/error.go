package client

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"parley"
)

// Error is the seller's refusal of a call.
type Error struct {
	Status      int         // HTTP status
	Code        parley.Code // from the wire's closed list; when the answer is not the seller's own, what the status stands for
	Message     string      // for people: what is wrong and what to do next
	Fields      []parley.FieldError
	Unsupported []parley.Unsupported
	Facts       map[string]any // further members, such as available_impressions; numbers are json.Number
	RequestID   string         // to name when asking the publisher
	RetryAfter  time.Duration  // how long the seller asks to wait; 0: it did not say
}

// Error implements error.
func (e *Error) Error() string {
	text := fmt.Sprintf("%s (%d): %s", e.Code, e.Status, e.Message)
	for _, f := range e.Fields {
		text += fmt.Sprintf(" [%s: %s]", f.Path, f.Message)
	}
	if e.RequestID != "" {
		text += " (request " + e.RequestID + ")"
	}
	return text
}

// Is makes errors.Is tell refusals apart by their code.
func (e *Error) Is(target error) bool {
	kind, ok := target.(kind)
	return ok && parley.Code(kind) == e.Code
}

// Count is a fact that is a whole number, such as available_impressions.
func (e *Error) Count(fact string) (int64, bool) {
	number, ok := e.Facts[fact].(json.Number)
	if !ok {
		return 0, false
	}
	n, err := number.Int64()
	return n, err == nil
}

// Text is a fact that is a text, such as the deal_id of a quote that is booked already; empty when there is none.
func (e *Error) Text(fact string) string {
	text, _ := e.Facts[fact].(string)
	return text
}

// kind is what errors.Is compares refusals with.
type kind parley.Code

func (k kind) Error() string { return string(k) }

// The kinds of refusal, for errors.Is.
var (
	ErrValidation          error = kind(parley.CodeValidation)
	ErrUnsupported         error = kind(parley.CodeUnsupportedCapability)
	ErrUnauthorized        error = kind(parley.CodeUnauthorized)
	ErrForbidden           error = kind(parley.CodeForbidden)
	ErrNotFound            error = kind(parley.CodeNotFound)
	ErrQuoteExpired        error = kind(parley.CodeQuoteExpired)
	ErrContention          error = kind(parley.CodeContention) // lost a race, not enough inventory, or not in that state
	ErrNegotiationClosed   error = kind(parley.CodeNegotiationClosed)
	ErrIdempotencyConflict error = kind(parley.CodeIdempotencyConflict)
	ErrCeilingExceeded     error = kind(parley.CodeCeilingExceeded)
	ErrRateLimited         error = kind(parley.CodeRateLimited)
	ErrUnavailable         error = kind(parley.CodeUnavailable) // overloaded, stopping, or without its database
	ErrInternal            error = kind(parley.CodeInternal)
)

// codeOfStatus is what a status stands for when something between the seller and us answered without an envelope.
var codeOfStatus = map[int]parley.Code{
	http.StatusUnauthorized:       parley.CodeUnauthorized,
	http.StatusForbidden:          parley.CodeForbidden,
	http.StatusNotFound:           parley.CodeNotFound,
	http.StatusConflict:           parley.CodeContention,
	http.StatusGone:               parley.CodeQuoteExpired,
	http.StatusTooManyRequests:    parley.CodeRateLimited,
	http.StatusServiceUnavailable: parley.CodeUnavailable,
}

// refused reads what the seller answered in the place of a file or a stream.
func (c *Client) refused(response *http.Response) error {
	read, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return err
	}
	return refusal(response, read, c.now())
}

// refusal reads an answer that is not a success.
func refusal(response *http.Response, body []byte, now time.Time) *Error {
	e := &Error{
		Status:     response.StatusCode,
		RequestID:  response.Header.Get("X-Request-ID"),
		RetryAfter: retryAfter(response.Header.Get("Retry-After"), now),
	}
	var envelope struct {
		Detail map[string]json.RawMessage `json:"detail"`
	}
	// What does not read as the envelope is left out, not an error of its own: the status alone says what matters.
	_ = json.Unmarshal(body, &envelope)
	for member, raw := range envelope.Detail {
		switch member {
		case "error":
			_ = json.Unmarshal(raw, &e.Code)
		case "message":
			_ = json.Unmarshal(raw, &e.Message)
		case "fields":
			_ = json.Unmarshal(raw, &e.Fields)
		case "unsupported":
			_ = json.Unmarshal(raw, &e.Unsupported)
		case "request_id":
			_ = json.Unmarshal(raw, &e.RequestID)
		default:
			e.fact(member, raw)
		}
	}
	if e.Code == "" {
		e.Code = codeOfStatus[e.Status]
		if e.Code == "" {
			e.Code = parley.CodeValidation
			if e.Status >= http.StatusInternalServerError {
				e.Code = parley.CodeInternal
			}
		}
	}
	if e.Message == "" {
		e.Message = foreignMessage(body)
	}
	return e
}

func (e *Error) fact(name string, raw json.RawMessage) {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	var value any
	if decoder.Decode(&value) != nil {
		return
	}
	if e.Facts == nil {
		e.Facts = map[string]any{}
	}
	e.Facts[name] = value
}

// foreignMessage is the beginning of an answer that is not the seller's own, for whoever looks for what wrote it.
func foreignMessage(body []byte) string {
	const longest = 200
	text := strings.ToValidUTF8(strings.TrimSpace(string(body[:min(len(body), longest)])), "")
	if text == "" {
		return "The answer says nothing."
	}
	return "The answer is not the seller's own: " + text
}

// retryAfter reads the header, seconds or a date; 0 when it says nothing that can be waited for.
func retryAfter(header string, now time.Time) time.Duration {
	const longest = 24 * time.Hour
	if seconds, err := strconv.ParseInt(header, 10, 64); err == nil {
		return time.Duration(max(0, min(seconds, int64(longest/time.Second)))) * time.Second
	}
	if at, err := http.ParseTime(header); err == nil {
		return max(0, min(at.Sub(now), longest))
	}
	return 0
}
