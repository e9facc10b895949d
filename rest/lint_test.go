package rest_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"parley/rest"
)

// TestAPublicLinterPassesTheDescription has Redocly's linter read it, with the rules that it recommends.
func TestAPublicLinterPassesTheDescription(t *testing.T) {
	t.Parallel()
	folder := filepath.Join("testdata", "linter")
	_, missing := os.Stat(filepath.Join(folder, "node_modules"))
	node, err := exec.LookPath("node")
	if missing != nil || err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("the linter is not installed: scripts/need node")
		}
		t.Skip("the linter is not installed: scripts/need node")
	}
	s := openShop(t, rest.Options{})
	file := filepath.Join(t.TempDir(), "openapi.json")
	if err := os.WriteFile(file, []byte(s.document().text), 0o600); err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), node, filepath.Join("node_modules", "@redocly", "cli", "bin", "cli.js"), "lint", "--extends=recommended", file)
	command.Dir = folder
	command.Env = append(os.Environ(), "REDOCLY_TELEMETRY=off", "REDOCLY_SUPPRESS_UPDATE_NOTICE=true")
	if said, err := command.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, said)
	}
}
