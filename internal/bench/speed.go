package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"
)

// connectionCounts are how many clients ask at a time.
var connectionCounts = []int{1, 8, 32, 128}

// usual is the count at which the targets are judged and everything but quotes is measured.
const usual = 32

// cell names one line of the table.
type cell struct {
	store       string
	what        string
	connections int
}

// The lines that the targets are about.
const (
	whatQuotes   = "quotes"
	whatBare     = "bare handler"
	whatOverload = "quotes, overload"
)

// crowd is many times as many clients as the server works for at once, with its initial settings.
const crowd = 2048

// ledger gathers what was measured, in the order in which it was first.
type ledger struct {
	cells   []cell
	figures map[cell]*figures
	pgbench []float64 // rows a second, of each round
}

func (l *ledger) add(c cell, s sample) {
	f, known := l.figures[c]
	if !known {
		f = &figures{}
		l.cells, l.figures[c] = append(l.cells, c), f
	}
	f.add(s)
}

// speed measures requests a second and latencies. All lines take turns in each round, so that whatever else the machine
// does meets all of them.
func speed(ctx context.Context, o options, folder string, out io.Writer) (err error) {
	postgres, err := cluster(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, postgres.Stop()) }()
	yard, err := newPlace(ctx, postgresStore, folder, postgres)
	if err != nil {
		return err
	}
	inserts, err := newPgbench(ctx, yard)
	if err != nil {
		return err
	}
	var sites []*site
	defer func() {
		for _, s := range sites {
			err = errors.Join(err, s.close())
		}
	}()
	for _, store := range o.stores {
		at, err := newPlace(ctx, store, folder, postgres)
		if err != nil {
			return err
		}
		s, err := open(ctx, at, o.parley)
		if err != nil {
			return err
		}
		sites = append(sites, s)
	}
	results := ledger{figures: map[cell]*figures{}}
	for round := range o.rounds {
		rate, err := inserts.run(ctx, o.lasting)
		if err != nil {
			return err
		}
		results.pgbench = append(results.pgbench, rate)
		for _, s := range sites {
			if err := s.round(ctx, o, &results); err != nil {
				return err
			}
		}
		if _, err := fmt.Fprintf(out, "round %d of %d is done\n", round+1, o.rounds); err != nil {
			return err
		}
	}
	return results.write(out, o.stores)
}

// site is a place with the product's server and the yardstick's over one database.
type site struct {
	place
	product *server
	bare    *server
	trade   *trade
}

// open fills a place with a catalog and keys, and starts the servers.
func open(ctx context.Context, at place, binary string) (_ *site, err error) {
	s := &site{place: at}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.close())
		}
	}()
	if s.trade, err = stock(ctx, at, binary); err != nil {
		return nil, err
	}
	if s.product, err = at.serve(ctx, binary); err != nil {
		return nil, err
	}
	if s.bare, err = at.bare(ctx); err != nil {
		return nil, err
	}
	// What is compiled and cached on first use is not what the first line is to measure.
	const warm = 200 * time.Millisecond
	if _, err := load(ctx, s.product, usual, warm, s.trade.quotes()); err != nil {
		return nil, err
	}
	_, err = load(ctx, s.bare, usual, warm, s.trade.bare())
	return s, err
}

func (s *site) close() error {
	var err error
	for _, running := range []*server{s.product, s.bare} {
		if running != nil {
			err = errors.Join(err, running.stop())
		}
	}
	return err
}

// round measures every line once.
func (s *site) round(ctx context.Context, o options, results *ledger) error {
	counts := connectionCounts
	if o.short {
		counts = []int{1, usual}
	}
	measure := func(on *server, connections int, what scenario) error {
		seen, err := load(ctx, on, connections, o.lasting, what)
		if err != nil {
			return fmt.Errorf("%s: %w", s.store, err)
		}
		results.add(cell{s.store, what.name, connections}, seen)
		return nil
	}
	for _, n := range counts {
		if err := errors.Join(measure(s.bare, n, s.trade.bare()), measure(s.product, n, s.trade.quotes())); err != nil {
			return err
		}
	}
	for _, what := range []func() scenario{
		s.trade.keyedQuotes, s.trade.bookings, s.trade.proposals, s.trade.counters, s.trade.quoteReads, s.trade.productReads, s.trade.alive,
	} {
		if err := measure(s.product, usual, what()); err != nil {
			return err
		}
	}
	return measure(s.product, crowd, s.trade.overload())
}
