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
	base        bool // of the commit to compare with
	what        string
	connections int
}

// The lines that the targets are about.
const (
	whatQuotes    = "quotes"
	whatBare      = "bare handler"
	whatRows      = "bare handler, three rows"
	whatOverload  = "quotes, overload"
	whatBookings  = "bookings"
	whatProposals = "proposals"
	whatCounters  = "counters"
	whatDealReads = "reads of a deal"
	whatDealPages = "pages of 50 deals"
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
		if store == postgresStore {
			if s.database, err = postgres.Process(); err != nil {
				return err
			}
		}
		if o.base == "" {
			continue
		}
		if at, err = newPlace(ctx, store, folder, postgres); err != nil {
			return err
		}
		if s.base, err = open(ctx, at, o.base); err != nil {
			return err
		}
		s.base.isBase, s.base.database = true, s.database
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
	base    *site // the same of another commit, when there is one to compare with
	isBase  bool
	// database is the first of the database's own processes; 0 where the database is in the server's.
	database int
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
	if s.base != nil {
		err = errors.Join(err, s.base.close())
	}
	return err
}

// round measures every line once: of the product, and at once after it of the commit to compare with.
func (s *site) round(ctx context.Context, o options, results *ledger) error {
	counts := connectionCounts
	if o.short {
		counts = []int{1, usual}
	}
	for _, n := range counts {
		for _, yardstick := range []scenario{s.trade.bare(), s.trade.rows()} {
			if err := s.measure(ctx, o, results, s.bare, n, yardstick); err != nil {
				return err
			}
		}
		if err := s.both(ctx, o, results, n, (*trade).quotes); err != nil {
			return err
		}
	}
	for _, what := range []func(*trade) scenario{
		(*trade).keyedQuotes, (*trade).bookings, (*trade).proposals, (*trade).counters, (*trade).quoteReads, (*trade).dealReads,
		(*trade).dealPages, (*trade).productReads, (*trade).alive,
	} {
		if err := s.both(ctx, o, results, usual, what); err != nil {
			return err
		}
	}
	return s.measure(ctx, o, results, s.product, crowd, s.trade.overload())
}

// both measures a line of the product, and of the commit to compare with when there is one.
func (s *site) both(ctx context.Context, o options, results *ledger, connections int, what func(*trade) scenario) error {
	if err := s.measure(ctx, o, results, s.product, connections, what(s.trade)); err != nil || s.base == nil {
		return err
	}
	if err := s.base.measure(ctx, o, results, s.base.product, connections, what(s.base.trade)); err != nil {
		return fmt.Errorf("base: %w", err)
	}
	return nil
}

func (s *site) measure(ctx context.Context, o options, results *ledger, on *server, connections int, what scenario) error {
	used := s.databaseTime()
	seen, err := load(ctx, on, connections, o.lasting, what)
	if err != nil {
		return fmt.Errorf("%s: %w", s.store, err)
	}
	seen.database = s.databaseTime() - used
	results.add(cell{store: s.store, base: s.isBase, what: what.name, connections: connections}, seen)
	return nil
}

// databaseTime answers what the database's own processes have used of the processors; 0 where it is in the server's.
func (s *site) databaseTime() time.Duration {
	if s.database == 0 {
		return 0
	}
	return familyTime(s.database)
}
