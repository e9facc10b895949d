package seller

import (
	"context"
	"sync/atomic"
	"time"

	"golang.org/x/sync/singleflight"

	"parley"
	"parley/storage"
)

const (
	// readinessFor is how long an answer holds, so that probes cost a write a second at the most, however often they come.
	readinessFor = time.Second
	// readinessPatience ends a write that nobody waits for any more.
	readinessPatience = 10 * time.Second
	// readinessLease names the row that is written. Nobody holds it: it has always run out.
	readinessLease = "readiness"
)

// readiness is what this process knows of whether a write would succeed.
type readiness struct {
	clock  parley.Clock
	write  func(context.Context) error
	writes singleflight.Group
	last   atomic.Pointer[attempt]
}

// attempt is how a write ended.
type attempt struct {
	at  time.Time
	err error
}

// Ready tells whether the database would take a change, by making one. The answer may be a second old; who asks while
// another does hears the same.
func (s *Service) Ready(ctx context.Context) error { return s.readiness.ask(ctx) }

func (r *readiness) ask(ctx context.Context) error {
	if last := r.fresh(); last != nil {
		return last.err
	}
	ended := r.writes.DoChan("", func() (any, error) {
		if last := r.fresh(); last != nil { // which another has just made
			return nil, last.err
		}
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), readinessPatience)
		defer cancel()
		err := r.write(ctx)
		r.last.Store(&attempt{r.clock(), err})
		return nil, err
	})
	select {
	case result := <-ended:
		return result.Err
	case <-ctx.Done():
		return &parley.Error{Code: parley.CodeUnavailable, Message: "The database does not answer in time.", Cause: ctx.Err()}
	}
}

// fresh is the last attempt, if its outcome still holds.
func (r *readiness) fresh() *attempt {
	if last := r.last.Load(); last != nil && r.clock().Sub(last.at).Abs() < readinessFor {
		return last
	}
	return nil
}

func (s *Service) tryWriting(ctx context.Context) error {
	if err := s.store.Ping(ctx); err != nil {
		return err
	}
	return s.store.Tx(ctx, func(tx *storage.Tx) error {
		_, err := tx.Lease(readinessLease, readinessLease, s.clock(), time.Unix(0, 0)).Get(ctx)
		return err
	})
}
