package main

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"
)

// scenario is what each client does again and again.
type scenario struct {
	name string
	// next answers a client's next request, or nil when there is nothing left to ask for.
	next func() []byte
	want int // status
	// shed says that the server may also refuse for having too much to do; the client then asks again when it is told to.
	shed bool
	// seen is told each answer's body, when set; clients call it at the same time.
	seen func(body []byte)
}

// sample is what clients saw.
type sample struct {
	took      time.Duration // from the first request to the last answer
	processor time.Duration // that the server used of the processors meanwhile
	database  time.Duration // that the database's own processes used of them
	latencies []time.Duration
	refused   int
}

// load lets connections ask, each its next question as soon as the former is answered, for as long as given.
func load(ctx context.Context, on *server, connections int, lasting time.Duration, s scenario) (sample, error) {
	clients := make([]*connection, connections)
	for i := range clients {
		var err error
		if clients[i], err = dial(ctx, on.address); err != nil {
			return sample{}, err
		}
		defer func() { _ = clients[i].Close() }() // its answers have been read
	}
	seen, refused := make([][]time.Duration, connections), make([]int, connections)
	failures := make([]error, connections)
	used, began := on.processorTime(), time.Now()
	until := began.Add(lasting)
	var group sync.WaitGroup
	for i, c := range clients {
		group.Go(func() { seen[i], refused[i], failures[i] = repeat(ctx, c, until, s) })
	}
	group.Wait()
	seenAll := sample{took: time.Since(began), processor: on.processorTime() - used, latencies: slices.Concat(seen...)}
	for i, err := range failures {
		if err != nil {
			return sample{}, err // what happened to one client happened to many
		}
		seenAll.refused += refused[i]
	}
	return seenAll, nil
}

func repeat(ctx context.Context, c *connection, until time.Time, s scenario) (latencies []time.Duration, refused int, err error) {
	latencies = make([]time.Duration, 0, 4096)
	for at := time.Now(); at.Before(until) && ctx.Err() == nil; {
		question := s.next()
		if question == nil {
			break
		}
		at = time.Now()
		heard, err := c.ask(question)
		if err != nil {
			return latencies, refused, fmt.Errorf("%s: %w", s.name, err)
		}
		answered := time.Now()
		switch {
		case heard.status == s.want:
			latencies = append(latencies, answered.Sub(at))
			if s.seen != nil {
				s.seen(heard.body)
			}
		case s.shed && heard.status == http.StatusServiceUnavailable:
			refused++
			time.Sleep(min(heard.retryAfter, time.Until(until)))
			answered = time.Now()
		default:
			return latencies, refused, fmt.Errorf("%s: answered %d: %s", s.name, heard.status, heard.body)
		}
		at = answered
	}
	return latencies, refused, ctx.Err()
}

// figures sum samples of the same up.
type figures struct {
	count     int
	took      time.Duration
	processor time.Duration
	database  time.Duration
	latencies []time.Duration
	refused   int
}

func (f *figures) add(s sample) {
	f.count += len(s.latencies)
	f.took += s.took
	f.processor += s.processor
	f.database += s.database
	f.refused += s.refused
	f.latencies = append(f.latencies, s.latencies...)
	slices.Sort(f.latencies)
}

// rate is answers a second.
func (f *figures) rate() float64 {
	if f.took == 0 {
		return 0
	}
	return float64(f.count) / f.took.Seconds()
}

// cost is what one answer took of the server's processors.
func (f *figures) cost() time.Duration { return f.processor / time.Duration(max(f.count, 1)) }

// databaseCost is what one answer took of the database's own processors.
func (f *figures) databaseCost() time.Duration { return f.database / time.Duration(max(f.count, 1)) }

// percentile is the latency that so many of a thousand answers kept to.
func (f *figures) percentile(ofThousand int) time.Duration {
	if len(f.latencies) == 0 {
		return 0
	}
	return f.latencies[min(len(f.latencies)*ofThousand/1000, len(f.latencies)-1)]
}
