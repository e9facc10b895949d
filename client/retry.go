package client

import (
	"context"
	"crypto/tls"
	"errors"
	"math/rand/v2"
	"net/http"
	"time"
)

// Retry bounds how a call is tried again. Between tries the client waits for a random part of a limit that starts at Base
// and doubles up to Longest; when the seller asked for more with Retry-After, it waits for that instead, up to
// LongestAsked, and gives up rather than try too early.
type Retry struct {
	Attempts     int           // tries in all, at least one
	Base         time.Duration // limit of the first wait
	Longest      time.Duration // limit of any wait that the seller did not ask for
	LongestAsked time.Duration // limit of a wait that the seller asked for
}

// DefaultRetry is six tries over some seconds, and up to a minute where the seller asks for it.
func DefaultRetry() Retry {
	return Retry{Attempts: 6, Base: 100 * time.Millisecond, Longest: 5 * time.Second, LongestAsked: time.Minute}
}

// pause is how long to wait after the try with the given number, from 1, failed; false: not to try again.
func (r Retry) pause(attempt int, err error) (time.Duration, bool) {
	if attempt >= r.Attempts || !transient(err) {
		return 0, false
	}
	limit := r.Base
	for range attempt - 1 {
		if limit >= r.Longest {
			break
		}
		limit *= 2
	}
	limit = min(limit, r.Longest)
	wait := time.Duration(0)
	if limit > 0 {
		wait = rand.N(limit) //nolint:gosec // jitter keeps clients apart; nobody gains by guessing it
	}
	var refused *Error
	if errors.As(err, &refused) && refused.RetryAfter > 0 {
		if refused.RetryAfter > r.LongestAsked {
			return 0, false
		}
		wait += refused.RetryAfter
	}
	return wait, true
}

// transient tells whether the same call may fare better later. What the seller decided stays decided.
func transient(err error) bool {
	var refused *Error
	if errors.As(err, &refused) {
		switch refused.Status {
		case http.StatusTooManyRequests, http.StatusInternalServerError, http.StatusBadGateway,
			http.StatusServiceUnavailable, http.StatusGatewayTimeout:
			return true
		}
		return false
	}
	var certificate *tls.CertificateVerificationError
	var unreadable *unreadableError
	return !errors.As(err, &certificate) && !errors.As(err, &unreadable)
}

// sleep waits, or ends with the context.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
