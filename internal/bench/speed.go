package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
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
		if at, err = newPlace(ctx, store, folder, postgres); err != nil {
			return err
		}
		if s.yardstick, err = openBare(ctx, at, o.parley); err != nil {
			return err
		}
		if store == postgresStore {
			if s.database, err = postgres.Process(); err != nil {
				return err
			}
			s.yardstick.database = s.database
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
			s.baseFirst = round%2 == 1
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

// site is a place with a server over its database.
type site struct {
	place
	server *server
	trade  *trade
	// What the product is compared with, each over a database of its own, so that nobody goes through what another one has written.
	yardstick *site // nil of what is itself compared with
	base      *site // the product of another commit, where one is named
	baseFirst bool  // is measured before the product in this round: whoever comes second finds the machine warm
	isBase    bool
	// database is the first of the database's own processes; 0 where the database is in the server's.
	database int
}

// warm is how long a server is asked before it is measured: what is compiled and cached on first use is not what the first line is to
// measure.
const warm = 200 * time.Millisecond

// open fills a place with a catalog and keys, and starts the product's server.
func open(ctx context.Context, at place, binary string) (*site, error) {
	return opened(ctx, at, binary, func() (*server, error) { return at.serve(ctx, binary) }, (*trade).quotes)
}

// openBare fills a place in the same way, and starts the yardstick's server.
func openBare(ctx context.Context, at place, binary string) (*site, error) {
	return opened(ctx, at, binary, func() (*server, error) { return at.bare(ctx) }, (*trade).bare)
}

func opened(ctx context.Context, at place, binary string, serve func() (*server, error), first func(*trade) scenario) (_ *site, err error) {
	s := &site{place: at}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.close())
		}
	}()
	if s.trade, err = stock(ctx, at, binary); err != nil {
		return nil, err
	}
	if s.server, err = serve(); err != nil {
		return nil, err
	}
	_, err = load(ctx, s.server, usual, warm, first(s.trade))
	return s, err
}

func (s *site) close() error {
	var err error
	if s.server != nil {
		err = s.server.stop()
	}
	for _, other := range []*site{s.yardstick, s.base} {
		if other != nil {
			err = errors.Join(err, other.close())
		}
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
		for _, line := range []scenario{s.yardstick.trade.bare(), s.yardstick.trade.rows()} {
			if err := s.yardstick.measure(ctx, o, results, n, line); err != nil {
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
	return s.measure(ctx, o, results, crowd, s.trade.overload())
}

// both measures a line of the product, and of the commit to compare with when there is one.
func (s *site) both(ctx context.Context, o options, results *ledger, connections int, what func(*trade) scenario) error {
	sides := []*site{s}
	if s.base != nil {
		sides = append(sides, s.base)
	}
	if s.baseFirst {
		slices.Reverse(sides)
	}
	for _, side := range sides {
		if err := side.measure(ctx, o, results, connections, what(side.trade)); err != nil {
			return err
		}
	}
	return nil
}

func (s *site) measure(ctx context.Context, o options, results *ledger, connections int, what scenario) error {
	used := s.databaseTime()
	seen, err := load(ctx, s.server, connections, o.lasting, what)
	if err != nil {
		return fmt.Errorf("%s, %s (base: %t): %w", s.store, what.name, s.isBase, err)
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
