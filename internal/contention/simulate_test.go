package main

import (
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var steps = costs{
	Prepare: 500 * time.Microsecond, Row: 10 * time.Microsecond, Own: 100 * time.Microsecond, Commit: 890 * time.Microsecond,
}

// hold is how long a booking of one day keeps its row.
const hold = time.Millisecond

func source(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 0)) }

// oneRow is bookings of one product's only day.
func oneRow(rate float64, lasts time.Duration) []booking {
	return demand{Rate: rate, Lasts: lasts, Products: 1, Horizon: 1, Daily: 1}.bookings(source(1))
}

var plenty = ledger{Products: 1, Horizon: 1, Capacity: math.MaxInt64}

func near(t *testing.T, what string, got, want, part float64) {
	t.Helper()
	if math.Abs(got-want) > part*want {
		t.Errorf("%s is %.4g, want %.4g within %g%%", what, got, want, 100*part)
	}
}

func TestAloneABookingTakesTheSumOfItsSteps(t *testing.T) {
	t.Parallel()
	const days = 30
	ledger := ledger{Products: 1, Horizon: 90, Capacity: 1000}
	bookings := []booking{
		{At: 0, First: 0, Days: days, Daily: 1}, {At: time.Second, First: 10, Days: days, Daily: 1},
	}
	for _, discipline := range []discipline{rowLocks, optimistic, oneWriter} {
		r := simulate(system{Discipline: discipline, Costs: steps}, ledger, bookings, 2*time.Second, source(1))
		want := steps.Prepare + days*steps.Row + steps.Own + steps.Commit
		if !slices.Equal(r.Latencies, []time.Duration{want, want}) {
			t.Errorf("discipline %d: %v, want %v twice", discipline, r.Latencies, want)
		}
	}
}

func TestAMonthInARowIsWrittenOnce(t *testing.T) {
	t.Parallel()
	ledger := ledger{Products: 1, Horizon: 90, Capacity: 1000}
	bookings := []booking{{First: 25, Days: 40, Daily: 1}} // parts of three months
	r := simulate(system{Costs: steps, DaysInRow: 30}, ledger, bookings, time.Second, source(1))
	if want := steps.Prepare + 3*steps.Row + steps.Own + steps.Commit; percentile(r.Latencies, 1) != want {
		t.Errorf("%v, want %v", r.Latencies, want)
	}
}

func TestOneHotRowGivesOneBookingForEachHold(t *testing.T) {
	t.Parallel()
	const lasts = 5 * time.Second
	r := simulate(system{Costs: steps}, plenty, oneRow(3000, lasts), lasts, source(1))
	near(t, "throughput", r.Throughput, 1/hold.Seconds(), 0.01)
}

// The wait for one server with a constant service time under Poisson arrivals is load*service/(2*(1-load)) on average:
// the formula of Pollaczek and Khinchine for M/D/1.
func TestTheMeanWaitForOneRowIsThatOfQueueingTheory(t *testing.T) {
	t.Parallel()
	const lasts = 200 * time.Second
	for _, load := range []float64{0.3, 0.6, 0.8} {
		r := simulate(system{Costs: steps}, plenty, oneRow(load/hold.Seconds(), lasts), lasts, source(1))
		var sum time.Duration
		for _, l := range r.Latencies {
			sum += l - steps.Prepare - hold
		}
		near(t, "mean wait in s", sum.Seconds()/float64(r.Committed), load*hold.Seconds()/(2*(1-load)), 0.05)
	}
}

func TestBucketsMultiplyWhatOneRowGives(t *testing.T) {
	t.Parallel()
	const lasts = 5 * time.Second
	r := simulate(system{Costs: steps, Buckets: 4}, plenty, oneRow(20_000, lasts), lasts, source(1))
	near(t, "throughput", r.Throughput, 4/hold.Seconds(), 0.01)
}

func TestOneWriterCommitsABatchInOneCommit(t *testing.T) {
	t.Parallel()
	const lasts, batch = 5 * time.Second, 16
	system := system{Discipline: oneWriter, Costs: steps, Batch: batch}
	r := simulate(system, plenty, oneRow(20_000, lasts), lasts, source(1))
	near(t, "throughput", r.Throughput, batch/(steps.Row+batch*steps.Own+steps.Commit).Seconds(), 0.01)
}

func TestOptimisticCommitsOfOneRowDoNotOverlap(t *testing.T) {
	t.Parallel()
	const lasts = 5 * time.Second
	system := system{Discipline: optimistic, Costs: steps, Attempts: 10, Pause: time.Millisecond}
	r := simulate(system, plenty, oneRow(3000, lasts), lasts, source(1))
	most := 1 / (steps.Prepare + hold).Seconds()
	if r.Throughput > most || r.Throughput < most/2 {
		t.Errorf("%.0f commits a second, want at most one for each attempt's duration (%.0f) and more than half of it", r.Throughput, most)
	}
	if r.Aborted == 0 || r.Retries < r.Aborted*9 {
		t.Errorf("%d given up after %d retries, want nine for each", r.Aborted, r.Retries)
	}
}

