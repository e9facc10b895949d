package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"parley"
	"parley/internal/disk"
)

// world is a database with its nodes and everybody who trades with them.
type world struct {
	folder      string
	databaseURL string // as the auditor reaches it, past every proxy
	postgres    *pair
	disk        *disk.Disk // under the embedded store; nil when there is none of its own
	nodes       []*node
	widened     int // how often the schema was

	within   time.Duration // in which every node has to book after a standby took over; 0: whenever
	takeover time.Duration // the longest that took

	auditor *auditor
	calls   *caller
	buyers  []*party
	desk    []*party
	record  *record
	heard   *listeners
	network *network
	flight  parley.Flight
}

// openWorld starts the nodes, at once and on an empty database, and stocks it.
func openWorld(ctx context.Context, o options) (w *world, err error) {
	w = &world{record: newRecord(), within: o.takeover}
	if w.folder, err = os.MkdirTemp("", "parley-soak-"); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, w.close())
		}
	}()
	if w.network, err = openNetwork(w.folder, o.seed); err != nil {
		return nil, err
	}
	settings, err := w.database(ctx, o)
	if err != nil {
		return nil, err
	}
	var urls []string
	for i := range settings {
		proxy, err := newProxy(o.seed + uint64(i) + 1)
		if err != nil {
			return nil, err
		}
		n := &node{
			binary: o.binary, folder: w.folder, database: settings[i], proxy: proxy,
			clockFile: filepath.Join(w.folder, "clock-"+strconv.Itoa(i)), network: w.network.URL,
		}
		w.nodes = append(w.nodes, n)
		urls = append(urls, n.url())
	}
	if err := w.startTogether(); err != nil {
		return nil, err
	}
	if w.auditor, err = openAuditor(w.databaseURL); err != nil {
		return nil, err
	}
	w.calls = newCaller(urls)
	return w, w.stock(ctx, o)
}

// database makes the database, and answers what each of its nodes is told of it.
func (w *world) database(ctx context.Context, o options) (settings [][]string, err error) {
	if o.store == sqlite {
		folder := w.folder
		if o.diskBytes > 0 {
			if w.disk, err = disk.Mount(ctx, filepath.Join(w.folder, "disk"), o.diskBytes); err != nil {
				return nil, err
			}
			folder = w.disk.Folder
		}
		w.databaseURL = "sqlite:" + filepath.Join(folder, "parley.db")
		return [][]string{{"PARLEY_DATABASE_URL=" + w.databaseURL}}, nil
	}
	if w.postgres, err = openPair(ctx, o.seed); err != nil {
		return nil, err
	}
	w.databaseURL = w.postgres.urlOf("", w.postgres.past)
	return [][]string{w.postgres.settings(0), w.postgres.settings(1)}, nil
}

// startTogether starts every node at the same time, and beside them, on an embedded store, a second process that migrates.
func (w *world) startTogether() error {
	var ready []chan error
	for _, n := range w.nodes {
		r, err := n.begin()
		if err != nil {
			return err
		}
		ready = append(ready, r)
	}
	if len(w.nodes) == 1 {
		if _, err := w.nodes[0].run(context.Background(), "migrate"); err != nil {
			return err
		}
	}
	for i, n := range w.nodes {
		if err := n.await(ready[i]); err != nil {
			return err
		}
	}
	return nil
}

// stock makes the keys, the catalog and the gates.
func (w *world) stock(ctx context.Context, o options) (err error) {
	first := w.nodes[len(w.nodes)-1]
	file := filepath.Join(w.folder, "catalog.csv")
	if err := os.WriteFile(file, []byte(catalog), 0o600); err != nil {
		return err
	}
	if _, err := first.run(ctx, "catalog", "import", file); err != nil {
		return err
	}
	for i := range o.clients {
		key, err := first.run(ctx, "keys", "create", "--role", "buyer", "--label", fmt.Sprint("buyer ", i), "--agency", fmt.Sprint("agency-", i),
			"--seat", fmt.Sprint("seat-", i))
		if err != nil {
			return err
		}
		w.buyers = append(w.buyers, newParty(i, key, o.seed))
	}
	for i := range 3 {
		key, err := first.run(ctx, "keys", "create", "--role", "operator", "--label", fmt.Sprint("operator ", i))
		if err != nil {
			return err
		}
		w.desk = append(w.desk, newParty(o.clients+i, key, o.seed))
	}
	for _, rule := range gates {
		a, err := w.calls.do(ctx, w.desk[0], "POST", "/api/v1/approval-rules", rule, w.desk[0].idempotencyKey("rule"))
		if err != nil {
			return err
		}
		if a.status != 201 {
			return unexpected("an approval rule", a)
		}
	}
	if w.heard, err = openListeners(); err != nil {
		return err
	}
	for i, listener := range []struct {
		by    *party
		types []string
	}{{w.buyers[0], nil}, {w.buyers[len(w.buyers)-1], nil}, {w.desk[0], []string{"deal.created", "deal.booked", "approval.requested"}}} {
		a, err := w.calls.do(ctx, listener.by, "POST", "/api/v1/webhooks", fields{"url": w.heard.url(i), "event_types": listener.types},
			listener.by.idempotencyKey("webhook"))
		if err != nil {
			return err
		}
		if a.status != 201 {
			return unexpected("a webhook", a)
		}
		w.heard.follow(a.body.word("webhook_id"), a.body.word("signing_key"), listener.types)
	}
	if err := w.network.join(ctx, w); err != nil {
		return err
	}
	today := parley.DateOf(parley.SystemClock(), parley.SystemClock().Location())
	w.flight = parley.Flight{Start: today + 30, End: today + 36}
	return nil
}

func (w *world) close() error {
	var problems []error
	for _, n := range w.nodes {
		problems = append(problems, n.kill(), n.proxy.close())
	}
	if w.network != nil {
		w.network.Close()
	}
	if w.heard != nil {
		problems = append(problems, w.heard.close())
	}
	if w.auditor != nil {
		problems = append(problems, w.auditor.db.Close())
	}
	if w.postgres != nil {
		problems = append(problems, w.postgres.close())
	}
	if w.disk != nil {
		problems = append(problems, w.disk.Unmount())
	}
	return errors.Join(append(problems, os.RemoveAll(w.folder))...)
}

// describe names the parts of the world for the report.
func (w *world) describe() string {
	parts := []string{fmt.Sprintf("%d node(s)", len(w.nodes)), fmt.Sprintf("%d buyers", len(w.buyers)), fmt.Sprintf("%d operators", len(w.desk))}
	if w.disk != nil {
		parts = append(parts, "a disk of its own")
	}
	if w.postgres != nil {
		parts = append(parts, "a standby")
		if w.postgres.pooler != nil {
			parts = append(parts, "PgBouncer before one of the nodes")
		}
	}
	return strings.Join(parts, ", ")
}
