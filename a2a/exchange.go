package a2a

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"parley"
	"parley/admission"
	"parley/edge"
	"parley/seller"
	"parley/wire"
)

// exchange is one request on its way through the edge.
type exchange struct {
	server *server
	wire.View
	call      seller.Call
	requestID string
	w         *answer

	rpc     bool           // it came in JSON-RPC, or not in the binding to HTTP and JSON
	id      any            // of a message in JSON-RPC, which its answer names; nil: none
	body    map[string]any // as it was sent, with its numbers as they were written
	message map[string]any // the message in it; nil: none
	unread  error          // why the protocol's library is not given the parameters of a message in JSON-RPC; nil: it is
	refused *parley.Error  // what HTTP has a word for, found out while the protocol was at it

	quiet func() error // called when a stream has had nothing to say for a while; nil: the protocol sees to that

	place admission.Place
}

// read reads the body, which has to be one object in which no member comes twice, and hands the request on with it. release gives
// back the memory that it takes.
func (x *exchange) read(r *http.Request) (_ *http.Request, release func(), err error) {
	data, release, err := x.server.options.ReadJSON(x.w.ResponseWriter, r)
	if err != nil {
		return r, release, err
	}
	tree, err := wire.ParseTree(data)
	if err != nil {
		return r, release, err
	}
	if !x.rpc {
		body, isObject := tree.(map[string]any)
		if !isObject {
			return r, release, parley.Errorf(parley.CodeMalformed, "The body is not an object.")
		}
		x.body, r.Body = body, io.NopCloser(bytes.NewReader(data))
		return r, release, nil
	}
	m, err := edge.MessageOf(tree)
	if err == nil && !m.Named {
		err = edge.BadMessage("A request has an id.")
	}
	x.body, x.id = m.Body, m.ID
	if err != nil {
		return r, release, err
	}
	if version(r) == currentVersion {
		var changed bool
		if changed, m.Body = x.legible(m.Body); changed {
			if data, err = json.Marshal(m.Body); err != nil {
				return r, release, parley.Internal(err)
			}
		}
	}
	data, x.w.ResponseWriter = m.Exact(data, x.w.ResponseWriter)
	r.Body = io.NopCloser(bytes.NewReader(data))
	return r, release, nil
}

// work lets the protocol answer when there is a place for the request, and for a stream when there is one for that.
func (x *exchange) work(r *http.Request, streams bool, do func(*http.Request)) error {
	if err := x.place.Take(r.Context(), x.server.options.Admission); err != nil {
		return err
	}
	ctx := context.WithValue(r.Context(), exchangeKey{}, x)
	if streams {
		var left func()
		var err error
		if ctx, left, err = x.stay(ctx); err != nil {
			return err
		}
		defer left()
		x.w.patience = x.server.options.Streams.Patience()
	}
	do(r.WithContext(ctx))
	return nil
}

// stay keeps the answer open, in a place for these.
func (x *exchange) stay(ctx context.Context) (context.Context, func(), error) {
	return x.server.options.Stay(ctx, x.w, x.Caller.Actor())
}

// Codes of JSON-RPC.
const (
	codeServer  = -32000
	codeVersion = -32009
)

// refuse answers a request that the protocol does not get to see: with HTTP's word for what is wrong, the API's detail, and the
// error in the form of the binding.
func (s *server) refuse(x *exchange, r *http.Request, err error) {
	failure := x.failure(r.Context(), err)
	if !x.rpc {
		x.refuseREST(failure)
		return
	}
	header := x.w.Header()
	status := edge.Refuse(header, failure)
	code := codeServer
	switch {
	case edge.IsInvalidMessage(err):
		code = edge.RPCInvalid
	case failure.Code == parley.CodeMalformed, failure.Code == parley.CodeValidation:
		code, status = edge.RPCParse, http.StatusBadRequest
	}
	x.write(status, map[string]any{
		"jsonrpc": "2.0", "id": x.id, "error": map[string]any{"code": code, "message": failure.Message}, "detail": x.detail(failure),
	})
}

