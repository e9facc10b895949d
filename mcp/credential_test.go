package mcp_test

import (
	"strings"
	"testing"

	"parley"
)

// Every tool refuses a credential among its arguments, and does not say it.
func TestCredentialsAmongArgumentsAreRefused(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		const secret = parley.KeySecretPrefix + "7d9f1h3k5n7q9s1v4x6y2b0c8d1e3g5m"
		for _, tool := range d.tools(d.operator) {
			refused := d.try(d.operator, tool.Name, map[string]any{"idempotency_key": "key-1", "context": map[string]any{"notes": []any{secret}}})
			if !refused.IsError || !strings.Contains(refused.text, `"validation"`) || !strings.Contains(refused.text, "context.notes[0]") ||
				strings.Contains(refused.text, secret) {
				t.Errorf("%s: %s", tool.Name, refused.text)
			}
		}
	})
}
