package mcp

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"

	"parley"
	"parley/edge"
	"parley/wire"
)

var (
	errPath  = parley.Errorf(parley.CodeNotFound, "There is nothing at this path. The protocol is served at /mcp.")
	errBatch = parley.Errorf(parley.CodeMalformed, "Send one message in a request, and not a list of them.")
)

// checkMessage refuses a body that is not one message, or names a member twice.
func checkMessage(body []byte) error {
	tree, err := wire.ParseTree(body)
	if err != nil {
		var known *parley.Error
		if errors.As(err, &known) {
			return &parley.Error{Code: parley.CodeMalformed, Message: known.Message, Fields: known.Fields}
		}
		return err
	}
	switch tree.(type) {
	case map[string]any:
		return nil
	case []any:
		return errBatch
	}
	return parley.Errorf(parley.CodeMalformed, "A message is an object.")
}

// JSON-RPC's codes for what cannot be read.
const (
	codeParse   = -32700
	codeInvalid = -32600
)

// refuse answers a request that the protocol does not get to see. What cannot be read is told in JSON-RPC's form, beside the
// detail that the API has for it.
func (s *server) refuse(w http.ResponseWriter, r *http.Request, requestID string, err error) {
	failure := wire.PublicError(err)
	if failure.Code == parley.CodeInternal {
		if r.Context().Err() != nil { // the client went away; what failed is the waiting for it
			failure = parley.Errorf(parley.CodeUnavailable, "The request was cancelled.")
		} else {
			s.options.Log.ErrorContext(r.Context(), "a request failed", "error", err, "edge", "mcp", "request_id", requestID)
		}
	}
	header := w.Header()
	status := edge.Refuse(header, failure)
	body := wire.EncodeError(failure, requestID)
	if status == http.StatusBadRequest {
		code := codeParse
		if errors.Is(err, errBatch) {
			code = codeInvalid
		}
		message, _ := wire.Encode(map[string]any{"code": code, "message": failure.Message}) // of texts and numbers
		body, _ = with(body, "error", json.RawMessage(message))
		body, _ = with(body, "id", nil)
		body, _ = with(body, "jsonrpc", "2.0")
	}
	header.Set("Content-Type", "application/json")
	header.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body) // the client is gone; there is nobody to tell
}
