package edge

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"parley"
)

// Codes of JSON-RPC for a message that is refused before its method is looked at.
const (
	RPCParse   = -32700 // the body cannot be read
	RPCInvalid = -32600 // it can, and is no message
	RPCMethod  = -32601 // there is no such method
)

// invalidMessage is the cause of a refusal of what is no message.
type invalidMessage struct{}

// Error implements error.
func (invalidMessage) Error() string { return "no JSON-RPC message" }

// IsInvalidMessage tells the refusal of a body that was read and is no message from that of one that was not.
func IsInvalidMessage(err error) bool {
	return errors.Is(err, invalidMessage{})
}

// BadMessage refuses what is no message of JSON-RPC, or none that a protocol has.
func BadMessage(text string) error {
	return &parley.Error{Code: parley.CodeMalformed, Message: text, Cause: invalidMessage{}}
}

// Message is a message of JSON-RPC, as far as an edge looks at it.
type Message struct {
	Body map[string]any // with its numbers as they were written
	// ID is what the answer has to name: a text, or a json.Number that is whole. Nil: the message has none, or null.
	ID any
	// Named tells that there is an id, be it null.
	Named bool
}

// MessageOf holds decoded JSON, with its numbers as they were written, to what a message of JSON-RPC is. The error is CodeMalformed, and
// IsInvalidMessage tells of it; the message beside it has the id, if that could be read.
func MessageOf(tree any) (Message, error) {
	var m Message
	switch tree := tree.(type) {
	case map[string]any:
		m.Body = tree
	case []any:
		return m, BadMessage("Send one message in a request, and not a list of them.")
	default:
		return m, BadMessage("A message is an object.")
	}
	id, named := m.Body["id"]
	switch id := id.(type) {
	case nil, string:
		m.ID, m.Named = id, named
	case json.Number:
		if strings.ContainsAny(id.String(), ".eE") {
			return m, BadMessage("The id of a message is a text or a whole number, written without a fraction or an exponent.")
		}
		m.ID, m.Named = id, true
	default:
		return m, BadMessage("The id of a message is a text or a whole number.")
	}
	if m.Body["jsonrpc"] != "2.0" {
		return m, BadMessage(`A message has "jsonrpc": "2.0".`)
	}
	method, isText := m.Body["method"].(string)
	if !isText || method == "" {
		return m, BadMessage("A message names a method.")
	}
	switch m.Body["params"].(type) {
	case nil, map[string]any, []any:
		return m, nil
	}
	return m, BadMessage("The params of a message are an object.")
}

// Method is the method that the message calls.
func (m Message) Method() string {
	method, _ := m.Body["method"].(string)
	return method
}

// Exact lets others answer the message who read numbers as binary floats, and would answer another id than that of a large one:
// they are given the body with an id in its place that they can keep, and what they write is put right. Of any other message
// both are as they were.
func (m Message) Exact(body []byte, w http.ResponseWriter) ([]byte, http.ResponseWriter) {
	const exact = 1 << 53
	written, isNumber := m.ID.(json.Number)
	if !isNumber {
		return body, w
	}
	if n, err := strconv.ParseInt(written.String(), 10, 64); err == nil && n < exact && n > -exact && strconv.FormatInt(n, 10) == written.String() {
		return body, w
	}
	place := rand.Text()
	lent := make(map[string]any, len(m.Body))
	for name, value := range m.Body {
		lent[name] = value
	}
	lent["id"] = place
	encoded, err := json.Marshal(lent)
	if err != nil {
		return body, w // it was decoded from JSON
	}
	return encoded, &exactID{ResponseWriter: w, place: []byte(`"id":"` + place + `"`), id: []byte(`"id":` + written.String())}
}

// exactID puts the id of a message into its answer, each of which is written as a whole.
type exactID struct {
	http.ResponseWriter
	place, id []byte
}

// Write implements http.ResponseWriter.
func (e *exactID) Write(data []byte) (int, error) {
	e.Header().Del("Content-Length")
	_, err := e.ResponseWriter.Write(bytes.ReplaceAll(data, e.place, e.id))
	return len(data), err
}

// Flush implements http.Flusher, which those who write streams ask for.
func (e *exactID) Flush() { _ = http.NewResponseController(e.ResponseWriter).Flush() } // the client is gone; writing finds out

// Unwrap lets http.ResponseController reach the connection.
func (e *exactID) Unwrap() http.ResponseWriter { return e.ResponseWriter }
