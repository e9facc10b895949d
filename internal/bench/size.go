package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"

	"parley/storage/pgtest"
)

// The bounds that are held to with 1,000,000 quotes stored and 200,000 products imported.
const (
	mostToReady   = time.Second
	mostResident  = 200 << 20
	mostToImport  = 20 * time.Second
	leastSpeed    = 0.85 // of that over a small database
	mostSpike     = 3.0  // of p99 while nothing is swept
	judgedQuotes  = 1_000_000
	judgedImports = 200_000
)

// size measures a server over a large database, each store in turn.
func size(ctx context.Context, o options, folder string, out io.Writer) (err error) {
	postgres, err := cluster(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, postgres.Stop()) }()
	for _, store := range o.stores {
		found, err := measureSize(ctx, o, store, folder, postgres)
		if err != nil {
			return fmt.Errorf("%s: %w", store, err)
		}
		if err := found.write(out, o, store); err != nil {
			return err
		}
	}
	return nil
}

// sizes is what was measured over one store.
type sizes struct {
	toFill     time.Duration
	toReady    []time.Duration
	resident   int64   // after serving, in bytes
	small      figures // quotes while the database is small
	large      figures // quotes when it is not
	pages      figures // of 50 quotes, the operator's newest
	ownPages   figures // of 50 quotes of the buyer, oldest first
	sweeping   figures // quotes while outdated ones are marked and removed
	marked     int     // meanwhile
	removed    int
	toImport   time.Duration
	importPeak int64 // the largest resident size of the import, in bytes
	tenthsPeak int64 // that of a tenth of the rows
}

func measureSize(ctx context.Context, o options, store, folder string, in *pgtest.Cluster) (*sizes, error) {
	var shops [2]shop // the small one and the large one
	for i := range shops {
		at, err := newPlace(ctx, store, folder, in)
		if err != nil {
			return nil, err
		}
		t, err := stock(ctx, at, o.parley)
		if err != nil {
			return nil, err
		}
		shops[i] = shop{at, t}
	}
	var found sizes
	small, large := shops[0], shops[1]
	began := time.Now()
	if err := large.serveWhile(ctx, o.parley, func(s *server) error { return large.bookOne(ctx, s) }); err != nil {
		return nil, err
	}
	if err := large.fill(ctx, o.quotes, o.deals); err != nil {
		return nil, err
	}
	found.toFill = time.Since(began)
	const starts = 3
	for n := range starts {
		began := time.Now()
		if err := large.serveWhile(ctx, o.parley, func(s *server) error {
			if err := s.ready(ctx); err != nil {
				return err
			}
			found.toReady = append(found.toReady, time.Since(began))
			if n < starts-1 {
				return nil
			}
			return small.serveWhile(ctx, o.parley, func(beside *server) error {
				return found.serve(ctx, o, small, beside, large, s)
			})
		}); err != nil {
			return nil, err
		}
	}
	if err := found.sweep(ctx, o, large); err != nil {
		return nil, err
	}
	return &found, found.imports(ctx, o, large.place)
}

// outdatedQuotes is more than a server removes while it is measured.
const outdatedQuotes = 100_000

// sweep measures quotes while the server marks quotes that ran out, and removes them.
func (f *sizes) sweep(ctx context.Context, o options, large shop) error {
	outdated := min(outdatedQuotes, o.quotes)
	if err := large.outdate(ctx, o.quotes, outdated); err != nil {
		return err
	}
	return large.serveWhile(ctx, o.parley, func(s *server) error {
		if err := s.ready(ctx); err != nil {
			return err
		}
		for range o.rounds {
			seen, err := load(ctx, s, usual, o.lasting, large.quotes())
			if err != nil {
				return err
			}
			f.sweeping.add(seen)
		}
		unmarked, present, err := large.outdated(ctx)
		f.marked, f.removed = outdated/unmarkedOf-unmarked, outdated-present
		return err
	})
}

// shop is a place and what buyers do there.
type shop struct {
	place
	*trade
}

// serveWhile runs a server while work lasts.
func (p place) serveWhile(ctx context.Context, binary string, work func(*server) error) error {
	s, err := p.serve(ctx, binary)
	if err != nil {
		return err
	}
	return errors.Join(work(s), s.stop())
}

// bookOne makes the quote and the deal that copies are made of.
func (p shop) bookOne(ctx context.Context, on *server) error {
	c, err := dial(ctx, on.address)
	if err != nil {
		return err
	}
	for _, step := range []scenario{p.quotes(), p.bookings()} {
		heard, err := c.ask(step.next())
		if err == nil && heard.status != step.want {
			err = fmt.Errorf("%s: answered %d: %s", step.name, heard.status, heard.body)
		}
		if err != nil {
			return errors.Join(err, c.Close())
		}
		if step.seen != nil {
			step.seen(heard.body)
		}
	}
	return c.Close()
}

