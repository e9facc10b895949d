package courier

import (
	"context"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"parley"
	"parley/activation"
)

// Limits are how much one destination is asked for, whatever is due there. The zero value is requests without a limit, two deals
// at a time.
type Limits struct {
	PerSecond float64 // requests; 0: no limit
	Burst     int     // requests that may come at once
	AtATime   int     // deals that are worked on
	// Grace is how long calls that are under way may take to end when the process goes down; 0: they are cut off.
	Grace time.Duration
}

// usualAtATime is how many deals are worked on at a time at one destination where nobody says otherwise.
const usualAtATime = 2

func (l Limits) atATime() int {
	if l.AtATime > 0 {
		return l.AtATime
	}
	return usualAtATime
}

// paces are what keeps the requests of each destination apart, so that a slow one costs no other anything.
type paces struct {
	limits Limits
	mu     sync.Mutex
	of     map[string]*rate.Limiter // by destination
}

// of is how much a destination is asked for: what it has set itself, or else as any.
func (l Limits) of(d parley.Destination) Limits {
	if perMinute := d.RequestsPerMinute; perMinute > 0 {
		l.PerSecond, l.Burst = float64(perMinute)/60, perMinute/60
	}
	return l
}

func (p *paces) at(d parley.Destination) activation.Pace {
	limits := p.limits.of(d)
	if limits.PerSecond <= 0 {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	limit, burst := rate.Limit(limits.PerSecond), max(limits.Burst, 1)
	limiter := p.of[d.ID]
	if limiter == nil {
		limiter = rate.NewLimiter(limit, burst)
		p.of[d.ID] = limiter
	}
	if limiter.Limit() != limit || limiter.Burst() != burst { // somebody has changed it
		limiter.SetLimit(limit)
		limiter.SetBurst(burst)
	}
	return func(ctx context.Context) error {
		turn := limiter.Reserve()
		wait := turn.Delay()
		if wait <= longestWait {
			rest := time.NewTimer(wait)
			defer rest.Stop()
			select {
			case <-rest.C:
				return nil
			case <-ctx.Done():
			}
		}
		turn.Cancel()
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return &activation.Error{Class: parley.ClassNotYet, Code: "busy", Text: "the destination gets no more requests for now", After: wait}
	}
}

// longestWait is how long a call waits for its turn; one whose turn comes later is made later.
const longestWait = 20 * time.Second
