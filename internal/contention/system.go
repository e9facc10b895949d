package main

import "time"

// discipline is how bookings of the same rows are kept apart.
type discipline int

// The disciplines.
const (
	// rowLocks takes the rows in the order of days and holds them until the commit has returned. A booking that waits for a
	// row keeps its connection and the rows it already has.
	rowLocks discipline = iota
	// optimistic takes no locks. At its commit a booking fails when another has written one of its rows since it began,
	// and starts again after a random pause.
	optimistic
	// oneWriter gives each product one writer, which commits those that wait together. Only the writer's transaction takes a
	// connection while a booking waits.
	oneWriter
)

// costs are how long the steps of a booking take when it is alone.
type costs struct {
	Prepare time.Duration // before the ledger: reads and their round trips
	Row     time.Duration // finding, locking and writing one row of the ledger
	Own     time.Duration // the booking's own rows, written while it holds those of the ledger
	Commit  time.Duration // the commit and its round trips, once for a transaction
}

// alone is how long a transaction takes that writes that many rows of the ledger for that many bookings, from the first
// row to the commit's return.
func (c costs) alone(rows, bookings int) time.Duration {
	return time.Duration(rows)*c.Row + time.Duration(bookings)*c.Own + c.Commit
}

// system is a way to keep the ledger.
type system struct {
	Name       string
	Discipline discipline
	Costs      costs

	Buckets   int // counters that a day's capacity is split into; 0 means 1
	DaysInRow int // days that share one row, such as 30 for a row a month; 0 means 1; not together with Buckets

	Connections int           // transactions at a time; 0 means no bound
	Patience    time.Duration // how long a booking waits before it gives up; 0 means for ever
	Attempts    int           // optimistic: how often a booking is tried; 0 means once
	Pause       time.Duration // optimistic: the longest first pause; it doubles with each attempt, up to 64 times
	Batch       int           // oneWriter: the most bookings in one commit; 0 means one
}

// ledger is what there is to book.
type ledger struct {
	Products int
	Horizon  int   // days for sale
	Capacity int64 // impressions of each day of each product
}

// result says what became of the bookings. Arrived is the sum of Committed, Refused and Aborted.
type result struct {
	Arrived   int
	Committed int
	Refused   int // for want of impressions
	Aborted   int // given up: out of patience or of attempts
	Retries   int // attempts that had to be repeated
	// Throughput is the bookings a second that were committed while others still arrived.
	Throughput float64
	// Latencies are the times from arrival to commit of those committed, in ascending order.
	Latencies []time.Duration
	// Others are those of the Latencies that are not product 0's, which is the one most wanted.
	Others []time.Duration
	// Reserved is what was booked, by product and day: that of product p on day d is at p*Horizon+d.
	Reserved []int64
}

// percentile is the latency that the given part of them did not exceed, which are in ascending order; 0 of none.
func percentile(latencies []time.Duration, part float64) time.Duration {
	if len(latencies) == 0 {
		return 0
	}
	return latencies[min(int(part*float64(len(latencies))), len(latencies)-1)]
}
