package tool_test

import (
	"context"
	"encoding/json"
	"maps"
	"strings"
	"testing"

	"parley"
	"parley/seller"
	"parley/tool"
	"parley/wire"
)

// A credential among the arguments of any tool is refused by its path, wherever it stands, and is not in the refusal.
func TestCredentialsAmongArgumentsAreRefused(t *testing.T) {
	t.Parallel()
	const secret = parley.KeySecretPrefix + "7d9f1h3k5n7q9s1v4x6y2b0c8d1e3g5m"
	set := tool.NewSet(tool.Buyer())
	x := wire.Exchange{View: wire.View{Settings: seller.DefaultSettings(), Caller: parley.Principal{Role: parley.RoleBuyer}}}
	places := map[string]map[string]any{
		"notes":                    {"notes": "mine is " + secret + "."},
		"rationale":                {"rationale": strings.ToUpper(secret)},
		"idempotency_key":          {"idempotency_key": secret},
		"context.who[1].is":        {"context": map[string]any{"who": []any{"a", map[string]any{"is": secret}}}},
		"context.who":              {"context": map[string]any{"who": map[string]any{secret: 1}}},
		"arguments":                {secret: 1},
		"_meta.Authorization":      {"_meta": map[string]any{"Authorization": "Basic YTpi"}},
		"api_key":                  {"api_key": "of another kind"},
		"x_headers[0].X-Api-Key":   {"x_headers": []any{map[string]any{"X-Api-Key": "1"}}},
		"audience.x_own.x_api_key": {"audience": map[string]any{"x_own": map[string]any{"x_api_key": 1}}},
	}
	for _, one := range set.Tools {
		for path, arguments := range places {
			given := map[string]any{"idempotency_key": "key-1"}
			maps.Copy(given, arguments)
			_, err := set.Run(context.Background(), x, one, given)
			failure := wire.PublicError(err)
			if failure.Code != parley.CodeValidation || len(failure.Fields) != 1 || failure.Fields[0].Path != path {
				t.Errorf("%s with %s: %v", one.Name, path, err)
			}
			if told, err := json.Marshal(failure); err != nil || strings.Contains(strings.ToLower(string(told)), secret) {
				t.Errorf("%s with %s tells %s", one.Name, path, told)
			}
		}
	}
	if err := tool.CheckCredentials(map[string]any{"api_key": "", "notes": "keys begin with ask_live_", "key_id": "key-1"}); err != nil {
		t.Errorf("no credential: %v", err)
	}
}
