package admission_test

import (
	"context"
	"errors"
	"maps"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"parley"
	"parley/admission"
)

// forever is longer than any test runs.
const forever = time.Hour

func enter(t *testing.T, gate *admission.Gate) (leave func()) {
	t.Helper()
	leave, err := gate.Enter(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return leave
}

// awaitWaiting returns once so many wait.
func awaitWaiting(gate *admission.Gate, n int64) {
	for gate.Waiting() != n {
		runtime.Gosched()
	}
}

func TestFullGateRefusesWhatItsQueueDoesNotTake(t *testing.T) {
	t.Parallel()
	gate := admission.New(1, 1, forever)
	leave := enter(t, gate)
	admitted := make(chan func())
	go func() { admitted <- enter(t, gate) }()
	awaitWaiting(gate, 1)
	if _, err := gate.Enter(t.Context()); !parley.Is(err, parley.CodeUnavailable) {
		t.Errorf("a third was answered %v", err)
	}
	if err := gate.Check(); !parley.Is(err, parley.CodeUnavailable) {
		t.Errorf("the check answered %v", err)
	}
	if got := gate.Refused(); got != 2 {
		t.Errorf("%d were counted as refused", got)
	}
	leave()
	leaveAgain := <-admitted
	if err := gate.Check(); err != nil {
		t.Errorf("with room in the queue the check answered %v", err)
	}
	leaveAgain()
	enter(t, gate)()
}

func TestThoseRefusedTogetherComeBackApart(t *testing.T) {
	t.Parallel()
	gate := admission.New(1, 0, forever)
	defer enter(t, gate)()
	told := map[any]int{}
	for range 30 {
		var refused *parley.Error
		if _, err := gate.Enter(t.Context()); !errors.As(err, &refused) {
			t.Fatalf("answered %v", err)
		}
		told[refused.Facts[admission.RetryAfterFact]]++
	}
	if want := map[any]int{1: 10, 2: 10, 3: 10}; !maps.Equal(told, want) {
		t.Errorf("so many were told to come back after so many seconds: %v, want %v", told, want)
	}
}

func TestWaitingEndsWithPatience(t *testing.T) {
	t.Parallel()
	gate := admission.New(1, 1, time.Nanosecond)
	defer enter(t, gate)()
	if _, err := gate.Enter(t.Context()); !parley.Is(err, parley.CodeUnavailable) {
		t.Errorf("answered %v", err)
	}
	if got := gate.Waiting(); got != 0 {
		t.Errorf("%d still wait", got)
	}
}

func TestWaitingEndsWithItsRequest(t *testing.T) {
	t.Parallel()
	gate := admission.New(1, 1, forever)
	defer enter(t, gate)()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() {
		_, err := gate.Enter(ctx)
		ended <- err
	}()
	awaitWaiting(gate, 1)
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("answered %v", err)
	}
	if gate.Waiting() != 0 || gate.Refused() != 0 {
		t.Errorf("%d wait, %d were refused", gate.Waiting(), gate.Refused())
	}
}

func TestNoGateAdmitsAll(t *testing.T) {
	t.Parallel()
	var gate *admission.Gate
	for range 100 {
		_ = enter(t, gate)
	}
	if err := gate.Check(); err != nil {
		t.Error(err)
	}
}

func TestNeverMoreThanPlaces(t *testing.T) {
	t.Parallel()
	const places, callers = 3, 50
	gate := admission.New(places, callers, forever)
	var inside, most atomic.Int64
	var group sync.WaitGroup
	for range callers {
		group.Go(func() {
			leave := enter(t, gate)
			defer leave()
			n := inside.Add(1)
			for seen := most.Load(); n > seen && !most.CompareAndSwap(seen, n); seen = most.Load() {
			}
			runtime.Gosched()
			inside.Add(-1)
		})
	}
	group.Wait()
	if most.Load() > places || most.Load() == 0 {
		t.Errorf("%d were inside at once", most.Load())
	}
}
