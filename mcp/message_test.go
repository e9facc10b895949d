package mcp_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"parley/edge"
	"parley/internal/stores"
)

// revisions are the versions of the protocol, and a client that names none.
var revisions = []string{"", "2025-03-26", "2025-06-18", "2025-11-25", "2026-07-28"}

func (d *desk) raw(key, path, version, body string) (status int, mediaType, text string) {
	d.t.Helper()
	request, err := http.NewRequestWithContext(d.t.Context(), "POST", d.url+path, strings.NewReader(body))
	if err != nil {
		d.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Accept", "application/json, text/event-stream")
	if version != "" {
		request.Header.Set("Mcp-Protocol-Version", version)
	}
	if key != "" {
		request.Header.Set("Authorization", "Bearer "+key)
	}
	var sent struct {
		Method string `json:"method"`
		Params struct {
			Name string `json:"name"`
			URI  string `json:"uri"`
		} `json:"params"`
	}
	if json.Unmarshal([]byte(body), &sent) == nil && sent.Method != "" {
		request.Header.Set("Mcp-Method", sent.Method)
		if name := sent.Params.Name + sent.Params.URI; name != "" {
			request.Header.Set("Mcp-Name", name)
		}
	}
	response, err := d.http.Do(request)
	if err != nil {
		d.t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	said, err := io.ReadAll(response.Body)
	if err != nil {
		d.t.Fatal(err)
	}
	return response.StatusCode, response.Header.Get("Content-Type"), string(said)
}

// aimed is a message as a version has it: the newest names itself in each.
func aimed(version, message string) string {
	if version != "2026-07-28" {
		return message
	}
	return strings.Replace(strings.ReplaceAll(message, `"params":{}`, `"params":{"x":1}`), `"params":{`, `"params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{},"io.modelcontextprotocol/clientInfo":{"name":"t","version":"1"}},`, 1)
}

// TestIDsOfMessages has each id answered as it was written, in every version and by every kind of answer, or refused by the rule
// of the protocol.
func TestIDsOfMessages(t *testing.T) {
	t.Parallel()
	d := openDesk(t, stores.SQLite(t), edge.Kit{})
	refused := map[string]bool{
		`null`: true, `{}`: true, `{"a":1}`: true, `[]`: true, `[1]`: true, `true`: true, `1.5`: true, `1.0`: true, `1e3`: true, `1e400`: true,
	}
	messages := []string{
		`{"jsonrpc":"2.0","id":ID,"method":"tools/call","params":{"name":"list_products","arguments":{"limit":1}}}`,
		`{"jsonrpc":"2.0","id":ID,"method":"tools/call","params":{"name":"get_quote","arguments":{"quote_id":"none"}}}`,
		`{"jsonrpc":"2.0","id":ID,"method":"tools/call","params":{"name":"nothing","arguments":{}}}`,
		`{"jsonrpc":"2.0","id":ID,"method":"nothing","params":{}}`,
		`{"jsonrpc":"2.0","id":ID,"method":"prompts/list","params":{}}`,
	}
	for _, id := range []string{
		`1`, `0`, `-1`, `"a"`, `""`, `"1"`, `"ünï \"quoted\" \u0007"`, `9007199254740991`, `9007199254740992`, `9007199254740993`, `-9007199254740993`,
		`9223372036854775807`, `9223372036854775808`, `123456789012345678901234567890`,
		`null`, `{}`, `{"a":1}`, `[]`, `[1]`, `true`, `1.5`, `1.0`, `1e3`, `1e400`,
	} {
		for _, version := range revisions {
			for _, message := range messages {
				status, mediaType, text := d.raw("", "/mcp", version, aimed(version, strings.Replace(message, "ID", id, 1)))
				var answer struct {
					ID    json.RawMessage `json:"id"`
					Error *struct {
						Code int `json:"code"`
					} `json:"error"`
				}
				at := fmt.Sprintf("%s in %q: %s", id, version, message)
				if err := json.Unmarshal([]byte(text), &answer); err != nil || !strings.HasPrefix(mediaType, "application/json") {
					t.Fatalf("%s: %d %s %s", at, status, mediaType, text)
				}
				if refused[id] {
					if status != http.StatusBadRequest || answer.Error == nil || answer.Error.Code != -32600 || string(answer.ID) != "null" {
						t.Errorf("%s: %d %s", at, status, text)
					}
					continue
				}
				var sent, got any
				exact := string(answer.ID) == id
				if strings.HasPrefix(id, `"`) && json.Unmarshal([]byte(id), &sent) == nil && json.Unmarshal(answer.ID, &got) == nil {
					exact = sent == got
				}
				if !exact {
					t.Errorf("%s is answered as %s: %.300s", at, answer.ID, text)
				}
			}
		}
	}
}

// TestFaultsOfTheProtocol has every fault told in JSON-RPC's form, whichever version of the protocol the client speaks.
func TestFaultsOfTheProtocol(t *testing.T) {
	t.Parallel()
	d := openDesk(t, stores.SQLite(t), edge.Kit{})
	for name, test := range map[string]struct {
		body string
		id   string
		code []int
	}{
		"no method":             {`{"jsonrpc":"2.0","id":7,"params":{}}`, "7", []int{-32600}},
		"an empty method":       {`{"jsonrpc":"2.0","id":7,"method":"","params":{}}`, "7", []int{-32600}},
		"a method of numbers":   {`{"jsonrpc":"2.0","id":7,"method":1,"params":{}}`, "7", []int{-32600}},
		"no version":            {`{"id":7,"method":"tools/list","params":{}}`, "7", []int{-32600}},
		"another version":       {`{"jsonrpc":"1.0","id":7,"method":"tools/list","params":{}}`, "7", []int{-32600}},
		"an unknown method":     {`{"jsonrpc":"2.0","id":7,"method":"nothing","params":{}}`, "7", []int{-32601}},
		"params of another":     {`{"jsonrpc":"2.0","id":7,"method":"tools/list","params":"x"}`, "7", []int{-32600}},
		"a list of params":      {`{"jsonrpc":"2.0","id":7,"method":"tools/list","params":[1]}`, "7", []int{-32600, -32602}},
		"a request without id":  {`{"jsonrpc":"2.0","method":"tools/list","params":{}}`, "null", []int{-32600}},
		"a note with an id":     {`{"jsonrpc":"2.0","id":7,"method":"notifications/initialized","params":{}}`, "7", []int{-32600}},
		"an unknown note":       {`{"jsonrpc":"2.0","method":"notifications/nothing","params":{}}`, "null", []int{-32601}},
		"an answer to nothing":  {`{"jsonrpc":"2.0","id":7,"result":{}}`, "7", []int{-32600}},
		"an error for nothing":  {`{"jsonrpc":"2.0","id":7,"error":{"code":1,"message":"x"}}`, "7", []int{-32600}},
		"a tool without a name": {`{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{}}`, "7", []int{-32602, -32020, -32001}},
		"no params":             {`{"jsonrpc":"2.0","id":7,"method":"tools/call"}`, "7", []int{-32600, -32602}},
		"a list":                {`[{"jsonrpc":"2.0","id":7,"method":"tools/list","params":{}}]`, "null", []int{-32600}},
		"an empty list":         {`[]`, "null", []int{-32600}},
		"a text":                {`"x"`, "null", []int{-32600}},
		"broken":                {`{"jsonrpc"`, "null", []int{-32700}},
		"a member twice":        {`{"jsonrpc":"2.0","id":7,"id":8,"method":"tools/list"}`, "null", []int{-32700}},
		"an unknown resource":   {`{"jsonrpc":"2.0","id":7,"method":"resources/read","params":{"uri":"parley://nothing"}}`, "7", []int{-32002, -32602}},
		"an unknown prompt":     {`{"jsonrpc":"2.0","id":7,"method":"prompts/get","params":{"name":"nothing"}}`, "7", []int{-32602}},
	} {
		for _, version := range append(revisions, "2024-01-01", "2099-01-01", "x") {
			for _, path := range []string{"/mcp", "/mcp/", "/mcp/sse"} {
				status, mediaType, text := d.raw("", path, version, aimed(version, test.body))
				var answer struct {
					Version string          `json:"jsonrpc"`
					ID      json.RawMessage `json:"id"`
					Error   struct {
						Code    int    `json:"code"`
						Message string `json:"message"`
					} `json:"error"`
				}
				if err := json.Unmarshal([]byte(text), &answer); err != nil || !strings.HasPrefix(mediaType, "application/json") ||
					answer.Version != "2.0" || answer.Error.Code == 0 || answer.Error.Message == "" {
					t.Errorf("%s, in %q at %s: %d %s %s", name, version, path, status, mediaType, text)
					continue
				}
				known := false
				for _, code := range test.code {
					known = known || code == answer.Error.Code
				}
				if spoken := version == "" || strings.HasPrefix(version, "2025") || version == "2026-07-28"; spoken && !known && path != "/mcp/sse" {
					t.Errorf("%s, in %q: %d %s", name, version, status, text)
				}
				if id := string(answer.ID); id != test.id && (id != "" || test.id != "null") {
					t.Errorf("%s, in %q: the id is %s: %s", name, version, id, text)
				}
			}
		}
	}
}
