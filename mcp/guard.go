package mcp

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"parley"
	"parley/edge"
	"parley/wire"
)

var errPath = parley.Errorf(parley.CodeNotFound, "There is nothing at this path. The protocol is served at /mcp.")

// readTree reads a body in which no member comes twice.
func readTree(body []byte) (any, error) {
	tree, err := wire.ParseTree(body)
	var known *parley.Error
	if errors.As(err, &known) {
		err = &parley.Error{Code: parley.CodeMalformed, Message: known.Message, Fields: known.Fields}
	}
	return tree, err
}

// readMessage reads a body that has to be one request or one notification of the protocol. The server asks clients for nothing, so
// that there is nothing that they could answer.
func readMessage(body []byte) (edge.Message, error) {
	tree, err := readTree(body)
	if err != nil {
		return edge.Message{}, err
	}
	m, err := edge.MessageOf(tree)
	if err == nil && m.Named && m.ID == nil {
		err = edge.BadMessage("The id of a request is a text or a whole number, and not null.")
	}
	return m, err
}

// refuse answers a request that the protocol does not get to see: in HTTP's words, with the API's detail, and beside that in
// JSON-RPC's form.
func (s *server) refuse(w http.ResponseWriter, r *http.Request, h *held, err error) {
	requestID := h.requestID
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
	code := codeRefused
	switch {
	case edge.IsInvalidMessage(err):
		code = edge.RPCInvalid
	case failure.Code == parley.CodeMalformed:
		code = edge.RPCParse
	}
	body = rpcFault(body, h.message.ID, code, failure.Message)
	header.Set("Content-Type", "application/json")
	header.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body) // the client is gone; there is nobody to tell
}

// codeRefused is the code of JSON-RPC for what HTTP has a word for.
const codeRefused = -32000

// rpcFault puts a fault in JSON-RPC's form into an object. id is that of the message, as it was written.
func rpcFault(object []byte, id any, code int, message string) []byte {
	fault, _ := wire.Encode(map[string]any{"code": code, "message": message}) // of texts and numbers, as are the others
	object, _ = with(object, "jsonrpc", "2.0")
	object, _ = with(object, "id", id)
	object, _ = with(object, "error", json.RawMessage(fault))
	return object
}

// faultForm is the answer to a message, of which the protocol's library writes some faults as plain text: those become faults of
// JSON-RPC.
type faultForm struct {
	http.ResponseWriter
	message edge.Message
	current bool // the client speaks a version that has a status for a method that is not there
	status  int  // of a fault that is held back
	text    bytes.Buffer
}

// WriteHeader implements http.ResponseWriter.
func (f *faultForm) WriteHeader(status int) {
	if status >= http.StatusBadRequest && !strings.HasPrefix(f.Header().Get("Content-Type"), "application/json") {
		f.status = status
		return
	}
	f.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (f *faultForm) Write(data []byte) (int, error) {
	if f.status != 0 {
		return f.text.Write(data)
	}
	return f.ResponseWriter.Write(data)
}

// Flush implements http.Flusher, which the library asks for.
func (f *faultForm) Flush() {
	if f.status == 0 {
		_ = http.NewResponseController(f.ResponseWriter).Flush() // the client is gone; writing finds out
	}
}

// Unwrap lets http.ResponseController reach the connection.
func (f *faultForm) Unwrap() http.ResponseWriter { return f.ResponseWriter }

// end writes the fault that was held back.
func (f *faultForm) end() {
	if f.status == 0 {
		return
	}
	code, status, text := edge.RPCInvalid, f.status, strings.TrimSpace(f.text.String())
	if strings.Contains(text, notHandled) {
		code, text = edge.RPCMethod, "There is no method "+strconv.Quote(f.message.Method())+" here."
		if f.message.ID != nil && !f.current {
			status = http.StatusOK // older clients read no answer of another status
		}
	}
	f.write(status, code, text)
}

// refuse answers a message whose params cannot be read.
func (f *faultForm) refuse(err error) {
	status := http.StatusOK
	if f.current {
		status = http.StatusBadRequest
	}
	f.write(status, codeParams, wire.PublicError(err).Message)
}

func (f *faultForm) write(status, code int, text string) {
	body := rpcFault([]byte("{}\n"), f.message.ID, code, text)
	f.Header().Set("Content-Type", "application/json")
	f.Header().Set("Content-Length", strconv.Itoa(len(body)))
	f.ResponseWriter.WriteHeader(status)
	_, _ = f.ResponseWriter.Write(body) // the client is gone; there is nobody to tell
}

// notHandled is what the protocol's library says of a method that it does not have.
const notHandled = "JSON RPC not handled"
