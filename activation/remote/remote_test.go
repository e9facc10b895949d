package remote_test

import (
	"errors"
	"net"
	"net/http"
	"testing"
	"time"

	"parley"
	"parley/activation"
	"parley/activation/remote"
)

// TestWhatAStatusMeans walks the statuses, for a call that only reads and for one that writes.
func TestWhatAStatusMeans(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]struct {
		code           string
		reads, written parley.ActivationClass
	}{
		400: {"refused", parley.ClassRefused, parley.ClassRefused},
		401: {"credential", parley.ClassCredentials, parley.ClassCredentials},
		403: {"credential", parley.ClassCredentials, parley.ClassCredentials},
		404: {"not_found", parley.ClassRefused, parley.ClassRefused},
		408: {"away", parley.ClassTransient, parley.ClassTransient},
		409: {"conflict", parley.ClassRefused, parley.ClassRefused},
		410: {"not_found", parley.ClassRefused, parley.ClassRefused},
		425: {"away", parley.ClassTransient, parley.ClassTransient},
		429: {"away", parley.ClassTransient, parley.ClassTransient},
		500: {"failed", parley.ClassTransient, parley.ClassUnsure},
		501: {"refused", parley.ClassRefused, parley.ClassRefused},
		502: {"failed", parley.ClassTransient, parley.ClassUnsure},
		503: {"away", parley.ClassTransient, parley.ClassTransient},
		504: {"failed", parley.ClassTransient, parley.ClassUnsure},
		520: {"failed", parley.ClassTransient, parley.ClassUnsure},
		599: {"failed", parley.ClassTransient, parley.ClassUnsure},
		302: {"refused", parley.ClassTransient, parley.ClassRefused},
	} {
		answer := remote.Answer{Status: status}
		for writes, class := range map[bool]parley.ActivationClass{false: want.reads, true: want.written} {
			got := answer.Judge("it", writes)
			if got == nil || got.Code != want.code || got.Class != class {
				t.Errorf("%d, writes %t: %+v", status, writes, got)
			}
		}
	}
	for _, status := range []int{200, 201, 204, 299} {
		if got := (remote.Answer{Status: status}).Judge("it", true); got != nil {
			t.Errorf("%d: %+v", status, got)
		}
	}
}

// TestHowLongASystemAsksToBeLeftAlone reads Retry-After, in seconds and as an instant, up to an hour.
func TestHowLongASystemAsksToBeLeftAlone(t *testing.T) {
	t.Parallel()
	for after, want := range map[string]time.Duration{
		"": 0, "soon": 0, "-5": 0, "7": 7 * time.Second, "3600": time.Hour, "9000": time.Hour, "9223372036854775807": time.Hour,
		"Wed, 21 Oct 2026 07:28:00 GMT": 90 * time.Second, "Wednesday, 21-Oct-26 07:27:00 GMT": 30 * time.Second, "Thu, 22 Oct 2026 07:28:00 GMT": time.Hour,
		"Wed, 21 Oct 2026 07:26:30 GMT": 0, "Wed, 21 Oct 2026 07:00:00 GMT": 0,
	} {
		answer := remote.Answer{Status: http.StatusTooManyRequests, Header: http.Header{"Retry-After": {after}, "Date": {"Wed, 21 Oct 2026 07:26:30 GMT"}}}
		if got := answer.Judge("it", false); got == nil || got.After != want {
			t.Errorf("%q: %+v", after, got)
		}
	}
	undated := remote.Answer{Status: http.StatusServiceUnavailable, Header: http.Header{"Retry-After": {"Wed, 21 Oct 2026 07:28:00 GMT"}}}
	if got := undated.Judge("it", false); got == nil || got.After != 0 {
		t.Errorf("an instant that nothing says how far away it is: %+v", got)
	}
}

// TestACallWithoutAnAnswer is unsure when it may have arrived and writes.
func TestACallWithoutAnAnswer(t *testing.T) {
	t.Parallel()
	dial, reset := &net.OpError{Op: "dial", Err: errors.New("refused")}, &net.OpError{Op: "read", Err: errors.New("reset")}
	for _, c := range []struct {
		err    error
		writes bool
		want   parley.ActivationClass
	}{
		{dial, true, parley.ClassTransient}, {dial, false, parley.ClassTransient},
		{reset, true, parley.ClassUnsure}, {reset, false, parley.ClassTransient},
	} {
		if got := activation.Failure(remote.Lost(c.err, c.writes)); got.Class != c.want || got.Code != "no_answer" {
			t.Errorf("%v, writes %t: %+v", c.err, c.writes, got)
		}
	}
}
