package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
)

// store says over which database the nodes run.
type store string

const (
	sqlite   store = "sqlite"
	postgres store = "postgres"
)

// options say how a run goes.
type options struct {
	store   store
	binary  string        // of cmd/parley, built with the tag faultclock
	lasts   time.Duration // after which no further phase begins; every fault has at least one
	phase   time.Duration // how long clients trade in one
	clients int
	seed    uint64
	// diskBytes is the size of the disk that the embedded store gets, so that it can be filled; 0: it has none of its own.
	diskBytes int64
	// takeover is how long it may take from the promotion of a standby until every node books again; 0: any time.
	takeover time.Duration
	log      func(format string, args ...any)
}

// phase is what happened in one.
type phase struct {
	fault      string
	strikes    int
	flows      map[string]int
	requests   int64
	repeats    int64 // requests made again because there was no answer, or none but a failure
	shed       int64 // answers 429 and 503
	failures   int64 // answers 500
	operations int   // that were checked for being linearizable
	undecided  int   // things whose history was too entangled to decide in time
}

// report is what happened in a run.
type report struct {
	world  string
	phases []phase
	took   time.Duration
	byEdge map[edge]int64 // requests
	sent   int            // line items that deals have in the ad server
	// takeover is the longest from the promotion of a standby until every node had booked.
	takeover time.Duration
}

// linearizable is how long the history of one thing is looked at.
const linearizable = 20 * time.Second

// soak trades until the time is over, and fails with the first thing that must not happen. The error is
// pgtest.ErrNotInstalled where PostgreSQL is missing.
func soak(ctx context.Context, o options) (seen report, err error) {
	began := time.Now()
	w, err := openWorld(ctx, o)
	if err != nil {
		return seen, err
	}
	defer func() { err = errors.Join(err, w.close()) }()
	seen.world = w.describe()
	chance := newParty(-1, "", o.seed)
	for n := 0; ; n++ {
		f := faults[n%len(faults)]
		if n >= len(faults) && time.Since(began) >= o.lasts {
			break
		}
		if !f.exists(w) {
			continue
		}
		was, err := w.phase(ctx, f, o, chance)
		if err != nil {
			return seen, fmt.Errorf("%s, phase %d, seed %d: while %s: %w\n%s", o.store, n, o.seed, f.name, err, w.logs())
		}
		seen.phases = append(seen.phases, was)
		seen.byEdge = map[edge]int64{}
		for way, n := range w.calls.byEdge {
			seen.byEdge[way] = n.Load()
		}
		seen.sent, seen.takeover = w.network.sent(), w.takeover
		seen.took = time.Since(began)
		o.log("%s: %s: %d strikes, %d requests, %d repeated, %d operations linearizable", o.store, f.name, was.strikes,
			was.requests, was.repeats, was.operations)
	}
	return seen, nil
}

// phase has clients trade while a fault strikes, and judges what is left.
func (w *world) phase(ctx context.Context, f fault, o options, chance *party) (phase, error) {
	t := &trade{calls: w.calls, record: w.record, histories: &histories{}, flight: w.flight, desk: w.desk}
	requests, repeats, shed, failures := w.calls.requests.Load(), w.calls.repeats.Load(), w.calls.shed.Load(), w.calls.failures.Load()
	if err := w.observe(ctx, t.histories); err != nil {
		return phase{}, err
	}
	stop := make(chan struct{})
	clients, trading := errgroup.WithContext(ctx)
	for _, buyer := range w.buyers {
		clients.Go(func() error { return t.run(trading, buyer, stop) })
	}
	strikes, err := w.strike(trading, f, o.phase, chance)
	close(stop)
	if err = errors.Join(err, clients.Wait()); err != nil {
		return phase{}, err
	}
	if err := w.auditor.audit(ctx, w.record); err != nil {
		return phase{}, err
	}
	if err := w.heard.audit(ctx, w.auditor, o.store); err != nil {
		return phase{}, err
	}
	if err := w.network.audit(ctx, w.auditor); err != nil {
		return phase{}, err
	}
	operations, undecided, err := t.histories.judge(linearizable)
	return phase{
		fault: f.name, strikes: strikes, flows: t.counts.counts, operations: operations, undecided: undecided,
		requests: w.calls.requests.Load() - requests, repeats: w.calls.repeats.Load() - repeats,
		shed: w.calls.shed.Load() - shed, failures: w.calls.failures.Load() - failures,
	}, err
}

// strike lets a fault happen a few times while clients trade, and mends it.
func (w *world) strike(trading context.Context, f fault, within time.Duration, chance *party) (strikes int, err error) {
	end := time.Now().Add(within)
	for time.Now().Before(end) && trading.Err() == nil {
		chance.pause(within/20, within/5)
		if err := f.strike(trading, w, chance); err != nil {
			return strikes, fmt.Errorf("strike: %w", err)
		}
		strikes++
	}
	if f.mend == nil {
		return strikes, nil
	}
	if err := f.mend(w); err != nil {
		return strikes, fmt.Errorf("mend: %w", err)
	}
	return strikes, nil
}

// observe begins the ledger's histories with what is reserved before.
func (w *world) observe(ctx context.Context, h *histories) error {
	for i := range scarceProducts {
		product := fmt.Sprint("scarce-", i+1)
		n, err := w.auditor.reserved(ctx, product, w.flight.Start)
		if err != nil {
			return err
		}
		now := w.calls.now()
		h.ledger.add(product, -1, answer{from: now, to: now}, reserve{impressions: n, observed: true}, reserved{})
	}
	return nil
}

// logs is the end of what the nodes said.
func (w *world) logs() string {
	var text strings.Builder
	for i, n := range w.nodes {
		fmt.Fprintf(&text, "-- node %d --\n%s", i, n.log.String())
	}
	if said := w.calls.lastError.Load(); said != nil {
		fmt.Fprintf(&text, "-- the last failure that was answered --\n%s\n", *said)
	}
	return text.String()
}

// table is the report for people, in Markdown.
func (r report) table() string {
	var text strings.Builder
	text.WriteString("| fault | phases | strikes | requests | repeated | shed | failed | flows | operations checked | undecided |\n")
	text.WriteString("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n")
	sums, phases, flows := map[string]*phase{}, map[string]int{}, map[string]int{}
	for _, p := range r.phases {
		s := sums[p.fault]
		if s == nil {
			s = &phase{fault: p.fault}
			sums[p.fault] = s
		}
		phases[p.fault]++
		s.strikes += p.strikes
		s.requests += p.requests
		s.repeats += p.repeats
		s.shed += p.shed
		s.failures += p.failures
		s.operations += p.operations
		s.undecided += p.undecided
		for _, n := range p.flows {
			flows[p.fault] += n
		}
	}
	for _, fault := range slices.Sorted(maps.Keys(sums)) {
		s := sums[fault]
		fmt.Fprintf(&text, "| %s | %d | %d | %d | %d | %d | %d | %d | %d | %d |\n", fault, phases[fault], s.strikes, s.requests, s.repeats,
			s.shed, s.failures, flows[fault], s.operations, s.undecided)
	}
	fmt.Fprintf(&text, "\nRequests by REST %d, by MCP %d, by A2A %d. Line items in the ad server, one of a deal: %d.\n",
		r.byEdge[byREST], r.byEdge[byMCP], r.byEdge[byA2A], r.sent)
	if r.takeover > 0 {
		fmt.Fprintf(&text, "Every node booked again %s after its standby was promoted, at the latest.\n", r.takeover.Round(time.Millisecond))
	}
	return text.String()
}
