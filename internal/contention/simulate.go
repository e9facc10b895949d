package main

import (
	"math/rand/v2"
	"slices"
	"time"
)

// never is before anything happens.
const never time.Duration = -1

// simulation is one run.
type simulation struct {
	clock
	system
	ledger
	random *rand.Rand
	lasts  time.Duration

	reserved []int64         // by product, day and bucket
	locks    map[int]*lock   // rowLocks: by row
	written  []time.Duration // optimistic: by row, when it was last written
	writers  []writer        // oneWriter: by product
	busy     int             // connections in use
	waiting  []*job          // for a connection
	result   result
}

// job is a booking under way.
type job struct {
	booking
	rows    []int // that it writes, ascending
	held    int   // rowLocks: how many of them it holds
	bucket  int
	whole   bool // it takes every bucket, since one did not have enough
	tries   int
	proceed func() // what it does with the connection that it waits for
	state   state
}

type state int

const (
	idle      state = iota // waits for something and may give up
	connected              // waits for a lock and has a connection
	working
	over
)

// lock is a row that is held, with those who want it next.
type lock struct{ queue []*job }

// writer is what books for one product.
type writer struct {
	queue   []*job
	running bool
}

// simulate lets the bookings arrive, until each is committed, refused or given up. lasts is how long they come, for the
// throughput. The random source picks buckets and pauses.
func simulate(system system, ledger ledger, bookings []booking, lasts time.Duration, random *rand.Rand) result {
	system.Buckets, system.DaysInRow = max(system.Buckets, 1), max(system.DaysInRow, 1)
	s := &simulation{system: system, ledger: ledger, random: random, lasts: lasts, locks: map[int]*lock{}}
	s.reserved = make([]int64, ledger.Products*ledger.Horizon*s.Buckets)
	switch s.Discipline {
	case optimistic:
		s.written = slices.Repeat([]time.Duration{never}, len(s.reserved))
	case oneWriter:
		s.writers = make([]writer, ledger.Products)
	case rowLocks:
	}
	for _, b := range bookings {
		s.after(b.At, func() { s.arrive(&job{booking: b}) })
	}
	s.run()
	s.result.Arrived = len(bookings)
	s.result.Throughput /= lasts.Seconds()
	slices.Sort(s.result.Latencies)
	slices.Sort(s.result.Others)
	s.result.Reserved = make([]int64, ledger.Products*ledger.Horizon)
	for cell, n := range s.reserved {
		s.result.Reserved[cell/s.Buckets] += n
	}
	return s.result
}

func (s *simulation) arrive(j *job) {
	if s.Patience > 0 {
		s.after(s.Patience, func() { s.giveUp(j) })
	}
	j.bucket = s.random.IntN(s.Buckets)
	j.rows = s.rowsOf(j)
	s.connect(j, func() {
		switch s.Discipline {
		case rowLocks:
			s.after(s.Costs.Prepare, func() { s.lockNext(j) })
		case optimistic:
			s.attempt(j)
		case oneWriter:
			s.after(s.Costs.Prepare, func() { s.hand(j) })
		}
	})
}

// rowsOf lists the rows that a booking writes, in the order in which they are locked.
func (s *simulation) rowsOf(j *job) []int {
	var rows []int
	for day := j.First; day < j.First+j.Days; day++ {
		row := s.cell(j.Product, day)
		switch {
		case j.whole:
			for bucket := range s.Buckets {
				rows = append(rows, row+bucket)
			}
		case s.DaysInRow > 1:
			rows = append(rows, row-day%s.DaysInRow)
		default:
			rows = append(rows, row+j.bucket)
		}
	}
	return slices.Compact(rows)
}

// cell is where the first bucket of a product's day is counted.
func (s *simulation) cell(product, day int) int { return (product*s.Horizon + day) * s.Buckets }

// connect runs proceed when there is a connection.
func (s *simulation) connect(j *job, proceed func()) {
	j.proceed = proceed
	if s.Connections > 0 && s.busy == s.Connections {
		s.waiting = append(s.waiting, j)
		return
	}
	s.busy++
	j.state = working
	proceed()
}

// disconnect hands a connection to the next one who waits.
func (s *simulation) disconnect() {
	for len(s.waiting) > 0 {
		next := s.waiting[0]
		s.waiting = s.waiting[1:]
		if next.state == idle {
			next.state = working
			next.proceed()
			return
		}
	}
	s.busy--
}

// giveUp ends a booking that still waits.
func (s *simulation) giveUp(j *job) {
	switch j.state {
	case idle:
		j.state = over
		s.result.Aborted++
	case connected:
		j.state = over
		s.result.Aborted++
		s.unlock(j)
		s.disconnect()
	case working, over:
	}
}

// lockNext takes the next row, or the booking's effect when it has all.
func (s *simulation) lockNext(j *job) {
	for j.held < len(j.rows) {
		row := j.rows[j.held]
		if l := s.locks[row]; l != nil {
			l.queue = append(l.queue, j)
			j.state = connected
			return
		}
		s.locks[row] = &lock{}
		j.held++
	}
	j.state = working
	if s.fits(j) || j.whole || s.Buckets == 1 {
		s.after(s.Costs.alone(len(j.rows), 1), func() {
			s.settle(j)
			s.unlock(j)
			s.disconnect()
		})
		return
	}
	// Another bucket may have what this one lacks: all of them are taken, and shared out.
	s.after(time.Duration(len(j.rows))*s.Costs.Row, func() {
		s.unlock(j)
		j.whole = true
		j.rows = s.rowsOf(j)
		s.lockNext(j)
	})
}

