package main_test

import (
	"bufio"
	"io"
	"strings"
	"testing"
)

// TestALocalClientOfAgents speaks the protocol over standard input and output, with a server of its own elsewhere.
func TestALocalClientOfAgents(t *testing.T) {
	t.Parallel()
	at := newPlace(t)
	at.write(t, "catalog.csv", buyerCatalog)
	at.must(t, "catalog", "import", "catalog.csv")
	key := at.createKey(t, "--role", "buyer", "--label", "B", "--agency", "b", "--seat", "seat-b")
	server := at.serve(t, "--log-level", "warn")
	at.environ = append(at.environ, "PARLEY_URL="+server.base, "PARLEY_API_KEY="+key)
	command := at.command("mcp")
	in, err := command.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	answers := bufio.NewReader(out)
	for _, step := range []struct{ send, want string }{
		{`{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}`, `"serverInfo"`},
		{`{"jsonrpc":"2.0","method":"notifications/initialized"}`, ""},
		{`{"jsonrpc":"2.0","id":2,"method":"tools/list"}`, `"wait_for_change"`},
		{`{"jsonrpc":"2.0","id":3,"method":"prompts/get","params":{"name":"status"}}`, `"messages"`},
		{`{"jsonrpc":"2.0","id":4,"method":"resources/read","params":{"uri":"parley://docs/buyers"}}`, `How to buy`},
		{`{"jsonrpc":"2.0","id":5,"method":"tools/call","params":{"name":"request_quote","arguments":{"product_id":"news","deal_type":"PD","impressions":5000,"idempotency_key":"k"}}}`, `"quote_id"`},
		{`{"jsonrpc":"2.0","id":6,"method":"tools/call","params":{"name":"get_deal","arguments":{"deal_id":"none"}}}`, `"not_found"`},
	} {
		if _, err := io.WriteString(in, step.send+"\n"); err != nil {
			t.Fatal(err)
		}
		if step.want == "" {
			continue
		}
		answer, err := answers.ReadString('\n')
		if err != nil || !strings.Contains(answer, step.want) {
			t.Errorf("%s answered %s (%v), want %s", step.send, answer, err, step.want)
		}
	}
	if err := in.Close(); err != nil {
		t.Fatal(err)
	}
	if err := command.Wait(); err != nil {
		t.Errorf("ended with %v", err)
	}
	if other := at.run(t, strings.NewReader(""), "mcp", "--key", "ask_live_guess"); other.code != 1 {
		t.Errorf("a bad key ended with %d: %s", other.code, other.err)
	}
	server.stop(t)
}
