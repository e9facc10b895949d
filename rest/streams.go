package rest

import (
	"cmp"
	"context"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"parley"
)

// StreamLimit bounds the answers that stay open: event streams and long polls.
type StreamLimit struct {
	Total int // on this node
	Each  int // of one key
	// Patience is how long a client may take to accept what a stream sends; one that takes longer loses its place.
	Patience time.Duration
}

// DefaultStreams is the bound when none is set.
var DefaultStreams = StreamLimit{Total: 1000, Each: 20, Patience: 30 * time.Second}

// streams counts the answers that stay open.
type streams struct {
	limit    StreamLimit
	stopping context.Context //nolint:containedctx // of the process, and not of a request

	mu    sync.Mutex
	total int
	of    map[string]int // by caller
}

func newStreams(stopping context.Context, limit StreamLimit) *streams {
	limit = StreamLimit{
		Total: cmp.Or(limit.Total, DefaultStreams.Total), Each: cmp.Or(limit.Each, DefaultStreams.Each),
		Patience: cmp.Or(limit.Patience, DefaultStreams.Patience),
	}
	return &streams{limit: limit, stopping: stopping, of: map[string]int{}}
}

// When to come back for a place, in seconds.
const streamRetryAfter = 5

var (
	errStopping       = parley.Errorf(parley.CodeUnavailable, "This node is stopping. Connect again.").With(retryAfterFact, 1)
	errTooManyStreams = parley.Errorf(parley.CodeUnavailable, "This node has as many open event streams as it may have. Connect again later.").
				With(retryAfterFact, streamRetryAfter)
)

// enter takes a place for a caller, until leave is called.
func (s *streams) enter(caller string) (leave func(), err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.stopping.Err() != nil:
		return nil, errStopping
	case s.of[caller] >= s.limit.Each:
		return nil, parley.Errorf(parley.CodeRateLimited,
			"This key has %d event streams open, which is as many as it may have. Close one first.", s.limit.Each).
			With(retryAfterFact, streamRetryAfter)
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

// gauge shows how many there are.
func (s *streams) gauge() prometheus.Collector {
	return prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "parley_event_streams", Help: "Event streams and long polls that are open now.",
	}, func() float64 {
		s.mu.Lock()
		defer s.mu.Unlock()
		return float64(s.total)
	})
}