// unlock gives each row that a booking holds to the first who still wants it.
func (s *simulation) unlock(j *job) {
	held := j.rows[:j.held]
	j.held = 0
	for _, row := range held {
		l := s.locks[row]
		for len(l.queue) > 0 && l.queue[0].state != connected {
			l.queue = l.queue[1:]
		}
		if len(l.queue) == 0 {
			delete(s.locks, row)
			continue
		}
		next := l.queue[0]
		l.queue = l.queue[1:]
		next.held++
		next.state = working
		s.after(0, func() { s.lockNext(next) })
	}
}

// attempt runs an optimistic transaction from its snapshot to its commit.
func (s *simulation) attempt(j *job) {
	began := s.now
	j.tries++
	s.after(s.Costs.Prepare+s.Costs.alone(len(j.rows), 1), func() {
		defer s.disconnect()
		if !slices.ContainsFunc(j.rows, func(row int) bool { return s.written[row] > began }) {
			s.finish(j)
			return
		}
		if j.tries >= s.Attempts {
			j.state = over
			s.result.Aborted++
			return
		}
		s.again(j)
	})
}

// finish ends an attempt whose rows are as it found them. One that its bucket is too small for takes them all.
func (s *simulation) finish(j *job) {
	if !s.fits(j) && !j.whole && s.Buckets > 1 {
		j.whole = true
		j.rows = s.rowsOf(j)
		s.again(j)
		return
	}
	if s.settle(j) {
		for _, row := range j.rows {
			s.written[row] = s.now
		}
	}
}

// again tries an optimistic transaction once more after a random pause that grows, as the PostgreSQL store does.
func (s *simulation) again(j *job) {
	s.result.Retries++
	j.state = idle
	longest := s.Pause << min(j.tries, 6)
	s.after(time.Duration(s.random.Int64N(int64(longest)+1)), func() {
		if j.state == idle {
			s.connect(j, func() { s.attempt(j) })
		}
	})
}

// hand leaves a booking to its product's writer.
func (s *simulation) hand(j *job) {
	w := &s.writers[j.Product]
	j.state = idle
	w.queue = append(w.queue, j)
	s.disconnect()
	if !w.running {
		w.running = true
		s.connect(&job{}, func() { s.write(w) })
	}
}

// write commits what waits for a writer, and goes on while more does.
func (s *simulation) write(w *writer) {
	var batch []*job
	days := map[int]bool{}
	for len(w.queue) > 0 && len(batch) < max(s.Batch, 1) {
		j := w.queue[0]
		w.queue = w.queue[1:]
		if j.state == over {
			continue
		}
		j.state = working
		batch = append(batch, j)
		for _, row := range j.rows {
			days[row] = true
		}
	}
	if len(batch) == 0 {
		w.running = false
		s.disconnect()
		return
	}
	s.after(s.Costs.alone(len(days), len(batch)), func() {
		for _, j := range batch {
			s.settle(j)
		}
		s.disconnect()
		s.connect(&job{}, func() { s.write(w) })
	})
}

// fits tells whether every day of a booking has room for it in the buckets that it takes.
func (s *simulation) fits(j *job) bool {
	for day := j.First; day < j.First+j.Days; day++ {
		if s.room(j, day) < j.Daily {
			return false
		}
	}
	return true
}

// room is what is left of a day in the buckets that a booking takes.
func (s *simulation) room(j *job, day int) int64 {
	first := s.cell(j.Product, day)
	if !j.whole {
		return s.share(j.bucket) - s.reserved[first+j.bucket]
	}
	left := s.Capacity
	for bucket := range s.Buckets {
		left -= s.reserved[first+bucket]
	}
	return left
}

// share is a bucket's part of a day's capacity; the first buckets have one more of what does not divide.
func (s *simulation) share(bucket int) int64 {
	n := int64(s.Buckets)
	share := s.Capacity / n
	if int64(bucket) < s.Capacity%n {
		share++
	}
	return share
}

// settle ends a booking that nothing stands in the way of, and tells whether there were impressions enough.
func (s *simulation) settle(j *job) bool {
	j.state = over
	if !s.fits(j) {
		s.result.Refused++
		return false
	}
	for day := j.First; day < j.First+j.Days; day++ {
		s.take(j, day)
	}
	s.result.Committed++
	s.result.Latencies = append(s.result.Latencies, s.now-j.At)
	if j.Product != 0 {
		s.result.Others = append(s.result.Others, s.now-j.At)
	}
	if s.now <= s.lasts {
		s.result.Throughput++ // counted here, divided by the time at the end
	}
	return true
}

func (s *simulation) take(j *job, day int) {
	first := s.cell(j.Product, day)
	if !j.whole {
		s.reserved[first+j.bucket] += j.Daily
		return
	}
	left := j.Daily
	for bucket := range s.Buckets {
		part := min(left, s.share(bucket)-s.reserved[first+bucket])
		s.reserved[first+bucket] += part
		left -= part
	}
}