func TestThoseWhoWaitForARowTakeConnectionsFromOthers(t *testing.T) {
	t.Parallel()
	// Product 0 is wanted by more than its row can give, product 1 by one booking in a second.
	const lasts = 5 * time.Second
	bookings := oneRow(2000, lasts)
	for at := time.Second; at < lasts; at += time.Second {
		bookings = append(bookings, booking{At: at, Product: 1, Days: 1, Daily: 1})
	}
	ledger := ledger{Products: 2, Horizon: 1, Capacity: math.MaxInt64}
	slowest := func(s system) time.Duration {
		return percentile(simulate(s, ledger, bookings, lasts, source(1)).Others, 1)
	}
	// Twice of what the row can give came for four seconds before the last booking of the other product.
	if got := slowest(system{Costs: steps, Connections: 10}); got < 3*time.Second {
		t.Errorf("with locks a booking of the other product took %v, want it behind those who wait for the hot row", got)
	}
	queue := system{Discipline: oneWriter, Costs: steps, Connections: 10, Batch: 16}
	if got := slowest(queue); got > 10*hold {
		t.Errorf("with one writer for each product a booking of the other product took %v", got)
	}
}

func TestTheSameSeedGivesTheSameResult(t *testing.T) {
	t.Parallel()
	demand := demand{Rate: 500, Lasts: time.Second, Products: 5, Skew: 1, Horizon: 60, Daily: 3}
	ledger := ledger{Products: 5, Horizon: 60, Capacity: 100}
	system := system{Discipline: optimistic, Costs: steps, Buckets: 3, Attempts: 5, Pause: time.Millisecond}
	run := func() result {
		return simulate(system, ledger, demand.bookings(source(7)), demand.Lasts, source(8))
	}
	if a, b := run(), run(); !reflect.DeepEqual(a, b) {
		t.Error("two runs differ")
	}
}

// Whatever the system, each booking ends once, no day is overbooked, and what is reserved is what was committed.
func TestBookingsAreConservedAndDaysNotOverbooked(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		ledger := ledger{
			Products: rapid.IntRange(1, 3).Draw(t, "products"), Horizon: rapid.IntRange(1, 40).Draw(t, "horizon"),
			Capacity: rapid.Int64Range(0, 60).Draw(t, "capacity"),
		}
		demand := demand{
			Rate: rapid.Float64Range(10, 5000).Draw(t, "rate"), Lasts: 50 * time.Millisecond, Products: ledger.Products,
			Skew: rapid.Float64Range(0, 2).Draw(t, "skew"), Horizon: ledger.Horizon, Daily: rapid.Int64Range(1, 5).Draw(t, "daily"),
			Rush: rapid.Float64Range(0, 1).Draw(t, "rush"),
		}
		system := system{
			Discipline:  discipline(rapid.IntRange(0, 2).Draw(t, "discipline")),
			Costs:       steps,
			Connections: rapid.IntRange(0, 4).Draw(t, "connections"),
			Patience:    time.Duration(rapid.IntRange(0, 20).Draw(t, "patience")) * time.Millisecond,
			Attempts:    rapid.IntRange(0, 5).Draw(t, "attempts"), Pause: time.Millisecond,
			Batch: rapid.IntRange(0, 8).Draw(t, "batch"),
		}
		switch {
		case system.Discipline == oneWriter: // the writer needs neither
		case rapid.Bool().Draw(t, "split"):
			system.Buckets = rapid.IntRange(1, 5).Draw(t, "buckets")
		default:
			system.DaysInRow = rapid.IntRange(1, 30).Draw(t, "days in row")
		}
		bookings := demand.bookings(source(rapid.Uint64().Draw(t, "seed")))
		r := simulate(system, ledger, bookings, demand.Lasts, source(1))
		if r.Arrived != len(bookings) || r.Committed+r.Refused+r.Aborted != r.Arrived || len(r.Latencies) != r.Committed {
			t.Fatalf("%d arrived: %d committed, %d refused, %d given up", r.Arrived, r.Committed, r.Refused, r.Aborted)
		}
		var reserved, asked int64
		for _, n := range r.Reserved {
			if n > ledger.Capacity {
				t.Fatalf("%d booked on a day of %d", n, ledger.Capacity)
			}
			reserved += n
		}
		for _, b := range bookings {
			asked += b.Daily * int64(b.Days)
		}
		if reserved > asked || (r.Committed == r.Arrived) != (reserved == asked) {
			t.Fatalf("%d impressions reserved of %d asked for, %d of %d bookings committed", reserved, asked, r.Committed, r.Arrived)
		}
	})
}
