package a2a

import (
	"context"
	"encoding/json"
	"errors"
	"strings"

	sdk "github.com/a2aproject/a2a-go/v2/a2a"

	"parley"
	"parley/wire"
)

// faults are the protocol's errors for what goes wrong where there is no task to tell it of; a test fails when a code is missing.
var faults = map[parley.Code]error{
	parley.CodeMalformed:             sdk.ErrInvalidParams,
	parley.CodeValidation:            sdk.ErrInvalidParams,
	parley.CodeUnsupportedCapability: sdk.ErrUnsupportedOperation,
	parley.CodeUnsupportedAudience:   sdk.ErrUnsupportedOperation,
	parley.CodeUnauthorized:          sdk.ErrUnauthenticated,
	parley.CodeForbidden:             sdk.ErrUnauthorized,
	parley.CodeNotFound:              sdk.ErrInvalidParams,
	parley.CodeQuoteExpired:          sdk.ErrInvalidParams,
	parley.CodeContention:            sdk.ErrInvalidParams,
	parley.CodeConflict:              sdk.ErrInvalidParams,
	parley.CodeNegotiationClosed:     sdk.ErrInvalidParams,
	parley.CodeIdempotencyConflict:   sdk.ErrInvalidParams,
	parley.CodeCeilingExceeded:       sdk.ErrInvalidParams,
	parley.CodePreconditionFailed:    sdk.ErrInvalidParams,
	parley.CodeTooLarge:              sdk.ErrInvalidParams,
	parley.CodeUnsupportedMediaType:  sdk.ErrUnsupportedContentType,
	parley.CodeMethodNotAllowed:      sdk.ErrMethodNotFound,
	parley.CodeRateLimited:           sdk.ErrServerError,
	parley.CodeUnavailable:           sdk.ErrServerError,
	parley.CodeInternal:              sdk.ErrInternalError,
}

// failed is an error as the protocol tells it, with the API's detail beside it. What HTTP has a word for is told by that, too.
func (x *exchange) failed(ctx context.Context, err error) error {
	var told *sdk.Error
	if err == nil || errors.As(err, &told) {
		return err
	}
	failure := x.failure(ctx, err)
	if c := failure.Code; c == parley.CodeUnauthorized || c == parley.CodeRateLimited || c == parley.CodeUnavailable {
		x.refused = failure
	}
	return x.fault(faults[failure.Code], failure)
}

// fault is one of the protocol's errors with the detail of a failure.
func (x *exchange) fault(fault error, failure *parley.Error) *sdk.Error {
	var envelope struct {
		Detail json.RawMessage `json:"detail"`
	}
	var code struct {
		Error string `json:"error"`
	}
	if err := json.Unmarshal(wire.EncodeError(failure, x.requestID), &envelope); err == nil { // it was just written
		_ = json.Unmarshal(envelope.Detail, &code)
	}
	return sdk.NewError(fault, failure.Message).WithDetails(map[string]any{"detail": envelope.Detail}).
		WithErrorInfoMeta(map[string]string{"reason": strings.ToUpper(code.Error), "requestId": x.requestID})
}

// failure is the error that a client is told of. The server's own are logged, and one whose client has gone is nobody's.
func (x *exchange) failure(ctx context.Context, err error) *parley.Error {
	failure := wire.PublicError(err)
	if failure.Code != parley.CodeInternal {
		return failure
	}
	if ctx.Err() != nil {
		return &parley.Error{Code: parley.CodeUnavailable, Message: "The request was cancelled.", Cause: err}
	}
	x.server.options.Log.ErrorContext(ctx, "a request failed", "error", err, "edge", "a2a", "request_id", x.requestID)
	return failure
}

// lost tells what a trade can come to that is nobody's mistake: the task goes on, and says so.
func lost(err error) bool {
	return parley.Is(err, parley.CodeContention) || parley.Is(err, parley.CodeConflict) || parley.Is(err, parley.CodeQuoteExpired) ||
		parley.Is(err, parley.CodeNegotiationClosed) || parley.Is(err, parley.CodeCeilingExceeded)
}
