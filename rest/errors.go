package rest

import (
	"errors"
	"maps"
	"net/http"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"parley"
	"parley/admission"
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

// publicCodes are what clients read in the place of each code of the domain: a closed list, which they parse. A test fails when
// one is missing.
var publicCodes = map[parley.Code]parley.Code{
	parley.CodeMalformed:             parley.CodeValidation,
	parley.CodeValidation:            parley.CodeValidation,
	parley.CodeUnsupportedCapability: parley.CodeUnsupportedCapability,
	parley.CodeUnsupportedAudience:   parley.CodeUnsupportedCapability,
	parley.CodeUnauthorized:          parley.CodeUnauthorized,
	parley.CodeForbidden:             parley.CodeForbidden,
	parley.CodeNotFound:              parley.CodeNotFound,
	parley.CodeQuoteExpired:          parley.CodeQuoteExpired,
	parley.CodeContention:            parley.CodeContention,
	parley.CodeConflict:              parley.CodeContention,
	parley.CodeNegotiationClosed:     parley.CodeNegotiationClosed,
	parley.CodeIdempotencyConflict:   parley.CodeIdempotencyConflict,
	parley.CodeCeilingExceeded:       parley.CodeCeilingExceeded,
	parley.CodePreconditionFailed:    parley.CodeContention,
	parley.CodeTooLarge:              parley.CodeValidation,
	parley.CodeUnsupportedMediaType:  parley.CodeValidation,
	parley.CodeMethodNotAllowed:      parley.CodeValidation,
	parley.CodeRateLimited:           parley.CodeRateLimited,
	parley.CodeUnavailable:           parley.CodeUnavailable,
	parley.CodeInternal:              parley.CodeInternal,
}

// retryAfterFact carries the seconds of a Retry-After header from where they are known to where the answer is written.
const retryAfterFact = admission.RetryAfterFact

// errorDetail is the public part of a failure. Facts of the error, such as available_impressions, are further members.
type errorDetail struct {
	Error       parley.Code          `json:"error" doc:"What went wrong, from a closed list: see the description." example:"validation"`
	Message     string               `json:"message" doc:"For people: what is wrong and what to do next."`
	Unsupported []parley.Unsupported `json:"unsupported" doc:"Capabilities that the request needs and this seller lacks."`
	Fields      []parley.FieldError  `json:"fields,omitempty" doc:"Each field that is wrong."`
	RequestID   string               `json:"request_id" doc:"Also in X-Request-ID; name it when you ask the publisher."`
}

// ErrorEnvelope is the body of every answer that is not a success.
type ErrorEnvelope struct {
	Detail errorDetail `json:"detail"`
}

// calledSo names the fields of a refusal as the caller did, where a request may call one thing by several names: names has
// the caller's for each of the flow's that is another.
func calledSo(err error, names map[string]string) error {
	var refused *parley.Error
	if !errors.As(err, &refused) || refused.Code != parley.CodeValidation {
		return err
	}
	var problems parley.Problems
	renamed := false
	for _, field := range refused.Fields {
		for named, called := range names {
			if rest, is := strings.CutPrefix(field.Path, named); is && (rest == "" || rest[0] == '.') {
				field.Path, renamed = called+rest, true
				break
			}
		}
		problems.Add(field.Path, "%s", field.Message)
	}
	if !renamed {
		return err
	}
	var called *parley.Error
	errors.As(problems.Err(), &called)
	called.Facts, called.Cause = refused.Facts, refused.Cause
	return called
}

// publicError finds the domain error in err. Anything else is our own fault, whose cause stays here.
func publicError(err error) *parley.Error {
	var known *parley.Error
	if errors.As(err, &known) {
		if _, mapped := publicCodes[known.Code]; mapped {
			return known
		}
	}
	if errors.Is(err, parley.ErrOverflow) {
		return &parley.Error{
			Code: parley.CodeValidation, Cause: err,
			Message: "The amounts that this comes to are too large to be reckoned with. Ask for fewer impressions or another price.",
		}
	}
	return parley.Internal(err)
}

// writeError answers with the envelope.
func writeError(w http.ResponseWriter, requestID string, err error) {
	failure := publicError(err)
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
	body := encodeError(failure, requestID)
	header.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(how.status)
	_, _ = w.Write(body) // the client is gone; there is nobody to tell
}

// encodeError writes the envelope with the error's facts beside the fixed members, which a fact never replaces.
func encodeError(failure *parley.Error, requestID string) []byte {
	detail := make(map[string]any, len(failure.Facts)+5)
	maps.Copy(detail, failure.Facts)
	detail["error"] = publicCodes[failure.Code]
	detail["message"] = failure.Message
	detail["request_id"] = requestID
	detail["unsupported"] = []parley.Unsupported{}
	if len(failure.Unsupported) > 0 {
		detail["unsupported"] = failure.Unsupported
	}
	delete(detail, "fields")
	if len(failure.Fields) > 0 {
		detail["fields"] = failure.Fields[:min(len(failure.Fields), maxProblems)]
	}
	body, err := encode(map[string]any{"detail": detail})
	if err != nil {
		panic("wire: an error's facts do not encode: " + err.Error())
	}
	return body
}

// errorResponses describes the failures of an operation in the OpenAPI document.
func errorResponses(registry huma.Registry, statuses ...int) map[string]*huma.Response {
	schema := registry.Schema(errorEnvelopeType, true, "")
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
