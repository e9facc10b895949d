package seller

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"parley"
)

// TestProbesShareAWrite asks often, and while a write hangs: one write a second is made, and nobody waits for a hanging one
// longer than it wants to.
func TestProbesShareAWrite(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var writes atomic.Int64
		var refusal error
		var hold chan struct{} // closed when a write may go on; nil: at once
		r := readiness{clock: parley.SystemClock, write: func(context.Context) error {
			writes.Add(1)
			if hold != nil {
				<-hold
			}
			return refusal
		}}
		for range 100 {
			if err := r.ask(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if n := writes.Load(); n != 1 {
			t.Errorf("%d writes for a hundred probes at once", n)
		}
		refusal = errors.New("the disk is full")
		time.Sleep(readinessFor)
		for range 100 {
			if err := r.ask(t.Context()); !errors.Is(err, refusal) {
				t.Fatal(err)
			}
		}
		refusal, hold = nil, make(chan struct{})
		time.Sleep(readinessFor)
		impatient, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		for range 3 {
			if err := r.ask(impatient); !parley.Is(err, parley.CodeUnavailable) {
				t.Errorf("while a write hangs: %v", err)
			}
		}
		close(hold)
		if err := r.ask(t.Context()); err != nil || writes.Load() != 3 {
			t.Errorf("afterwards: %v, %d writes", err, writes.Load())
		}
	})
}
