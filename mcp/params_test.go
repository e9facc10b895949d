package mcp_test

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"parley/edge"
	"parley/internal/stores"
)

// foreign are words of the code that reads a message, which say nothing to whoever sent it.
var foreign = regexp.MustCompile(`(?i)json:|unmarshal|\bGo\b|strconv|struct field|mcp\.|handling '`)

// Whatever the params of a message hold that cannot be read, the refusal names the field, and sends nothing back of a long one.
func TestRefusalsNameTheField(t *testing.T) {
	t.Parallel()
	d := openDesk(t, stores.SQLite(t), edge.Kit{})
	digits := strings.Repeat("7", 5000)
	for _, field := range []struct{ method, name, params string }{
		{"initialize", "protocolVersion", `{"protocolVersion":VALUE}`},
		{"initialize", "clientInfo", `{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":VALUE}`},
		{"initialize", "capabilities", `{"protocolVersion":"2025-06-18","clientInfo":{"name":"a","version":"1"},"capabilities":VALUE}`},
		{"tools/call", "name", `{"name":VALUE}`},
		{"tools/call", "_meta", `{"name":"get_quote","_meta":VALUE}`},
		{"tools/call", "arguments", `{"name":"get_quote","arguments":VALUE}`},
		{"tools/list", "cursor", `{"cursor":VALUE}`},
		{"tools/list", "_meta", `{"_meta":VALUE}`},
		{"tools/list", "params", `VALUE`},
		{"prompts/list", "cursor", `{"cursor":VALUE}`},
		{"prompts/get", "name", `{"name":VALUE}`},
		{"prompts/get", "arguments", `{"name":"x","arguments":VALUE}`},
		{"resources/list", "cursor", `{"cursor":VALUE}`},
		{"resources/templates/list", "cursor", `{"cursor":VALUE}`},
		{"resources/read", "uri", `{"uri":VALUE}`},
		{"resources/subscribe", "uri", `{"uri":VALUE}`},
		{"logging/setLevel", "level", `{"level":VALUE}`},
		{"completion/complete", "ref", `{"ref":VALUE}`},
		{"ping", "_meta", `{"_meta":VALUE}`},
	} {
		for _, value := range []string{digits, "1e400", "5", "true", "[5]"} {
			if field.name == "params" && value != "[5]" {
				continue // which is no message of JSON-RPC
			}
			params := strings.Replace(field.params, "VALUE", value, 1)
			status, _, text := d.raw(d.buyer, "/mcp", "", `{"jsonrpc":"2.0","id":9007199254740993,"method":"`+field.method+`","params":`+params+`}`)
			var answer struct {
				ID    json.Number
				Error struct {
					Code    int
					Message string
				}
			}
			if err := json.Unmarshal([]byte(text), &answer); err != nil || status != 200 || answer.Error.Code != -32602 || answer.ID != "9007199254740993" ||
				!strings.Contains(answer.Error.Message, field.name) || len(text) > 500 || foreign.MatchString(text) {
				t.Errorf("%s %s %.8s: %d %.500s", field.method, field.name, value, status, text)
			}
		}
	}
}
