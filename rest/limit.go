package rest

import (
	"math"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"parley"
)

// RateLimit bounds how often one caller may ask. The zero value is no limit.
type RateLimit struct {
	PerSecond float64 // requests a second, on average
	Burst     int     // requests at once
}

// limiterGeneration is how many callers one generation of buckets holds.
const limiterGeneration = 50_000

// limiter keeps a token bucket for each caller, in bounded memory: two generations of buckets, of which the older one is
// dropped when the younger is full. A caller that asks often enough to be limited moves on to the younger generation.
type limiter struct {
	limit RateLimit
	now   func() time.Time

	mu     sync.Mutex
	young  map[string]*rate.Limiter
	oldest map[string]*rate.Limiter
}

func newLimiter(limit RateLimit, now func() time.Time) *limiter {
	return &limiter{limit: limit, now: now, young: map[string]*rate.Limiter{}}
}

// take takes one request from a caller's bucket. An empty bucket is an error that says when to come back.
func (l *limiter) take(caller string) error {
	if l.limit.PerSecond <= 0 {
		return nil
	}
	now := l.now()
	reservation := l.bucket(caller).ReserveN(now, 1)
	wait := reservation.DelayFrom(now)
	if reservation.OK() && wait == 0 {
		return nil
	}
	reservation.CancelAt(now)
	seconds := max(int(math.Ceil(min(wait.Seconds(), 3600))), 1)
	return parley.Errorf(parley.CodeRateLimited, "Too many requests. Wait %d seconds, then go on more slowly.", seconds).
		With(retryAfterFact, seconds)
}

func (l *limiter) bucket(caller string) *rate.Limiter {
	l.mu.Lock()
	defer l.mu.Unlock()
	if bucket, ok := l.young[caller]; ok {
		return bucket
	}
	bucket, ok := l.oldest[caller]
	if !ok {
		bucket = rate.NewLimiter(rate.Limit(l.limit.PerSecond), max(l.limit.Burst, 1))
	}
	if len(l.young) >= limiterGeneration {
		l.oldest, l.young = l.young, map[string]*rate.Limiter{}
	}
	l.young[caller] = bucket
	return bucket
}
