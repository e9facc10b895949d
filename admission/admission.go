// Package admission bounds how much a server works on at a time. Beyond what the machine can do, more work at once makes
// all of it later and none of it faster; so a bounded number of requests is worked on, a bounded number waits for a short
// time, and the rest are told at once to come back.
package admission

import (
	"context"
	"sync/atomic"
	"time"

	"parley"
)

// Gate admits work. A nil Gate admits all of it at once.
type Gate struct {
	places   chan struct{}
	queue    int64
	patience time.Duration
	waiting  atomic.Int64
	refused  atomic.Int64
}

// New makes a gate that admits so many at once, lets so many wait, and lets none wait longer than patience.
func New(atOnce, waiting int, patience time.Duration) *Gate {
	return &Gate{places: make(chan struct{}, atOnce), queue: int64(waiting), patience: patience}
}

// RetryAfterFact is the fact of ErrOverloaded that says after how many seconds to come back.
const RetryAfterFact = "retry_after_seconds"

// ErrOverloaded refuses work that there is no place for.
var ErrOverloaded = parley.Errorf(parley.CodeUnavailable,
	"The server has more requests than it can work on. Retry in a moment, and then more slowly.").With(RetryAfterFact, 1)

// refusals are ErrOverloaded with different times to come back, which are told in turn: clients that were refused together
// would otherwise all come back together, and in the way of those who were admitted.
var refusals = [...]error{ErrOverloaded, ErrOverloaded.With(RetryAfterFact, 2), ErrOverloaded.With(RetryAfterFact, 3)}

// Enter takes a place, waiting for one when the queue has room; leave gives it back and is called once. Without a place
// the error is ErrOverloaded, after one or a few seconds, or the context's own.
func (g *Gate) Enter(ctx context.Context) (leave func(), err error) {
	if g == nil {
		return func() {}, nil
	}
	select {
	case g.places <- struct{}{}:
		return g.leave, nil
	default:
	}
	defer g.waiting.Add(-1)
	if g.waiting.Add(1) > g.queue {
		return nil, g.refuse()
	}
	patience := time.NewTimer(g.patience)
	defer patience.Stop()
	select {
	case g.places <- struct{}{}:
		return g.leave, nil
	case <-patience.C:
		return nil, g.refuse()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Check refuses work that Enter would not even let wait, so that it can be refused before anything is done for it. What it
// lets pass Enter may still refuse.
func (g *Gate) Check() error {
	if g == nil || len(g.places) < cap(g.places) || g.waiting.Load() < g.queue {
		return nil
	}
	return g.refuse()
}

func (g *Gate) leave() { <-g.places }

func (g *Gate) refuse() error {
	return refusals[g.refused.Add(1)%int64(len(refusals))]
}

// Waiting is how many wait for a place now.
func (g *Gate) Waiting() int64 { return g.waiting.Load() }

// Refused is how many have been told to come back.
func (g *Gate) Refused() int64 { return g.refused.Load() }
