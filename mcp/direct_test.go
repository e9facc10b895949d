package mcp_test

import (
	"encoding/json"
	"maps"
	"regexp"
	"strings"
	"testing"

	"parley/edge"
	"parley/internal/stores"
)

var requestIDs = regexp.MustCompile(`req-[0-9a-f]{24}`)

// TestCallsAreAnsweredAsByTheLibrary sends calls of every tool twice: as every client writes them, and with a member more, for which the
// protocol's library is asked. In every version of the protocol the two are answered the same.
func TestCallsAreAnsweredAsByTheLibrary(t *testing.T) {
	t.Parallel()
	d := openDesk(t, stores.SQLite(t), edge.Kit{})
	calls := d.trade().calls()
	calls["nothing"] = map[string]any{}
	for who, key := range map[string]string{"nobody": "", "buyer": d.buyer, "operator": d.operator} {
		for tool, arguments := range calls {
			for i, given := range []map[string]any{arguments, {"nonsense": []any{1}}, nil} {
				if given == nil && tool == "wait_for_change" {
					continue // which waits
				}
				given = maps.Clone(given)
				if i == 0 && changes[tool] {
					given["idempotency_key"] = "a-key-that-nobody-guesses-" + who + "-" + tool // by which a caller without a key is known again
				}
				encoded, err := json.Marshal(map[string]any{"jsonrpc": "2.0", "id": "<1>", "method": "tools/call", "params": map[string]any{"name": tool, "arguments": given}})
				if err != nil {
					t.Fatal(err)
				}
				call := string(encoded)
				d.raw(key, "/mcp", "", call) // what changes something has then changed it
				for _, version := range revisions {
					if i > 0 && version != "" && version != "2026-07-28" {
						continue
					}
					status, form, direct := d.raw(key, "/mcp", version, inParams(version, call, ""))
					libraryStatus, libraryForm, library := d.raw(key, "/mcp", version, inParams(version, call, `"more":1,`))
					a, b := requestIDs.ReplaceAllString(direct, "R"), requestIDs.ReplaceAllString(library, "R")
					if status != libraryStatus || form != libraryForm || a != b && !sameJSON(t, []byte(a), []byte(b)) && !strings.Contains(a, `"position"`) {
						t.Errorf("%s as %s in %q: %d %s %s\nby the library: %d %s %s", tool, who, version, status, form, direct, libraryStatus, libraryForm, library)
					}
				}
			}
		}
	}
}

// inParams puts members into the params of a call: those that its version has in each, and others.
func inParams(version, call, more string) string {
	const begins = `"params":{`
	if version == "2026-07-28" {
		more += `"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{},"io.modelcontextprotocol/clientInfo":{"name":"t","version":"1"}},`
	}
	return strings.Replace(call, begins, begins+more, 1)
}

// changes are the tools that change something.
var changes = map[string]bool{
	"request_quote": true, "hold_quote": true, "release_hold": true, "book_deal": true, "create_deal_from_template": true, "submit_proposal": true, "withdraw_proposal": true, "negotiate": true,
	"create_order": true, "transition_order": true, "request_change": true, "apply_change": true, "approve_or_reject": true, "resume_approval": true,
	"assign_approval": true, "snooze_approval": true, "comment_approval": true,
	"review_change": true, "cancel_deal": true, "update_rate_card": true, "set_capacity": true, "register_buyer_agent": true, "set_agent_trust": true,
	"change_account": true,
	"create_api_key": true, "revoke_api_key": true,
}
