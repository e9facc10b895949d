package edge

import (
	"math"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"parley"
	"parley/admission"
)

// RateLimit bounds how often one caller may ask. The zero value is no limit.
type RateLimit struct {
	PerSecond float64 // requests a second, on average
	Burst     int     // requests at once
}

// limiterGeneration is how many callers one generation of buckets holds.
const limiterGeneration = 50_000

// Limiter keeps a token bucket for each caller, whichever edge it comes by, in bounded memory: two generations of buckets, of which the older one is
// dropped when the younger is full. A caller that asks often enough to be limited moves on to the younger generation.
type Limiter struct {
	limit RateLimit
	now   func() time.Time

	mu     sync.Mutex
	young  map[string]*rate.Limiter
	oldest map[string]*rate.Limiter
}

// NewLimiter makes a limiter whose buckets are full. A nil Limiter limits nobody.
func NewLimiter(limit RateLimit, now func() time.Time) *Limiter {
	return &Limiter{limit: limit, now: now, young: map[string]*rate.Limiter{}}
}

// Take takes one request from a caller's bucket. An empty bucket is a CodeRateLimited that says when to come back.
func (l *Limiter) Take(caller string) error {
	if l == nil || l.limit.PerSecond <= 0 {
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
	return parley.Errorf(parley.CodeRateLimited, "Too many requests. Wait %s, then go on more slowly.", parley.Quantity(seconds, "second")).
		With(admission.RetryAfterFact, seconds)
}

func (l *Limiter) bucket(caller string) *rate.Limiter {
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

// AddressBucket names the bucket of those who call from a client's address without a key.
func (c Client) AddressBucket() string { return "address " + c.Caller() }
