package seller

import (
	"context"
	"sync"
	"time"

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
	mu      sync.Mutex
	asked   time.Time // zero: never
	err     error
	running chan struct{} // closed when the write under way has ended; nil: none is
}

// Ready tells whether the database would take a change, by making one. The answer may be a second old; who asks while
// another does hears the same.
func (s *Service) Ready(ctx context.Context) error {
	r := &s.readiness
	r.mu.Lock()
	if r.running == nil {
		if !r.asked.IsZero() && s.clock().Sub(r.asked).Abs() < readinessFor {
			defer r.mu.Unlock()
			return r.err
		}
		r.running = make(chan struct{})
		go s.tryWriting(context.WithoutCancel(ctx), r.running)
	}
	ended := r.running
	r.mu.Unlock()
	select {
	case <-ended:
		r.mu.Lock()
		defer r.mu.Unlock()
		return r.err
	case <-ctx.Done():
		return &parley.Error{Code: parley.CodeUnavailable, Message: "The database does not answer in time.", Cause: ctx.Err()}
	}
}

func (s *Service) tryWriting(ctx context.Context, ended chan struct{}) {
	ctx, cancel := context.WithTimeout(ctx, readinessPatience)
	defer cancel()
	err := s.store.Ping(ctx)
	if err == nil {
		err = s.store.Tx(ctx, func(tx storage.Tx) error {
			_, err := tx.Lease(readinessLease, readinessLease, s.clock(), time.Unix(0, 0)).Get(ctx)
			return err
		})
	}
	s.readiness.mu.Lock()
	defer s.readiness.mu.Unlock()
	s.readiness.asked, s.readiness.err, s.readiness.running = s.clock(), err, nil
	close(ended)
}
