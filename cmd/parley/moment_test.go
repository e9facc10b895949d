package main_test

import (
	"fmt"
	"net/http"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"
)

// TestTheEmbeddedStoreGoesBackToAMoment has Litestream follow a server that trades and is killed, and restores what it kept to its end and
// to a moment before: what was acknowledged by then is there, and nothing of later, and both sell on.
func TestTheEmbeddedStoreGoesBackToAMoment(t *testing.T) {
	t.Parallel()
	litestream := releaseTool(t, "litestream")
	at := newPlace(t)
	server := at.serve(t, "--demo", "--rate-limit", "off", "--log-level", "warn")
	keys := demoKeys(t, at)
	database, config, socket := filepath.Join(at.folder, "data", "parley.db"), filepath.Join(at.folder, "litestream.yml"), filepath.Join(at.folder, "l")
	at.write(t, "litestream.yml", fmt.Sprintf("dbs:\n  - path: %s\n    replica:\n      type: file\n      path: %s\nsocket:\n  enabled: true\n  path: %s\n",
		database, filepath.Join(at.folder, "replica"), socket))
	follower, out := exec.CommandContext(t.Context(), litestream, "replicate", "-config", config), &lockedBuffer{}
	follower.Stdout, follower.Stderr = out, out
	if err := follower.Start(); err != nil {
		t.Fatal(err)
	}
	out.awaitCount(t, "snapshot complete", 1) // which it goes on from
	// kept books deals, which Litestream has when this returns.
	kept := func() (deals []string) {
		t.Helper()
		const some = 10
		for range some {
			deals = append(deals, bookedOn(t, server, keys["AGENCY_KEY"]))
		}
		if said, err := exec.CommandContext(t.Context(), litestream, "sync", "-wait", "-timeout", "300", "-socket", socket, database).CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, said)
		}
		return deals
	}
	before := kept()
	moment := time.Now()
	after := kept()
	server.kill(t)
	if err := follower.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := follower.Wait(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}

	for name, restored := range map[string]struct {
		to   []string
		has  []string
		lost []string
	}{
		"to its end":  {has: slices.Concat(before, after)},
		"to a moment": {[]string{"-timestamp", moment.UTC().Format(time.RFC3339Nano)}, before, after},
	} {
		file := filepath.Join(t.TempDir(), "restored.db")
		args := slices.Concat([]string{"restore", "-config", config}, restored.to, []string{"-o", file, database})
		if out, err := exec.CommandContext(t.Context(), litestream, args...).CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", name, err, out)
		}
		back := place{folder: t.TempDir(), databaseURL: "sqlite:" + file}.serve(t)
		for _, deal := range restored.has {
			back.ask(t, http.StatusOK, keys["AGENCY_KEY"], "GET", "/api/v1/deals/"+deal, nil, nil)
		}
		for _, deal := range restored.lost {
			back.ask(t, http.StatusNotFound, keys["AGENCY_KEY"], "GET", "/api/v1/deals/"+deal, nil, nil)
		}
		bookedOn(t, back, keys["AGENCY_KEY"])
		back.stop(t)
	}
}

// bookedOn is a deal that is booked now.
func bookedOn(t *testing.T, server *server, key string) string {
	t.Helper()
	var quote struct {
		QuoteID string `json:"quote_id"`
	}
	server.ask(t, http.StatusCreated, key, "POST", "/api/v1/quotes", map[string]any{"product_id": "app-news-banner", "deal_type": "PD", "impressions": 100_000}, &quote)
	var deal struct {
		DealID string `json:"deal_id"`
	}
	server.ask(t, http.StatusCreated, key, "POST", "/api/v1/deals", map[string]any{"quote_id": quote.QuoteID}, &deal)
	return deal.DealID
}
