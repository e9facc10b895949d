package mcp_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"parley/edge"
	"parley/internal/stores"
)

// fields are the paths that a refusal names.
func (r reply) fields() []string {
	var said struct {
		Detail struct {
			Fields []struct {
				Path string `json:"path"`
			} `json:"fields"`
		} `json:"detail"`
	}
	if json.Unmarshal([]byte(r.text), &said) != nil {
		return nil
	}
	var paths []string
	for _, field := range said.Detail.Fields {
		paths = append(paths, field.Path)
	}
	slices.Sort(paths)
	return paths
}

// beyond is what tools need that their schemas do not require, since one of several members will do.
var beyond = map[string][]string{
	"get_product": {"product_id"}, "book_deal": {"quote_id"}, "negotiate": {"quote_id"}, "request_change": {"deal_id"}, "register_buyer_agent": {"url"},
}

// TestWhatIsMissingIsNamedAtOnce calls every tool with nothing, and with each one of what it needs left out: all that is missing is
// named, before anything is looked up.
func TestWhatIsMissingIsNamedAtOnce(t *testing.T) {
	t.Parallel()
	d := openDesk(t, stores.SQLite(t), edge.Kit{})
	calls := made{quote: "qt-0", deal: "D", proposal: "prop-0", negotiation: "neg-0", order: "ORD-0", change: "CR-0", approval: "apr-0", key: "key-0"}.calls()
	for _, tool := range d.tools(d.operator) {
		key := d.operator
		if slices.ContainsFunc(d.tools(d.buyer), func(other *sdk.Tool) bool { return other.Name == tool.Name }) {
			key = d.buyer
		}
		schema, err := json.Marshal(tool.InputSchema)
		if err != nil {
			t.Fatal(err)
		}
		var said struct{ Required []string }
		if err := json.Unmarshal(schema, &said); err != nil {
			t.Fatal(err)
		}
		want := slices.Sorted(slices.Values(slices.Concat(said.Required, beyond[tool.Name])))
		if len(want) == 0 {
			continue
		}
		nulls := map[string]any{}
		for _, name := range want {
			nulls[name] = nil
		}
		for name, arguments := range map[string]map[string]any{"nothing": {}, "nulls": nulls} {
			r := d.try(key, tool.Name, arguments)
			if got := r.fields(); !slices.Equal(got, want) && tool.Name != "set_capacity" { // whose null takes the capacity away
				t.Errorf("%s with %s names %q, want %q: %s", tool.Name, name, got, want, r.text)
			}
		}
		whole := calls[tool.Name]
		for _, left := range want {
			arguments := map[string]any{}
			for name, value := range whole {
				arguments[name] = value
			}
			if !tool.Annotations.ReadOnlyHint {
				arguments["idempotency_key"] = "k " + tool.Name + left
			}
			delete(arguments, left)
			if left == "quote_id" && tool.Name == "negotiate" {
				delete(arguments, "negotiation_id")
			}
			if r := d.try(key, tool.Name, arguments); !slices.Equal(r.fields(), []string{left}) {
				t.Errorf("%s without %s: %s", tool.Name, left, r.text)
			}
		}
	}
	for want, arguments := range map[string]map[string]any{
		"price quote_id":                    {"action": "counter", "idempotency_key": "n"},
		"price":                             {"action": "final_offer", "quote_id": "qt-0", "idempotency_key": "n"},
		"idempotency_key price quote_id":    {"action": "counter"},
		"idempotency_key quote_id":          {"action": "accept"},
		"idempotency_key nonsense quote_id": {"action": "accept", "nonsense": 1},
	} {
		if r := d.try(d.buyer, "negotiate", arguments); !slices.Equal(r.fields(), strings.Fields(want)) {
			t.Errorf("negotiate with %v names %q, want %s", arguments, r.fields(), want)
		}
	}
	for _, tool := range []string{"request_quote", "create_deal_from_template"} {
		if r := d.try(d.buyer, tool, map[string]any{"deal_type": "PG"}); !slices.Equal(r.fields(), strings.Fields("idempotency_key impressions product_id")) {
			t.Errorf("%s of PG names %q", tool, r.fields())
		}
	}
	for _, arguments := range []string{`{}`, `{"id":null}`, `{"id":""}`} {
		_, _, text := d.raw("", "/mcp/sse", "", `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"get_product","arguments":`+arguments+`}}`)
		var answer struct {
			Result struct{ Content []struct{ Text string } }
		}
		if err := json.Unmarshal([]byte(text), &answer); err != nil || len(answer.Result.Content) != 1 {
			t.Fatalf("%v: %s", err, text)
		}
		if r := (reply{text: answer.Result.Content[0].Text}); !slices.Equal(r.fields(), []string{"id"}) {
			t.Errorf("the field's get_product with %s: %s", arguments, text)
		}
	}
}
