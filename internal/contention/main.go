// Command contention models how one publisher's bookings wait for each other at the inventory ledger, for several ways to
// keep that ledger and a growing rate of bookings: a discrete-event simulation in which a booking takes time for what it
// does and waits for what others hold. It prints tables (Markdown); the same seed gives the same result.
//
// What is modelled is one booking's transaction: work before the ledger, the rows of its flight, its own rows, the commit.
// Processors, disks and the network are not: each step takes the time that is given for it however many run at once, and
// only connections are scarce. What the model says is therefore what contention alone leaves; what follows from it is in
// docs/scale.md.
package main

import (
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"time"
)

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "contention:", err)
		os.Exit(1)
	}
}

// options are the simulation's parameters. The times of a booking's steps are those measured for docs/scale.md.
type options struct {
	rates       []float64
	lasts       time.Duration
	products    int
	skew        float64
	rush        float64
	horizon     int
	capacity    int64 // in bookings of a day
	costs       costs
	replicas    time.Duration // a round trip between replicas of a distributed engine
	connections int
	patience    time.Duration
	seed        uint64
}

func parse(args []string) (options, error) {
	var o options
	flags := flag.NewFlagSet("contention", flag.ContinueOnError)
	rates := flags.String("rates", "300,1000,3000,10000", "bookings a second, separated by commas")
	flags.DurationVar(&o.lasts, "lasts", 5*time.Second, "how long bookings come")
	flags.IntVar(&o.products, "products", 500, "how many products there are")
	flags.Float64Var(&o.skew, "skew", 1.1, "the n-th most wanted product has weight 1/n^skew")
	flags.Float64Var(&o.rush, "rush", 0.5, "in a rush, the part of the bookings that want the first product over one hot day")
	flags.IntVar(&o.horizon, "days", 365, "days for sale")
	flags.Int64Var(&o.capacity, "capacity", 1_000_000, "bookings that a day of a product has room for")
	flags.DurationVar(&o.costs.Prepare, "prepare", 1300*time.Microsecond, "a booking's work before the ledger")
	flags.DurationVar(&o.costs.Row, "row", 20*time.Microsecond, "locking and writing one row of the ledger")
	flags.DurationVar(&o.costs.Own, "own", 400*time.Microsecond, "writing the booking's own rows")
	flags.DurationVar(&o.costs.Commit, "commit", 600*time.Microsecond, "the commit")
	flags.DurationVar(&o.replicas, "replicas", 5*time.Millisecond, "a round trip between the replicas of a distributed engine")
	flags.IntVar(&o.connections, "connections", 200, "transactions at a time, over all nodes; 0 for no bound")
	flags.DurationVar(&o.patience, "patience", time.Second, "how long a booking waits before it gives up")
	flags.Uint64Var(&o.seed, "seed", 1, "seed of everything random")
	if err := flags.Parse(args); err != nil {
		return options{}, err
	}
	for rate := range strings.SplitSeq(*rates, ",") {
		r, err := strconv.ParseFloat(rate, 64)
		if err != nil || !(r > 0) {
			return options{}, fmt.Errorf("-rates: %q is not a rate", rate)
		}
		o.rates = append(o.rates, r)
	}
	if o.products < 1 || o.horizon < 1 || o.lasts <= 0 || o.rush <= 0 || o.rush > 1 || o.replicas < 0 {
		return options{}, fmt.Errorf("-products, -days and -lasts must be positive, -replicas not negative, -rush more than 0 and at most 1")
	}
	return o, nil
}

// systems are the ways to keep the ledger that are compared.
func (o options) systems() []system {
	// What a transaction writes is on a majority of the replicas one round trip after it is sent, and so is its commit;
	// its rows travel together.
	far := o.costs
	far.Commit += 2 * o.replicas
	const attempts = 10 // as in storage/postgres
	systems := []system{
		{Name: "row locks", Costs: o.costs},
		{Name: "row locks, 16 buckets a day", Costs: o.costs, Buckets: 16},
		{Name: "row locks, a row a month", Costs: o.costs, DaysInRow: 30},
		{Name: "one writer a product", Discipline: oneWriter, Costs: o.costs, Batch: 64},
		{Name: "distributed, row locks", Costs: far},
		{Name: "distributed, retries", Discipline: optimistic, Costs: far, Attempts: attempts, Pause: time.Millisecond},
		{
			Name: "distributed, retries, 16 buckets", Discipline: optimistic, Costs: far,
			Attempts: attempts, Pause: time.Millisecond, Buckets: 16,
		},
		{Name: "distributed, one writer", Discipline: oneWriter, Costs: far, Batch: 64},
	}
	for i := range systems {
		systems[i].Connections, systems[i].Patience = o.connections, o.patience
	}
	return systems
}

// run simulates every system at every rate, first with the usual demand and then in a rush, each with the same bookings.
func run(args []string, out io.Writer) error {
	o, err := parse(args)
	if err != nil {
		return err
	}
	systems := o.systems()
	page := o.introduction()
	for _, rush := range []float64{0, o.rush} {
		results := make([][]result, len(o.rates))
		for i, rate := range o.rates {
			demand := demand{
				Rate: rate, Lasts: o.lasts, Products: o.products, Skew: o.skew, Horizon: o.horizon, Daily: 1, Rush: rush,
			}
			bookings := demand.bookings(rand.New(rand.NewPCG(o.seed, 1))) //nolint:gosec // a simulation, repeatable by its seed
			ledger := ledger{Products: o.products, Horizon: o.horizon, Capacity: o.capacity}
			for _, system := range systems {
				random := rand.New(rand.NewPCG(o.seed, 2)) //nolint:gosec // as above
				results[i] = append(results[i], simulate(system, ledger, bookings, o.lasts, random))
			}
		}
		heading := "Usual demand"
		if rush > 0 {
			heading = fmt.Sprintf("A rush: %g%% of the bookings want one product over one hot day", 100*rush)
		}
		page += report(heading, o, systems, results)
	}
	_, err = io.WriteString(out, page)
	return err
}
