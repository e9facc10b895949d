package a2a_test

import (
	"bufio"
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"parley"
	"parley/a2a"
	"parley/internal/stores"
	"parley/storage"
)

// TestPublicClients trades with the protocol's clients that others use, from npm: of version 1.0 by both transports, and of 0.3.
// The answer to a booking is lost and asked for again, and a gate is decided by the desk while the buyer follows at another node.
func TestPublicClients(t *testing.T) {
	t.Parallel()
	for folder, told := range map[string]string{"clients": "4 passed, 0 failed", "older": "2 passed, 0 failed"} {
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
			stores.Each(t, func(t *testing.T, store *storage.Store) {
				s, other := openShop(t, store, a2a.Options{}), openNode(t, store, a2a.Options{})
				command := exec.CommandContext(t.Context(), node, "trade.mjs")
				command.Dir = at
				command.Env = append(os.Environ(), "PARLEY_URL="+s.url, "PARLEY_OTHER_URL="+other.url, "PARLEY_BUYER_KEY="+s.buyer, "PARLEY_PRODUCT=ctv-sports")
				said, err := withDesk(command, map[string]func(){
					"gate":   func() { s.gate(parley.GateDealBooking) },
					"decide": func() { s.decide("approve") },
				})
				if err != nil || !strings.Contains(said, told) {
					t.Errorf("%v\n%s", err, said)
				}
			})
		})
	}
}

// withDesk runs a program and does what it says in a line of its own, each time before it goes on. It answers all that it said.
func withDesk(command *exec.Cmd, desk map[string]func()) (said string, err error) {
	var problems bytes.Buffer
	command.Stderr = &problems
	in, err := command.StdinPipe()
	if err != nil {
		return "", err
	}
	out, err := command.StdoutPipe()
	if err != nil {
		return "", err
	}
	if err := command.Start(); err != nil {
		return "", err
	}
	var all strings.Builder
	for lines := bufio.NewScanner(out); lines.Scan(); {
		all.WriteString(lines.Text() + "\n")
		if act := desk[lines.Text()]; act != nil {
			act()
			if _, err := io.WriteString(in, "done\n"); err != nil {
				break // it has ended, which Wait tells of
			}
		}
	}
	err = command.Wait()
	return all.String() + problems.String(), err
}
