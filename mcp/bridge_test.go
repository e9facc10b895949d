package mcp_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"parley/edge"
	"parley/internal/racedetector"
	"parley/internal/stores"
	"parley/mcp"
)

// piped sends lines to a bridge, closes its side, and answers what came back by the id of each message, as it was written.
func piped(t *testing.T, address, key, lines string) (answers map[string]map[string]any, all []string) {
	t.Helper()
	var out bytes.Buffer
	if err := mcp.Bridge(t.Context(), address, key, "1", strings.NewReader(lines), &out); err != nil {
		t.Fatal(err)
	}
	answers = map[string]map[string]any{}
	for line := range strings.Lines(out.String()) {
		all = append(all, line)
		var raw struct {
			ID json.RawMessage `json:"id"`
		}
		var body map[string]any
		if json.Unmarshal([]byte(line), &raw) != nil || json.Unmarshal([]byte(line), &body) != nil || body["jsonrpc"] != "2.0" {
			t.Errorf("no message: %s", line)
		}
		answers[string(raw.ID)] = body
	}
	return answers, all
}

func codeOf(answer map[string]any) any {
	fault, _ := answer["error"].(map[string]any)
	return fault["code"]
}

// TestBridgeServesOn has everything that a local client can get wrong answered, and what it asks for afterwards, too: also when
// it closes its side at once.
func TestBridgeServesOn(t *testing.T) {
	t.Parallel()
	d := openDesk(t, stores.SQLite(t), edge.Kit{})
	call := func(id, tool, arguments string) string {
		return `{"jsonrpc":"2.0","id":` + id + `,"method":"tools/call","params":{"name":"` + tool + `","arguments":` + arguments + `}}` + "\n"
	}
	answers, all := piped(t, d.url, d.buyer, strings.Join([]string{
		`{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}` + "\n",
		`{"jsonrpc":"2.0","method":"notifications/initialized"}` + "\n", "\n", "not JSON\n", `{"jsonrpc":"2.0","id":` + "\n", "5\n", "[]\n",
		`{"jsonrpc":"2.0","id":2,"method":"nothing","params":{}}` + "\n", `{"jsonrpc":"2.0","id":{},"method":"ping"}` + "\n",
		`{"id":3,"method":"tools/list"}` + "\n", call("4", "nothing", "{}"), call("5", "get_deal", `{"deal_id":"none"}`), call("6", "get_deal", `[]`),
		call("7", "get_deal", `{"deal_id":"`+strings.Repeat("x", 2<<20)+`"}`), call("8", "get_deal", `{"deal_id":"`+strings.Repeat("x", 5<<20)+`"}`),
		call("9007199254740993", "list_products", "{}"), call(`"text"`, "list_products", "{}"),
		call("9", "wait_for_change", `{"seconds":1,"deal_id":"none"}`),
		strings.TrimSuffix(call("10", "request_quote", `{"product_id":"ctv-sports","deal_type":"PD","impressions":50000,"idempotency_key":"k"}`), "\n"),
	}, ""))
	for id, code := range map[string]any{
		"1": nil, "2": -32601.0, "3": -32600.0, "4": -32602.0, "5": nil, "6": -32602.0, "7": -32000.0, "9": nil, "10": nil, "9007199254740993": nil, `"text"`: nil,
	} {
		if answer := answers[id]; answer == nil || codeOf(answer) != code {
			t.Errorf("message %s is answered %v", id, answer)
		}
	}
	unnamed := 0
	for _, line := range all {
		if strings.Contains(line, `"id":null`) {
			unnamed++
		}
	}
	if unnamed != 6 { // five lines that are no messages with an id, and one that is too long to look for it
		t.Errorf("%d messages without an id were answered: %q", unnamed, all)
	}
}

// TestBridgeWithFaults puts a seller agent behind the bridge that fails in every way that an address can fail.
func TestBridgeWithFaults(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer key" {
			t.Errorf("%s came without the key", r.URL)
		}
		body, _ := io.ReadAll(r.Body)
		var sent struct {
			ID     any
			Method string
		}
		_ = json.Unmarshal(body, &sent)
		switch sent.Method {
		case "ping":
			_, _ = io.WriteString(w, `{"jsonrpc":"2.0","id":0,"result":{}}`)
		case "page":
			w.WriteHeader(http.StatusBadGateway)
			_, _ = io.WriteString(w, "<html>")
		case "limited":
			w.WriteHeader(http.StatusTooManyRequests)
			_, _ = io.WriteString(w, `{"detail":{"error":"rate_limited","retry_after":2},"jsonrpc":"2.0","id":3,"error":{"code":-32000,"message":"Too many requests."}}`)
		case "elsewhere":
			http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
		case "broken":
			panic(http.ErrAbortHandler)
		case "half":
			w.Header().Set("Content-Length", "100")
			_, _ = io.WriteString(w, `{"jsonrpc"`)
		case "events":
			w.Header().Set("Content-Type", "text/event-stream")
			_, _ = io.WriteString(w, "event: message\ndata: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\",\"id\":\"note\"}\n\ndata: {\"jsonrpc\":\"2.0\",\"id\":7,\"result\":{}}\n\n")
		default:
			w.WriteHeader(http.StatusAccepted)
		}
	}))
	t.Cleanup(server.Close)
	var lines strings.Builder
	for i, method := range []string{"page", "limited", "elsewhere", "broken", "half", "events", "ping"} {
		lines.WriteString(`{"jsonrpc":"2.0","id":` + string(rune('2'+i)) + `,"method":"` + method + `"}` + "\n" + `{"jsonrpc":"2.0","method":"notifications/` + method + `"}` + "\n")
	}
	answers, _ := piped(t, server.URL, "key", lines.String())
	for id, code := range map[string]any{"2": -32000.0, "3": -32000.0, "4": -32000.0, "5": -32000.0, "6": -32000.0, "7": nil, `"note"`: nil, "0": nil} {
		if answer := answers[id]; answer == nil || codeOf(answer) != code {
			t.Errorf("message %s is answered %v", id, answer)
		}
	}
	if len(answers) != 8 {
		t.Errorf("answered %v", answers)
	}
	limited, _ := answers["3"]["error"].(map[string]any)
	if data, _ := limited["data"].(map[string]any); data["retry_after"] != 2.0 {
		t.Errorf("a limit is told as %v", limited)
	}
	if err := mcp.Bridge(t.Context(), "http://127.0.0.1:1", "key", "1", strings.NewReader(""), io.Discard); err == nil {
		t.Error("a seller agent that is not there is none")
	}
}

// TestBridgeEndsWithItsContext has a client that says nothing.
func TestBridgeEndsWithItsContext(t *testing.T) {
	t.Parallel()
	racedetector.AtOnce(t)
	d := openDesk(t, stores.SQLite(t), edge.Kit{})
	silent, open := io.Pipe()
	defer func() { _ = open.Close() }()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- mcp.Bridge(ctx, d.url, d.buyer, "1", silent, io.Discard) }()
	cancel()
	if err := <-ended; err == nil {
		t.Error("it ended by itself")
	}
	if err := mcp.Bridge(t.Context(), d.url, "ask_live_guess", "1", strings.NewReader(""), io.Discard); err == nil || !strings.Contains(err.Error(), "401") {
		t.Errorf("a bad key: %v", err)
	}
}
