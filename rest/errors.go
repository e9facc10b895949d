package rest

import (
	"net/http"
	"reflect"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"parley/edge"
	"parley/wire"
)

// writeError answers with the envelope.
func writeError(w http.ResponseWriter, requestID string, err error) {
	failure := wire.PublicError(err)
	header := w.Header()
	status := edge.Refuse(header, failure)
	header.Set("Content-Type", "application/json")
	body := wire.EncodeError(failure, requestID)
	header.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body) //nolint:gosec // JSON, and said to be
}

// errorResponses describes the failures of an operation in the OpenAPI document.
func errorResponses(registry huma.Registry, statuses ...int) map[string]*huma.Response {
	schema := registry.Schema(reflect.TypeFor[wire.ErrorEnvelope](), true, "")
	responses := make(map[string]*huma.Response, len(statuses))
	for _, status := range statuses {
		described := headers(answeredAlways)
		switch status {
		case http.StatusTooManyRequests, http.StatusServiceUnavailable:
			described = headers(answeredAlways, answeredRetry)
		case http.StatusUnauthorized:
			described = headers(answeredAlways, answeredChallenge)
		}
		responses[strconv.Itoa(status)] = &huma.Response{
			Description: failureDescriptions[status], Headers: described,
			Content: map[string]*huma.MediaType{"application/json": {Schema: schema}},
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
	http.StatusGone:                  "The quote has expired.",
	http.StatusRequestEntityTooLarge: "The body is too long; a file can be sent in parts.",
	http.StatusUnsupportedMediaType:  "The body is not application/json, or another media type that this operation reads.",
	http.StatusInternalServerError:   "The server's own fault; it is safe to try again under the same idempotency key.",
	http.StatusPreconditionFailed:    "It changed since the version named.",
	http.StatusUnprocessableEntity:   "A field is wrong, or the request needs what this seller does not trade.",
	http.StatusTooManyRequests:       "Too many requests; wait for Retry-After seconds.",
	http.StatusServiceUnavailable:    "Overloaded, stopping, or without its database; come back after Retry-After seconds, with the same idempotency key.",
}
