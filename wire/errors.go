package wire

import (
	"errors"
	"maps"
	"strings"

	"parley"
)

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

// CalledSo names the fields of a refusal as the caller did, where a request may call one thing by several names: names has
// the caller's for each of the flow's that is another.
func CalledSo(err error, names map[string]string) error {
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

// PublicError finds the domain error in err. Anything else is our own fault, whose cause stays here.
func PublicError(err error) *parley.Error {
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

// EncodeError writes the envelope with the error's facts beside the fixed members, which a fact never replaces.
func EncodeError(failure *parley.Error, requestID string) []byte {
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
		detail["fields"] = failure.Fields[:min(len(failure.Fields), MaxProblems)]
	}
	body, err := Encode(map[string]any{"detail": detail})
	if err != nil {
		panic("wire: an error's facts do not encode: " + err.Error())
	}
	return body
}
