package courier

import (
	"sync"

	"golang.org/x/time/rate"

	"parley/activation"
)

// Limits are how much one destination is asked for, whatever is due there. The zero value is requests without a limit, two deals
// at a time.
type Limits struct {
	PerSecond float64 // requests; 0: no limit
	Burst     int     // requests that may come at once
	AtATime   int     // deals that are worked on
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

func (p *paces) at(destinationID string) activation.Pace {
	if p.limits.PerSecond <= 0 {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	limiter := p.of[destinationID]
	if limiter == nil {
		limiter = rate.NewLimiter(rate.Limit(p.limits.PerSecond), max(p.limits.Burst, 1))
		p.of[destinationID] = limiter
	}
	return limiter.Wait
}
