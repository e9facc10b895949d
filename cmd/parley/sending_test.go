package main_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"parley"
	fake "parley/internal/fake/admanager"
	"parley/internal/racedetector"
	"parley/vault"
)

// TestKilledWhileSending kills the process at every call that makes something in an ad server: before it is answered and nothing was
// done, before it is answered and all was done, with the work done only after the process is dead, and when what came of it has
// been stored. However that went, there is one of each thing in the end; and so it is with what writes sheets into a folder.
func TestKilledWhileSending(t *testing.T) {
	t.Parallel()
	racedetector.Serial(t)
	withClock := filepath.Join(t.TempDir(), "parley")
	build := exec.CommandContext(t.Context(), "go", "build", "-tags", "faultclock", "-o", withClock, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	eachStore(t, func(t *testing.T, at place) {
		d := openSending(t, at, withClock)
		for _, call := range []string{"POST orders:batchCreate", "POST customTargetingValues:batchCreate", "POST lineItems", "POST orders:batchApprove"} {
			for _, how := range []fake.Fault{fake.DropsBefore, fake.DropsAfter, fake.Slow} {
				d.killedAt(t, call, how)
			}
		}
		// When what was made has been stored, the next thing is looked for.
		for _, call := range []string{"GET orders", "GET customTargetingValues", "GET lineItems"} {
			d.killedAt(t, call, fake.Slow)
		}
		d.killedWhileWriting(t)
		d.tellsNobody(t)
	})
}

// sending is a server that sends deals of one product to a network, and of another to a folder.
type sending struct {
	place
	network      *fake.Server
	buyer, admin string
	off          atomic.Int64 // of the clocks, in nanoseconds
	server       *server
	logs         strings.Builder // of the processes that were killed
}

func openSending(t *testing.T, at place, withClock string) *sending {
	t.Helper()
	d := &sending{place: at}
	d.network = fake.New(func() time.Time { return parley.SystemClock().Add(time.Duration(d.off.Load())) })
	d.network.Serves()
	t.Cleanup(d.network.Close)
	d.binary = withClock
	d.environ = append(d.environ, "FAULT_CLOCK_FILE="+filepath.Join(d.folder, "clock"), "FAULT_AD_MANAGER="+d.network.URL)
	d.write(t, "sealing.key", strings.Repeat("k", 32))
	d.write(t, "catalog.csv", crashCatalog)
	d.must(t, "catalog", "import", "catalog.csv")
	d.buyer = d.createKey(t, "--role", "buyer", "--label", "B", "--agency", "b", "--seat", "seat-b")
	d.admin = d.createKey(t, "--role", "operator", "--label", "O")
	d.start(t)
	var to struct {
		ID string `json:"destination_id"`
	}
	d.server.ask(t, 201, d.admin, "POST", "/api/v1/destinations", map[string]any{
		"kind": "ad_manager", "name": "network", "trigger": "deal_booked", "settings": map[string]any{
			"network": fake.Network, "currency": "USD", "trafficker": fake.Trafficker, "deal_key": fake.DealKey, "deal_key_id": fake.DealKeyID,
			"advertiser": fake.Advertiser, "approve": true,
		}, "match": map[string]any{"product_ids": []string{"wide"}},
	}, &to)
	d.server.ask(t, 201, d.admin, "POST", "/api/v1/destinations", map[string]any{
		"kind": "file_drop", "name": "sheets", "trigger": "deal_booked", "release": "person", "settings": map[string]any{"folder": "sheets"},
		"match": map[string]any{"product_ids": []string{"open"}},
	}, nil)
	path := "/api/v1/destinations/" + to.ID
	d.server.ask(t, 200, d.admin, "PUT", path+"/credential", map[string]any{"credential": string(d.network.Credential())}, nil)
	d.server.ask(t, 200, d.admin, "PUT", path+"/mappings", map[string]any{
		"about": "product", "name": "wide", "refs": map[string]any{"ad_units": []string{fake.AdUnit}, "sizes": []string{"640x480"}, "max_seconds": 30},
	}, nil)
	return d
}

func (d *sending) start(t *testing.T) {
	t.Helper()
	d.server = d.serve(t, "--rate-limit", "off", "--destination-rate", "off", "--sealing-key", "sealing.key", "--log-level", "debug",
		"--traffic-folder", "traffic")
}

// passes moves the clocks of the process and of the network.
func (d *sending) passes(t *testing.T, by time.Duration) {
	t.Helper()
	off := d.off.Add(int64(by))
	draft := filepath.Join(d.folder, "clock.draft")
	if err := os.WriteFile(draft, []byte(strconv.FormatInt(off, 10)), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(draft, filepath.Join(d.folder, "clock")); err != nil {
		t.Fatal(err)
	}
}

// killedAt books a deal, kills the process at a call that sends it, starts it again, and counts what there is.
func (d *sending) killedAt(t *testing.T, call string, how fake.Fault) {
	t.Helper()
	reached := make(chan struct{})
	var met atomic.Bool
	d.network.Breaks(func(method, path string) fake.Fault {
		if method+" "+path == call && met.CompareAndSwap(false, true) {
			close(reached)
			return how
		}
		return fake.None
	})
	dealID := d.bookOf(t, "wide")
	select {
	case <-reached:
	case <-time.After(time.Minute):
		t.Fatalf("%s was never called:\n%s", call, d.server.log)
	}
	d.server.kill(t)
	d.logs.WriteString(d.server.log.String())
	d.network.Releases()
	d.network.Breaks(nil)
	d.start(t)
	d.comesTo(t, dealID, "live", func() bool { return true })
	for collection, member := range map[string]string{"orders": "poNumber", "customTargetingValues": "adTagName", "lineItems": "externalLineItemId"} {
		n := 0
		for _, o := range d.network.Made(collection) {
			if fmt.Sprint(o[member]) == dealID {
				n++
			}
		}
		if n != 1 {
			t.Errorf("killed at %s, %s: there are %d %s", call, how, n, collection)
		}
	}
}

// standing is a deal's one activation, and its status.
func (d *sending) standing(t *testing.T, dealID string) (id, status string) {
	t.Helper()
	var found struct {
		Activations []struct {
			ID     string `json:"activation_id"`
			Status string `json:"status"`
		} `json:"activations"`
	}
	if d.server.ask(t, 200, d.admin, "GET", "/api/v1/activations?deal_id="+dealID, nil, &found); len(found.Activations) != 1 {
		t.Fatalf("the activations are %+v", found)
	}
	return found.Activations[0].ID, found.Activations[0].Status
}

// comesTo lets time pass until a deal stands so, and what else is waited for is so.
func (d *sending) comesTo(t *testing.T, dealID, status string, also func() bool) {
	t.Helper()
	beat := time.NewTicker(200 * time.Millisecond) // in which the process looks at what is due
	defer beat.Stop()
	for giveUp := time.Now().Add(2 * time.Minute); ; <-beat.C {
		_, now := d.standing(t, dealID)
		if now == status && also() {
			return
		}
		if time.Now().After(giveUp) {
			t.Fatalf("the deal %s is %s, want %s\n%s", dealID, now, status, d.server.log)
		}
		d.passes(t, time.Minute)
	}
}

// tellsNobody looks for the service account's key, and for the tokens that it was given, wherever something of the processes is left.
func (d *sending) tellsNobody(t *testing.T) {
	t.Helper()
	left := map[string]string{}
	for _, path := range []string{"/api/v1/destinations", "/api/v1/activations?limit=200", "/events?limit=500", "/api/v1/audit?limit=500"} {
		status, answer, err := d.server.call(d.admin, "GET", path, nil)
		if err != nil || status != 200 {
			t.Fatalf("%s: %d, %v\n%s", path, status, err, answer)
		}
		left[path] = string(answer)
	}
	d.server.stop(t)
	left["the logs"] = d.logs.String() + d.server.log.String()
	d.must(t, "copy", "--from", cmp.Or(d.databaseURL, "sqlite:data/parley.db"), "--to", "sqlite:copy.db")
	names := []string{"copy.db"}
	if d.databaseURL == "" {
		d.must(t, "backup", "backup.db")
		names = append(names, "backup.db", "data/parley.db")
	}
	for _, name := range names {
		content, err := os.ReadFile(filepath.Join(d.folder, name))
		if err != nil {
			t.Fatal(err)
		}
		left[name] = string(content)
	}
	var account struct {
		Key string `json:"private_key"`
	}
	if err := json.Unmarshal(d.network.Credential(), &account); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(account.Key, "\n")
	secrets := []string{lines[1], lines[2], "ya29."} // what every token begins with
	for where, text := range left {
		for _, secret := range secrets {
			if strings.Contains(text, secret) {
				t.Errorf("%s has %q of the credential", where, secret)
			}
		}
	}
	if !strings.Contains(left["copy.db"], vault.Mark(d.network.Credential())) {
		t.Error("the copy is not of these processes")
	}
}

// bookOf books a deal of a product, ten days after the clocks.
func (d *sending) bookOf(t *testing.T, productID string) (dealID string) {
	t.Helper()
	return d.server.books(t, d.buyer, productID, time.Duration(d.off.Load()))
}
