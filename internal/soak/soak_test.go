package soak_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"parley/internal/disk"
	"parley/internal/soak"
	"parley/storage/pgtest"
)

// TestEveryFault is the short run: each fault strikes for two seconds, on both stores.
func TestEveryFault(t *testing.T) {
	binary := filepath.Join(t.TempDir(), "parley")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-tags", "faultclock", "-o", binary, "../../cmd/parley").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	for _, store := range []soak.Store{soak.SQLite, soak.Postgres} {
		t.Run(string(store), func(t *testing.T) {
			t.Parallel()
			options := soak.Options{
				Store: store, Binary: binary, Phase: 2 * time.Second, Clients: 8, Seed: uint64(time.Now().UnixNano()), Log: t.Logf,
			}
			if disk.CanMount() {
				options.DiskBytes = 256 << 20
			} else {
				t.Log("NOT TESTED with a full disk: that takes the right to mount one")
			}
			report, err := soak.Run(t.Context(), options)
			if errors.Is(err, pgtest.ErrNotInstalled) && os.Getenv("CI") != "true" {
				t.Skip(err)
			}
			if err != nil {
				t.Fatal(err)
			}
			walked := map[string]int{}
			for _, phase := range report.Phases {
				for flow, n := range phase.Flows {
					walked[flow] += n
				}
				if phase.Operations == 0 {
					t.Errorf("while %s, nothing was tried", phase.Fault)
				}
			}
			for _, flow := range []string{"quote -> deal", "cancel", "order", "gated booking", "proposal -> deal", "gated proposal", "negotiation", "tangle"} {
				if walked[flow] == 0 {
					t.Errorf("the flow %s was never walked", flow)
				}
			}
			t.Logf("%s, %s\n%s", report.World, report.Took.Round(time.Second), report.Table())
		})
	}
}