// serve measures quotes over both databases in turn, then lists over the large one, and then its server's memory.
func (f *sizes) serve(ctx context.Context, o options, small shop, smallServer *server, large shop, largeServer *server) error {
	operator, err := large.must(ctx, o.parley, "keys", "create", "--role", "operator", "--label", "bench")
	if err != nil {
		return err
	}
	list := func(name, key, query string) scenario {
		return scenario{name: name, want: 200, next: func() []byte { return request("GET", "/api/v1/quotes?limit=50"+query, key, nil) }}
	}
	for round := range o.rounds + 1 { // the first one warms up
		for _, line := range []struct {
			into        *figures
			on          *server
			connections int
			what        scenario
		}{
			{&f.small, smallServer, usual, small.quotes()},
			{&f.large, largeServer, usual, large.quotes()},
			{&f.pages, largeServer, 1, list("newest quotes", operator, "&order=newest")},
			{&f.ownPages, largeServer, 1, list("own quotes", large.key, "")},
		} {
			seen, err := load(ctx, line.on, line.connections, o.lasting, line.what)
			if err != nil {
				return err
			}
			if round > 0 {
				line.into.add(seen)
			}
		}
	}
	f.resident, err = largeServer.resident()
	return err
}

// imports measures the import of a catalog, and of a tenth of it, by the process that does it.
func (f *sizes) imports(ctx context.Context, o options, at place) error {
	for _, n := range []int{max(o.products/10, 1), o.products} {
		file := filepath.Join(at.folder, "import.csv")
		if err := writeCatalog(file, n); err != nil {
			return err
		}
		command := at.command(ctx, o.parley, "catalog", "import", file)
		began := time.Now()
		if said, err := command.CombinedOutput(); err != nil {
			return fmt.Errorf("import: %w\n%s", err, said)
		}
		f.toImport, f.tenthsPeak = time.Since(began), f.importPeak
		if used, ok := command.ProcessState.SysUsage().(*syscall.Rusage); ok {
			f.importPeak = used.Maxrss << 10
		}
		if err := os.Remove(file); err != nil {
			return err
		}
	}
	return nil
}

// write prints the figures, and the verdicts where the size is the one that they are about.
func (f *sizes) write(out io.Writer, o options, store string) error {
	var text strings.Builder
	fmt.Fprintf(&text, "%s with %d quotes, %d deals and an event for each quote (stored in %s)\n", store, o.quotes, o.deals, f.toFill.Round(time.Second))
	table := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	line := func(what, value, target string, judged, met bool) {
		verdict := ""
		if judged {
			verdict = word(met)
		}
		fmt.Fprintf(table, "  %s\t%s\t%s\t%s\n", what, value, target, verdict)
	}
	mib := func(bytes int64) string { return fmt.Sprintf("%d MiB", bytes>>20) }
	ready := median(f.toReady)
	line("start to ready, median of "+fmt.Sprint(len(f.toReady)), millis(ready)+" ms", "< 1 s", o.quotes >= judgedQuotes, ready < mostToReady)
	line("resident after serving", mib(f.resident), "< 200 MiB", o.quotes >= judgedQuotes, f.resident < mostResident)
	speed := f.large.rate() / max(f.small.rate(), 1)
	line("quotes a second at 32 connections", fmt.Sprintf("%.0f, %.2f of a small database's", f.large.rate(), speed), ">= 0.85",
		o.quotes >= judgedQuotes, speed >= leastSpeed)
	line("server's processor time for one", fmt.Sprintf("%d µs, %d µs over a small database", f.large.cost().Microseconds(),
		f.small.cost().Microseconds()), "", false, false)
	calm := f.large.percentile(990)
	spike := float64(f.sweeping.percentile(990)) / float64(max(calm, 1))
	line("p99 of a quote while old ones are removed", fmt.Sprintf("%s ms, %.2f of %s ms without; %d marked, %d removed",
		millis(f.sweeping.percentile(990)), spike, millis(calm), f.marked, f.removed), "<= 3", o.quotes >= judgedQuotes, spike <= mostSpike)
	for _, list := range []struct {
		name string
		seen *figures
	}{{"page of 50 of all quotes, newest first", &f.pages}, {"page of 50 of a buyer's quotes", &f.ownPages}} {
		line(list.name, fmt.Sprintf("p50 %s ms, p99 %s ms", millis(list.seen.percentile(500)), millis(list.seen.percentile(990))), "", false, false)
	}
	line(fmt.Sprintf("import of %d products", o.products), millis(f.toImport)+" ms", "< 20 s", o.products >= judgedImports, f.toImport < mostToImport)
	line("largest size of that process", fmt.Sprintf("%s; %s for a tenth of the rows", mib(f.importPeak), mib(f.tenthsPeak)), "", false, false)
	if err := table.Flush(); err != nil {
		return err
	}
	_, err := io.WriteString(out, text.String()+"\n")
	return err
}
