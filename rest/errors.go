package rest

import (
	"net/http"
	"reflect"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"parley"
	"parley/admission"
	"parley/wire"
)

// mapping is how a domain code appears on this edge.
type mapping struct {
	status     int
	retryAfter int // seconds; 0: no Retry-After
}

// codes maps every code of the domain; a test fails when one is missing.
var codes = map[parley.Code]mapping{
	parley.CodeMalformed:             {status: http.StatusBadRequest},
	parley.CodeValidation:            {status: http.StatusUnprocessableEntity},
	parley.CodeUnsupportedCapability: {status: http.StatusUnprocessableEntity},
	// 400, and not 422: buyers' agents ask again with less of their plan after that status alone.
	parley.CodeUnsupportedAudience:  {status: http.StatusBadRequest},
	parley.CodeUnauthorized:         {status: http.StatusUnauthorized},
	parley.CodeForbidden:            {status: http.StatusForbidden},
	parley.CodeNotFound:             {status: http.StatusNotFound},
	parley.CodeQuoteExpired:         {status: http.StatusGone},
	parley.CodeContention:           {status: http.StatusConflict},
	parley.CodeConflict:             {status: http.StatusConflict},
	parley.CodeNegotiationClosed:    {status: http.StatusConflict},
	parley.CodeIdempotencyConflict:  {status: http.StatusConflict},
	parley.CodeCeilingExceeded:      {status: http.StatusConflict},
	parley.CodePreconditionFailed:   {status: http.StatusPreconditionFailed},
	parley.CodeTooLarge:             {status: http.StatusRequestEntityTooLarge},
	parley.CodeUnsupportedMediaType: {status: http.StatusUnsupportedMediaType},
	parley.CodeMethodNotAllowed:     {status: http.StatusMethodNotAllowed},
	parley.CodeRateLimited:          {status: http.StatusTooManyRequests, retryAfter: 1},
	parley.CodeUnavailable:          {status: http.StatusServiceUnavailable, retryAfter: 5},
	parley.CodeInternal:             {status: http.StatusInternalServerError},
}

// retryAfterFact carries the seconds of a Retry-After header from where they are known to where the answer is written.
const retryAfterFact = admission.RetryAfterFact

// writeError answers with the envelope.
func writeError(w http.ResponseWriter, requestID string, err error) {
	failure := wire.PublicError(err)
	how := codes[failure.Code]
	header := w.Header()
	header.Del("ETag")
	header.Set("Content-Type", "application/json")
	header.Set("Cache-Control", "no-store")
	if failure.Code == parley.CodeUnauthorized {
		header.Set("WWW-Authenticate", `Bearer realm="parley"`)
	}
	if seconds, known := failure.Facts[retryAfterFact].(int); known {
		how.retryAfter = seconds
	}
	if how.retryAfter > 0 {
		header.Set("Retry-After", strconv.Itoa(how.retryAfter))
	}
	body := wire.EncodeError(failure, requestID)
	header.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(how.status)
	_, _ = w.Write(body) //nolint:gosec // JSON, and said to be
}

// errorResponses describes the failures of an operation in the OpenAPI document.
func errorResponses(registry huma.Registry, statuses ...int) map[string]*huma.Response {
	schema := registry.Schema(reflect.TypeFor[wire.ErrorEnvelope](), true, "")
	responses := make(map[string]*huma.Response, len(statuses))
	for _, status := range statuses {
		responses[strconv.Itoa(status)] = &huma.Response{
			Description: failureDescriptions[status],
			Content:     map[string]*huma.MediaType{"application/json": {Schema: schema}},
		}
	}
	return responses
}

var failureDescriptions = map[int]string{
	http.StatusBadRequest:   "The body is not JSON.",
	http.StatusUnauthorized: "No API key, or one that is unknown, revoked or expired.",
	http.StatusForbidden:    "The API key does not allow it.",
	http.StatusNotFound:     "It does not exist, or it belongs to another buyer.",
	http.StatusConflict: "It is not in a state that allows this, the inventory is short, or the idempotency key was used " +
		"for another request.",
	http.StatusGone:                "The quote has expired.",
	http.StatusPreconditionFailed:  "It changed since the version named.",
	http.StatusUnprocessableEntity: "A field is wrong, or the request needs what this seller does not trade.",
	http.StatusTooManyRequests:     "Too many requests; wait for Retry-After seconds.",
	http.StatusServiceUnavailable:  "Overloaded, stopping, or without its database; come back after Retry-After seconds, with the same idempotency key.",
}
