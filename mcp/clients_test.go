package mcp_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestPublicClients trades with the protocol's clients that others use, from npm. They hold every answer against the schema that
// its tool shows, and throw what they cannot read.
func TestPublicClients(t *testing.T) {
	t.Parallel()
	folder := filepath.Join("testdata", "clients")
	_, missing := os.Stat(filepath.Join(folder, "node_modules"))
	node, err := exec.LookPath("node")
	if missing != nil || err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("the clients are not installed: scripts/need node")
		}
		t.Skip("the clients are not installed: scripts/need node")
	}
	onEach(t, func(t *testing.T, d *desk) {
		command := exec.CommandContext(t.Context(), node, "trade.mjs")
		command.Dir = folder
		command.Env = append(os.Environ(), "PARLEY_URL="+d.url, "PARLEY_BUYER_KEY="+d.buyer, "PARLEY_OPERATOR_KEY="+d.operator, "PARLEY_PRODUCT=display-news")
		said, err := command.CombinedOutput()
		if err != nil || !strings.Contains(string(said), "6 passed, 0 failed") {
			t.Errorf("%v\n%s", err, said)
		}
	})
}
