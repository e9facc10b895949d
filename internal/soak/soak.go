package soak

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

// Store says over which database the nodes run.
type Store string

// The stores.
const (
	SQLite   Store = "sqlite"
	Postgres Store = "postgres"
)

// Options say how a run goes.
type Options struct {
	Store    Store
	Binary   string        // of cmd/parley, built with the tag faultclock
	Duration time.Duration // after which no further phase begins; every fault has at least one
	Phase    time.Duration // how long clients trade in one
	Clients  int
	Seed     uint64
	// DiskBytes is the size of the disk that the embedded store gets, so that it can be filled; 0: it has none of its own.
	DiskBytes int64
	Log       func(format string, args ...any)
}

// Phase is what happened in one.
type Phase struct {
	Fault      string
	Strikes    int
	Flows      map[string]int
	Requests   int64
	Repeats    int64 // requests made again because there was no answer, or none but a failure
	Shed       int64 // answers 429 and 503
	Failures   int64 // answers 500
	Operations int   // that were checked for being linearizable
	Undecided  int   // things whose history was too entangled to decide in time
}

// Report is what happened in a run.
type Report struct {
	World  string
	Phases []Phase
	Took   time.Duration
}

// linearizable is how long the history of one thing is looked at.
const linearizable = 20 * time.Second

// Run trades until the time is over, and fails with the first thing that must not happen. The error is
// pgtest.ErrNotInstalled where PostgreSQL is missing.
func Run(ctx context.Context, o Options) (report Report, err error) {
	began := time.Now()
	w, err := openWorld(ctx, o)
	if err != nil {
		return report, err
	}
	defer func() { err = errors.Join(err, w.close()) }()
	report.World = w.describe()
	chance := newParty(-1, "", o.Seed)
	for n := 0; ; n++ {
		f := faults[n%len(faults)]
		if n >= len(faults) && time.Since(began) >= o.Duration {
			break
		}
		if !f.exists(w) {
			continue
		}
		phase, err := w.phase(ctx, f, o, chance)
		if err != nil {
			return report, fmt.Errorf("%s, phase %d, seed %d: while %s: %w\n%s", o.Store, n, o.Seed, f.name, err, w.logs())
		}
		report.Phases = append(report.Phases, phase)
		report.Took = time.Since(began)
		o.Log("%s: %s: %d strikes, %d requests, %d repeated, %d operations linearizable", o.Store, f.name, phase.Strikes,
			phase.Requests, phase.Repeats, phase.Operations)
	}
	return report, nil
}

// phase has clients trade while a fault strikes, and judges what is left.
func (w *world) phase(ctx context.Context, f fault, o Options, chance *party) (Phase, error) {
	t := &trade{calls: w.calls, record: w.record, histories: &histories{}, flight: w.flight, desk: w.desk}
	requests, repeats, shed, failures := w.calls.requests.Load(), w.calls.repeats.Load(), w.calls.shed.Load(), w.calls.failures.Load()
	if err := w.observe(ctx, t.histories); err != nil {
		return Phase{}, err
	}
	stop := make(chan struct{})
	clients, trading := errgroup.WithContext(ctx)
	for _, buyer := range w.buyers {
		clients.Go(func() error { return t.run(trading, buyer, stop) })
	}
	strikes, err := w.strike(trading, f, o.Phase, chance)
	close(stop)
	if err = errors.Join(err, clients.Wait()); err != nil {
		return Phase{}, err
	}
	if err := w.auditor.audit(ctx, w.record); err != nil {
		return Phase{}, err
	}
	if err := w.heard.audit(ctx, w.auditor, o.Store); err != nil {
		return Phase{}, err
	}
	operations, undecided, err := t.histories.judge(linearizable)
	return Phase{
		Fault: f.name, Strikes: strikes, Flows: t.counts.counts, Operations: operations, Undecided: undecided,
		Requests: w.calls.requests.Load() - requests, Repeats: w.calls.repeats.Load() - repeats,
		Shed: w.calls.shed.Load() - shed, Failures: w.calls.failures.Load() - failures,
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

// Table is the report for people, in Markdown.
func (r Report) Table() string {
	var text strings.Builder
	text.WriteString("| fault | phases | strikes | requests | repeated | shed | failed | flows | operations checked | undecided |\n")
	text.WriteString("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n")
	sums, phases, flows := map[string]*Phase{}, map[string]int{}, map[string]int{}
	for _, p := range r.Phases {
		s := sums[p.Fault]
		if s == nil {
			s = &Phase{Fault: p.Fault}
			sums[p.Fault] = s
		}
		phases[p.Fault]++
		s.Strikes += p.Strikes
		s.Requests += p.Requests
		s.Repeats += p.Repeats
		s.Shed += p.Shed
		s.Failures += p.Failures
		s.Operations += p.Operations
		s.Undecided += p.Undecided
		for _, n := range p.Flows {
			flows[p.Fault] += n
		}
	}
	for _, fault := range slices.Sorted(maps.Keys(sums)) {
		s := sums[fault]
		fmt.Fprintf(&text, "| %s | %d | %d | %d | %d | %d | %d | %d | %d | %d |\n", fault, phases[fault], s.Strikes, s.Requests, s.Repeats,
			s.Shed, s.Failures, flows[fault], s.Operations, s.Undecided)
	}
	return text.String()
}
