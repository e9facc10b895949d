package a2a_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestPublicClients trades with the protocol's clients that others use, from npm: of version 1.0 by both transports, and of 0.3.
func TestPublicClients(t *testing.T) {
	t.Parallel()
	for folder, told := range map[string]string{"clients": "2 passed, 0 failed", "older": "1 passed, 0 failed"} {
		at := filepath.Join("testdata", folder)
		_, missing := os.Stat(filepath.Join(at, "node_modules"))
		node, err := exec.LookPath("node")
		if missing != nil || err != nil {
			if os.Getenv("CI") == "true" {
				t.Fatal("the clients are not installed: scripts/need node")
			}
			t.Skip("the clients are not installed: scripts/need node")
		}
		t.Run(folder, func(t *testing.T) {
			t.Parallel()
			onEach(t, func(t *testing.T, s *shop) {
				command := exec.CommandContext(t.Context(), node, "trade.mjs")
				command.Dir = at
				command.Env = append(os.Environ(), "PARLEY_URL="+s.url, "PARLEY_BUYER_KEY="+s.buyer, "PARLEY_PRODUCT=ctv-sports")
				said, err := command.CombinedOutput()
				if err != nil || !strings.Contains(string(said), told) {
					t.Errorf("%v\n%s", err, said)
				}
			})
		})
	}
}
