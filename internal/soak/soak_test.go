package main

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"parley/internal/disk"
	"parley/storage/pgtest"
)

// TestEveryFault is the short run: each fault strikes for two seconds, on both stores.
func TestEveryFault(t *testing.T) {
	t.Parallel()
	binary := filepath.Join(t.TempDir(), "parley")
	if err := build(t.Context(), binary); err != nil {
		t.Fatal(err)
	}
	for _, on := range []store{sqlite, postgres} {
		t.Run(string(on), func(t *testing.T) {
			t.Parallel()
			o := options{
				store: on, binary: binary, phase: 2 * time.Second, clients: 8, seed: uint64(time.Now().UnixNano()), log: t.Logf,
			}
			if disk.CanMount() {
				o.diskBytes = 256 << 20
			} else {
				t.Log("NOT TESTED with a full disk: that takes the right to mount one")
			}
			seen, err := soak(t.Context(), o)
			if errors.Is(err, pgtest.ErrNotInstalled) && os.Getenv("CI") != "true" {
				t.Skip(err)
			}
			if err != nil {
				t.Fatal(err)
			}
			walked := map[string]int{}
			for _, phase := range seen.phases {
				for flow, n := range phase.flows {
					walked[flow] += n
				}
				if phase.operations == 0 {
					t.Errorf("while %s, nothing was tried", phase.fault)
				}
			}
			for _, flow := range []string{"quote -> deal", "cancel", "order", "gated booking", "proposal -> deal", "gated proposal", "negotiation", "tangle", "gated end"} {
				if walked[flow] == 0 {
					t.Errorf("the flow %s was never walked", flow)
				}
			}
			for _, way := range edges {
				if seen.byEdge[way] == 0 {
					t.Errorf("nothing was bought by %s", way)
				}
			}
			if seen.sent == 0 {
				t.Error("nothing was sent to the ad server")
			}
			t.Logf("%s, %s\n%s", seen.world, seen.took.Round(time.Second), seen.table())
		})
	}
}
