package edge

import (
	"net/http"
	"strconv"

	"parley"
	"parley/admission"
)

// statuses is the one table from what went wrong to HTTP's word for it; a test fails when a code is missing.
var statuses = map[parley.Code]int{
	parley.CodeMalformed:             http.StatusBadRequest,
	parley.CodeValidation:            http.StatusUnprocessableEntity,
	parley.CodeUnsupportedCapability: http.StatusUnprocessableEntity,
	// 400, and not 422: buyers' agents ask again with less of their plan after that status alone.
	parley.CodeUnsupportedAudience:  http.StatusBadRequest,
	parley.CodeUnauthorized:         http.StatusUnauthorized,
	parley.CodeForbidden:            http.StatusForbidden,
	parley.CodeNotFound:             http.StatusNotFound,
	parley.CodeQuoteExpired:         http.StatusGone,
	parley.CodeContention:           http.StatusConflict,
	parley.CodeConflict:             http.StatusConflict,
	parley.CodeNegotiationClosed:    http.StatusConflict,
	parley.CodeIdempotencyConflict:  http.StatusConflict,
	parley.CodeCeilingExceeded:      http.StatusConflict,
	parley.CodePreconditionFailed:   http.StatusPreconditionFailed,
	parley.CodeTooLarge:             http.StatusRequestEntityTooLarge,
	parley.CodeUnsupportedMediaType: http.StatusUnsupportedMediaType,
	parley.CodeMethodNotAllowed:     http.StatusMethodNotAllowed,
	parley.CodeRateLimited:          http.StatusTooManyRequests,
	parley.CodeUnavailable:          http.StatusServiceUnavailable,
	parley.CodeInternal:             http.StatusInternalServerError,
}

// Seconds after which to come back, where the error does not say.
const (
	retryLimited     = 1
	retryUnavailable = 5
)

// Status is the status that an error is answered with.
func Status(failure *parley.Error) int { return statuses[failure.Code] }

// Refuse puts into the header of an answer what goes with an error, and answers its status.
func Refuse(header http.Header, failure *parley.Error) (status int) {
	status = Status(failure)
	header.Del("ETag")
	header.Set("Cache-Control", "no-store")
	retry := 0
	switch status {
	case http.StatusUnauthorized:
		header.Set("WWW-Authenticate", `Bearer realm="parley"`)
	case http.StatusTooManyRequests:
		retry = retryLimited
	case http.StatusServiceUnavailable:
		retry = retryUnavailable
	}
	if seconds, known := failure.Facts[admission.RetryAfterFact].(int); known {
		retry = seconds
	}
	if retry > 0 {
		header.Set("Retry-After", strconv.Itoa(retry))
	}
	return status
}
