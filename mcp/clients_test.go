package mcp_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"parley"
	"parley/edge"
	"parley/internal/stores"
	"parley/seller"
	"parley/storage"
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
	stores.Each(t, func(t *testing.T, store *storage.Store) {
		d, other := openDesk(t, store, edge.Kit{}), openNode(t, store, edge.Kit{})
		_, err := d.service.ApprovalRules().Create(t.Context(), seller.Terminal("test"), parley.ApprovalRule{
			Name: "sports", Gate: parley.GateDealBooking, Condition: `product_id == "ctv-sports"`, Role: parley.ScopeApprover, Enabled: true,
			OnTimeout: parley.TimeoutRejects, Timeout: time.Hour,
		}, func(parley.ApprovalRule) (seller.Answer, error) { return seller.Answer{}, nil })
		if err != nil {
			t.Fatal(err)
		}
		command := exec.CommandContext(t.Context(), node, "trade.mjs")
		command.Dir = folder
		command.Env = append(os.Environ(), "PARLEY_URL="+d.url, "PARLEY_BUYER_KEY="+d.buyer, "PARLEY_OPERATOR_KEY="+d.operator, "PARLEY_PRODUCT=display-news",
			"PARLEY_GATED_PRODUCT=ctv-sports", "PARLEY_OTHER_URL="+other.url)
		said, err := command.CombinedOutput()
		if err != nil || !strings.Contains(string(said), "6 passed, 0 failed") {
			t.Errorf("%v\n%s", err, said)
		}
	})
}
