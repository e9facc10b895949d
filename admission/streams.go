package admission

import (
	"cmp"
	"context"
	"sync"
	"time"

	"parley"
)

// StreamLimit says how many answers may stay open: event streams, long polls and pages that keep themselves up to date.
type StreamLimit struct {
	Total int // on this node
	Each  int // of one key
	// Patience is how long a client may take to accept what a stream sends; one that takes longer loses its place.
	Patience time.Duration
}

// DefaultStreams is the bound when none is set.
var DefaultStreams = StreamLimit{Total: 1000, Each: 20, Patience: 30 * time.Second}

// Streams bounds the answers that stay open.
type Streams struct {
	limit    StreamLimit
	stopping context.Context //nolint:containedctx // of the process, and not of a request

	mu    sync.Mutex
	total int
	of    map[string]int // by caller
}

// NewStreams makes a bound for the streams of a process, which end when it stops. A zero member of the limit means that of
// DefaultStreams.
func NewStreams(stopping context.Context, limit StreamLimit) *Streams {
	limit = StreamLimit{
		Total: cmp.Or(limit.Total, DefaultStreams.Total), Each: cmp.Or(limit.Each, DefaultStreams.Each),
		Patience: cmp.Or(limit.Patience, DefaultStreams.Patience),
	}
	return &Streams{limit: limit, stopping: stopping, of: map[string]int{}}
}

// When to come back for a place, in seconds.
const streamRetryAfter = 5

var (
	errStopping       = parley.Errorf(parley.CodeUnavailable, "This node is stopping. Connect again.").With(RetryAfterFact, 1)
	errTooManyStreams = parley.Errorf(parley.CodeUnavailable, "This node has as many open event streams as it may have. Connect again later.").
				With(RetryAfterFact, streamRetryAfter)
)

// Stopping ends when streams have to.
func (s *Streams) Stopping() context.Context { return s.stopping }

// Patience is how long a client may take to accept what a stream sends.
func (s *Streams) Patience() time.Duration { return s.limit.Patience }

// Enter takes a place for a caller, until leave is called. Without a place the error says when to come back.
func (s *Streams) Enter(caller string) (leave func(), err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.stopping.Err() != nil:
		return nil, errStopping
	case s.of[caller] >= s.limit.Each:
		return nil, parley.Errorf(parley.CodeRateLimited,
			"This key has %d event streams open, which is as many as it may have. Close one first.", s.limit.Each).
			With(RetryAfterFact, streamRetryAfter)
	case s.total >= s.limit.Total:
		return nil, errTooManyStreams
	}
	s.total++
	s.of[caller]++
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.total--
		if s.of[caller]--; s.of[caller] == 0 {
			delete(s.of, caller)
		}
	}, nil
}

// Open is how many are open now.
func (s *Streams) Open() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.total
}
