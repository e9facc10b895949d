package mcp

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"parley/wire"
)

// callDirectly answers the call of a tool, if it is as every client writes it. The protocol's library makes a session for each request,
// which takes several times what most tools take; it has everything else, and every fault. A test holds the two to the same answers.
func (s *server) callDirectly(w http.ResponseWriter, r *http.Request, h *held) bool {
	body := h.message.Body
	params, _ := body["params"].(map[string]any)
	name, _ := params["name"].(string)
	arguments, isObject := params["arguments"].(map[string]any)
	if body["method"] != "tools/call" || h.message.ID == nil || params["arguments"] != nil && !isObject || r.Header.Get("Last-Event-Id") != "" {
		return false
	}
	for member := range params {
		if !slices.Contains([]string{"name", "arguments", "_meta"}, member) {
			return false
		}
	}
	t, found := s.toolsFor(r).named[name]
	current, plain := s.speaks(r, name, params["_meta"])
	if !found || !plain {
		return false
	}
	if token, asked := progressToken(params["_meta"]); asked && t.Name == waitTool && strings.Contains(r.Header.Get("Accept"), eventStream) {
		s.waitInEvents(w, r, h, t, arguments, token, current)
		return true
	}
	answer := s.answerTo(h, t, s.run(r.Context(), h, t, arguments), current)
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(answer)))
	_, _ = w.Write(answer) // the client is gone; there is nobody to tell
	return true
}

// answerTo is the message that answers a call.
func (s *server) answerTo(h *held, t tool, made told, current bool) []byte {
	var answer bytes.Buffer
	answer.Grow(2*len(made.Document) + len(made.Document)/2 + 256)
	answer.WriteString(`{"jsonrpc":"2.0","id":`)
	writeJSON(&answer, h.message.ID)
	if made.fault != nil {
		answer.WriteString(`,"error":`)
		writeJSON(&answer, map[string]any{"code": codeParams, "message": wire.PublicError(made.fault).Message})
	} else {
		answer.WriteString(`,"result":`)
		s.writeResult(&answer, t, made, current)
	}
	answer.WriteString("}")
	return answer.Bytes()
}

// codeParams is the code of JSON-RPC for params that a method does not have.
const codeParams = -32602

// olderRevisions are the versions of the protocol in which a message needs nothing beside it. A client that names none speaks one of these.
var olderRevisions = []string{"", "2025-03-26", "2025-06-18", "2025-11-25"}

// speaks tells whether a call has beside it what its version of the protocol asks for, and whether that is the current one.
func (s *server) speaks(r *http.Request, name string, meta any) (current, plain bool) {
	const prefix = "io.modelcontextprotocol/"
	members, isObject := meta.(map[string]any)
	if meta != nil && !isObject {
		return false, false
	}
	version := r.Header.Get("Mcp-Protocol-Version")
	named, isNamed := members[prefix+"protocolVersion"]
	if slices.Contains(olderRevisions, version) {
		return false, !isNamed
	}
	_, client := members[prefix+"clientInfo"].(map[string]any)
	_, capable := members[prefix+"clientCapabilities"].(map[string]any)
	return true, version == versionWithStatuses && named == version && client && capable && len(r.Header.Values("Mcp-Method")) == 1 &&
		r.Header.Get("Mcp-Method") == "tools/call" && len(r.Header.Values("Mcp-Name")) == 1 && r.Header.Get("Mcp-Name") == name
}

// writeResult writes a result as the protocol's library does.
func (s *server) writeResult(answer *bytes.Buffer, t tool, made told, current bool) {
	answer.WriteByte('{')
	meta := s.marks(made)
	if current {
		meta["io.modelcontextprotocol/serverInfo"] = s.implementation()
	}
	if len(meta) > 0 {
		answer.WriteString(`"_meta":`)
		writeJSON(answer, meta)
		answer.WriteByte(',')
	}
	answer.WriteString(`"content":[{"type":"text","text":`)
	writeJSON(answer, string(made.Document))
	answer.WriteString(`}]`)
	if !t.bare || made.refused {
		answer.WriteString(`,"structuredContent":`)
		answer.Write(made.Document)
	}
	if made.refused {
		answer.WriteString(`,"isError":true`)
	}
	if current {
		answer.WriteString(`,"resultType":"complete"`)
	}
	answer.WriteByte('}')
}

// writeJSON writes a value of texts, numbers and what has its own form.
func writeJSON(answer *bytes.Buffer, value any) {
	encoder := json.NewEncoder(answer)
	encoder.SetEscapeHTML(false)
	if encoder.Encode(value) == nil {
		answer.Truncate(answer.Len() - 1) // the line break
	}
}