// detail is what the API says of a failure.
func (x *exchange) detail(failure *parley.Error) json.RawMessage {
	var envelope struct {
		Detail json.RawMessage `json:"detail"`
	}
	if err := json.Unmarshal(wire.EncodeError(failure, x.requestID), &envelope); err != nil {
		return json.RawMessage("{}") // it was just written
	}
	return envelope.Detail
}

const sayVersion = "This server speaks versions 1.0 and 0.3 of the protocol; A2A-Version names another."

// refuseVersion answers a client of a version that is not spoken here.
func (x *exchange) refuseVersion() {
	x.write(http.StatusOK, map[string]any{
		"jsonrpc": "2.0", "id": x.id, "error": map[string]any{"code": codeVersion, "message": sayVersion},
	})
}

func (x *exchange) write(status int, document any) {
	body, err := wire.Encode(document)
	if err != nil {
		body, status = []byte("{}\n"), http.StatusInternalServerError // it was decoded from JSON
	}
	x.place.GiveBack()
	x.w.Header().Set("Content-Type", "application/json")
	x.w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	x.w.WriteHeader(status)
	_, _ = x.w.Write(body) // the client is gone; there is nobody to tell
}

// answer holds an answer's status back until there is something to write, since the protocol finds out late what HTTP has a word
// for, and bounds how long a client of a stream takes to take what is written.
type answer struct {
	http.ResponseWriter
	x        *exchange
	status   int
	begun    bool
	textual  bool          // what the protocol's library says is a text, and left
	patience time.Duration // 0: that of the connection
}

// WriteHeader implements http.ResponseWriter. A status for which there is no answer but a text, such as that of a path that is
// not there, waits to be told in the form of the binding.
func (a *answer) WriteHeader(status int) {
	if a.status == 0 {
		a.status = status
		if a.x.refused != nil && !a.x.rpc { // which HTTP has another word for than the library
			a.textual = true
			return
		}
		form := a.Header().Get("Content-Type")
		elsewhere := status >= http.StatusMultipleChoices && status < http.StatusBadRequest && !a.x.rpc // by a path that was put right
		a.textual = elsewhere || status >= http.StatusBadRequest && strings.HasPrefix(form, "text/plain")
	}
}

// begin writes the status: the protocol's, or what is refused in HTTP's words.
func (a *answer) begin() {
	if a.begun {
		return
	}
	a.begun = true
	if refused := a.x.refused; refused != nil {
		a.status = edge.Refuse(a.Header(), refused)
	}
	if a.status == 0 {
		a.status = http.StatusOK
	}
	a.ResponseWriter.WriteHeader(a.status)
}

// Write implements http.ResponseWriter.
func (a *answer) Write(data []byte) (int, error) {
	if a.textual {
		return len(data), nil
	}
	a.begin()
	if a.patience > 0 {
		// A recorder of a test has no deadline to set; a connection that has one and does not take it fails when it is written to.
		_ = http.NewResponseController(a.ResponseWriter).SetWriteDeadline(time.Now().Add(a.patience))
	}
	return a.ResponseWriter.Write(data)
}

// Flush implements http.Flusher.
func (a *answer) Flush() {
	a.begin()
	_ = http.NewResponseController(a.ResponseWriter).Flush() // the client is gone; writing finds out
}

// end writes the status of an answer without a body, and leaves the connection to the requests that may follow on it.
func (a *answer) end() {
	if a.textual {
		status := a.status
		a.textual, a.status = false, 0
		a.Header().Del("Location")
		failure := a.x.refused
		if failure == nil {
			failure = unknownREST(status)
		}
		a.x.refused = nil
		a.x.refuseREST(failure)
	}
	a.begin()
	if a.patience > 0 {
		_ = http.NewResponseController(a.ResponseWriter).SetWriteDeadline(time.Time{})
	}
}

// Unwrap lets http.ResponseController reach the connection.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }
