package parley

import (
	"errors"
	"fmt"
)

// Code is the stable, machine-readable name of a failure. Every edge maps it to its own vocabulary (HTTP status, MCP
// error) in exactly one table.
type Code string

// The codes of the wire specification.
const (
	CodeMalformed             Code = "malformed"              // the body cannot be read at all
	CodeValidation            Code = "validation"             // readable, but a field is wrong
	CodeUnsupportedCapability Code = "unsupported_capability" // understood, but this seller does not trade it
	CodeUnsupportedAudience   Code = "unsupported_audience"   // an audience plan asks for what no product can be sold by
	CodeUnauthorized          Code = "unauthorized"           // no credential, or a bad one
	CodeForbidden             Code = "forbidden"              // a good credential without the right
	CodeNotFound              Code = "not_found"              // unknown, or somebody else's
	CodeQuoteExpired          Code = "quote_expired"          // the quote's time is over
	CodeContention            Code = "contention"             // lost a race, or not enough inventory
	CodeConflict              Code = "conflict"               // the resource is not in a state that allows this
	CodeNegotiationClosed     Code = "negotiation_closed"     // the negotiation has ended
	CodeIdempotencyConflict   Code = "idempotency_conflict"   // the key was used with another body
	CodeCeilingExceeded       Code = "ceiling_exceeded"       // above a limit that the caller set
	CodeTooLarge              Code = "too_large"              // the body is over the limit
	CodeUnsupportedMediaType  Code = "unsupported_media_type" // the body is not JSON
	CodeMethodNotAllowed      Code = "method_not_allowed"     // the path exists, the method does not
	CodePreconditionFailed    Code = "precondition_failed"    // an expected version is no longer the current one
	CodeRateLimited           Code = "rate_limited"           // too many requests
	CodeUnavailable           Code = "unavailable"            // overloaded, shutting down, or without a database that can be read and written
	CodeInternal              Code = "internal"               // our fault
)

// FieldError says what is wrong with one field of a request. Path is in the caller's own terms, such as
// "buyer_identity.seat_id".
type FieldError struct {
	Path    string `json:"path"`
	Message string `json:"message"`
}

// Unsupported names one capability that the request needs and this seller lacks.
type Unsupported struct {
	Capability string `json:"capability"`
	Path       string `json:"path"`
	Reason     string `json:"reason"`
}

// Error is the one error type of the domain. Message is written for the caller and says what to do next; Cause stays
// inside the process and never reaches a peer. Facts are additional members of the public error object, such as
// available_impressions.
type Error struct {
	Code        Code
	Message     string
	Fields      []FieldError
	Unsupported []Unsupported
	Facts       map[string]any
	Cause       error
}

// Error implements error. It includes the cause and is meant for logs, not for peers.
func (e *Error) Error() string {
	text := string(e.Code) + ": " + e.Message
	for _, f := range e.Fields {
		text += fmt.Sprintf(" [%s: %s]", f.Path, f.Message)
	}
	if e.Cause != nil {
		text += ": " + e.Cause.Error()
	}
	return text
}

// Unwrap returns the internal cause.
func (e *Error) Unwrap() error { return e.Cause }

// With returns a copy of the error that carries one more public fact.
func (e *Error) With(name string, value any) *Error {
	facts := make(map[string]any, len(e.Facts)+1)
	for k, v := range e.Facts {
		facts[k] = v
	}
	facts[name] = value
	copied := *e
	copied.Facts = facts
	return &copied
}

// Errorf makes an error with a public message.
func Errorf(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// Invalid makes a validation error about one field.
func Invalid(path, format string, args ...any) *Error {
	message := fmt.Sprintf(format, args...)
	return &Error{
		Code:    CodeValidation,
		Message: path + " " + message,
		Fields:  []FieldError{{Path: path, Message: message}},
	}
}

// Internal wraps an unexpected failure. The cause is logged; the peer sees only a fixed sentence.
func Internal(cause error) *Error {
	return &Error{Code: CodeInternal, Message: "The server failed to handle this request. Retry with the same idempotency key.", Cause: cause}
}

// Is tells whether an error has a code. What is no error has none.
func Is(err error, code Code) bool { return err != nil && CodeOf(err) == code }

// CodeOf tells the code of an error; anything that is not an *Error is internal. Without an error it is empty.
func CodeOf(err error) Code {
	if err == nil {
		return ""
	}
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return CodeInternal
}

// Quantity writes a number of things for people: 1 second, 2 seconds.
func Quantity[N ~int | ~int64](n N, one string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %ss", n, one)
}

// Problems collects field errors so that a caller learns all of them at once.
type Problems []FieldError

// Add records a problem with one field.
func (p *Problems) Add(path, format string, args ...any) {
	*p = append(*p, FieldError{Path: path, Message: fmt.Sprintf(format, args...)})
}

// Err returns nil when there is no problem, else one validation error that names every field.
func (p Problems) Err() error {
	if len(p) == 0 {
		return nil
	}
	message := p[0].Path + " " + p[0].Message
	if len(p) > 1 {
		message = fmt.Sprintf("%s (and %d more; see fields)", message, len(p)-1)
	}
	return &Error{Code: CodeValidation, Message: message, Fields: p}
}
