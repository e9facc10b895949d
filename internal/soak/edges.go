package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// edge is one of the ways to the product: the same request means the same by each, and a repetition of it is known by each.
type edge string

const (
	byREST edge = "REST"
	byMCP  edge = "MCP"
	byA2A  edge = "A2A"
)

var edges = [...]edge{byREST, byMCP, byA2A}

// tool is what agents call for a request of the API's.
type tool struct {
	name    string
	status  int               // the API's, of a success
	waits   int               // the API's when the answer waits for the desk; 0: the same
	written map[string]string // what the API's members are called, where they are called something else
	subject string            // the member for the id that the API has in its path
}

// tools are the requests that agents can make, by the API's path; a star is an id.
var tools = map[string]tool{
	"/api/v1/quotes":              {name: "request_quote", status: http.StatusCreated},
	"/api/v1/deals":               {name: "book_deal", status: http.StatusCreated, waits: http.StatusAccepted},
	"/deals":                      {name: "book_deal", status: http.StatusCreated, waits: http.StatusAccepted},
	"/proposals":                  {name: "submit_proposal", status: http.StatusCreated},
	"/api/v1/orders":              {name: "create_order", status: http.StatusCreated},
	"/api/v1/orders/*/transition": {name: "transition_order", status: http.StatusOK, written: map[string]string{"to_status": "new_status"}, subject: "order_id"},
}

// toolFor finds what agents call for a request, with its arguments.
func toolFor(method, path string, content []byte, key string) (t tool, arguments fields, found bool) {
	id := ""
	if rest, under := strings.CutPrefix(path, "/api/v1/orders/"); under {
		if order, ok := strings.CutSuffix(rest, "/transition"); ok {
			path, id = "/api/v1/orders/*/transition", order
		}
	}
	if t, found = tools[path]; !found || method != http.MethodPost || key == "" {
		return tool{}, nil, false
	}
	var body map[string]any
	decoder := json.NewDecoder(bytes.NewReader(content))
	decoder.UseNumber()
	if decoder.Decode(&body) != nil {
		return tool{}, nil, false
	}
	arguments = make(fields, len(body)+2)
	for name, value := range body {
		if other := t.written[name]; other != "" {
			name = other
		}
		arguments[name] = value
	}
	if t.subject != "" {
		arguments[t.subject] = id
	}
	return t, arguments, true
}

// call writes a request for a tool in the form of an edge of agents.
func (t tool) call(by edge, arguments fields, key string) (path string, header http.Header, content []byte, err error) {
	if by == byMCP {
		arguments["idempotency_key"] = key
		content, err = json.Marshal(fields{
			"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": fields{"name": t.name, "arguments": arguments},
		})
		return "/mcp", http.Header{}, content, err
	}
	content, err = json.Marshal(fields{"jsonrpc": "2.0", "id": 1, "method": "SendMessage", "params": fields{
		"message": fields{
			"messageId": key, "role": "ROLE_USER", "parts": []any{fields{"data": fields{"skill": t.name, "input": arguments}}},
		},
		"configuration": fields{"returnImmediately": true},
	}})
	return "/a2a", http.Header{"A2a-Version": {"1.0"}}, content, err
}

// statuses are the API's for what agents are told by a code.
var statuses = map[string]int{
	"validation": http.StatusUnprocessableEntity, "unauthorized": http.StatusUnauthorized, "forbidden": http.StatusForbidden,
	"not_found": http.StatusNotFound, "quote_expired": http.StatusGone, "contention": http.StatusConflict, "conflict": http.StatusConflict,
	"negotiation_closed": http.StatusConflict, "idempotency_conflict": http.StatusConflict, "ceiling_exceeded": http.StatusConflict,
	"rate_limited": http.StatusTooManyRequests, "unavailable": http.StatusServiceUnavailable, "internal": http.StatusInternalServerError,
}

// read turns an answer of an edge of agents into the API's for the same.
func (t tool) read(by edge, status int, body fields) (int, fields, error) {
	if status != http.StatusOK {
		return status, body, nil // what HTTP has a word for is told by that everywhere
	}
	var document fields
	if by == byMCP {
		document = asFields(body.at("result", "structuredContent"))
	} else {
		document = documentOf(t, body)
	}
	if detail := detailIn(body["error"]); detail != nil {
		document = fields{"detail": detail}
	}
	if code := document.word("detail", "error"); code != "" {
		if status = statuses[code]; status == 0 {
			return 0, nil, fmt.Errorf("%s by %s was refused with %v", t.name, by, body)
		}
		return status, document, nil
	}
	if len(document) == 0 {
		return 0, nil, fmt.Errorf("%s by %s was answered %v", t.name, by, body)
	}
	if t.waits != 0 && document.word("status") == "proposed" {
		return t.waits, document, nil
	}
	return t.status, document, nil
}

// documentOf is the document that an answer of A2A is about: that of the message, or of the task's artifact.
func documentOf(t tool, body fields) fields {
	if parts, ok := body.at("result", "message", "parts").([]any); ok && len(parts) > 0 {
		return asFields(asFields(parts[0])["data"])
	}
	name := map[string]string{"request_quote": "quote", "submit_proposal": "proposal", "book_deal": "deal"}[t.name]
	artifacts, _ := body.at("result", "task", "artifacts").([]any)
	for _, artifact := range artifacts {
		artifact := asFields(artifact)
		if parts, ok := artifact["parts"].([]any); ok && artifact.word("name") == name && len(parts) > 0 {
			return asFields(asFields(parts[0])["data"])
		}
	}
	return nil
}

// detailIn finds the API's detail in a fault of the protocol, wherever it stands.
func detailIn(node any) map[string]any {
	switch node := node.(type) {
	case map[string]any:
		if detail, ok := node["detail"].(map[string]any); ok {
			return detail
		}
		for _, member := range node {
			if detail := detailIn(member); detail != nil {
				return detail
			}
		}
	case []any:
		for _, element := range node {
			if detail := detailIn(element); detail != nil {
				return detail
			}
		}
	}
	return nil
}

func asFields(value any) fields {
	object, _ := value.(map[string]any)
	return object
}
