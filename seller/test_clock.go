package seller

import (
	"context"
	"sync/atomic"
	"time"

	"parley"
	"parley/storage"
)

// TestClock is the clock of a test world: that of the machine, ahead by what the world's database says. It is safe for concurrent use.
type TestClock struct {
	machine parley.Clock
	store   *storage.Store
	ahead   atomic.Int64 // microseconds, as it was read last
}

// ErrRealTrade refuses to make a test world of a database in which something has been done.
var ErrRealTrade = parley.Errorf(parley.CodeConflict, "the database holds a real trade, and cannot be the test world's: name one that is empty")

// OpenTestClock answers the clock of the test world that a database is of. One that nothing has been done with becomes a test world's;
// any other is refused.
func OpenTestClock(ctx context.Context, store *storage.Store, machine parley.Clock) (*TestClock, error) {
	err := store.Tx(ctx, func(tx *storage.Tx) error {
		tx.BeginTestWorld()
		return nil
	})
	c := &TestClock{machine: machine, store: store}
	if err == nil {
		err = c.Follow(ctx)
	}
	if parley.Is(err, parley.CodeNotFound) {
		return nil, ErrRealTrade
	}
	return c, err
}

// IsTestWorld tells whether a database is a test world's.
func IsTestWorld(ctx context.Context, store *storage.Store) (bool, error) {
	err := store.Read(ctx, func(r *storage.Reader) error {
		_, err := r.TestClock().Get(ctx)
		return err
	})
	if parley.Is(err, parley.CodeNotFound) {
		return false, nil
	}
	return err == nil, err
}

// Now is the clock's time.
func (c *TestClock) Now() time.Time { return c.machine().Add(c.Ahead()) }

// Ahead is by how much the clock is ahead of the machine's.
func (c *TestClock) Ahead() time.Duration { return time.Duration(c.ahead.Load()) * time.Microsecond }

// Follow moves the clock as far as any node has moved it.
func (c *TestClock) Follow(ctx context.Context) error {
	var ahead time.Duration
	err := c.store.Ask(ctx, func(r *storage.Reader) (err error) {
		ahead, err = r.TestClock().Get(ctx)
		return err
	})
	if err == nil {
		c.reached(ahead)
	}
	return err
}

// reached notes how far the clock was moved. What was read before another has moved it on is old.
func (c *TestClock) reached(ahead time.Duration) {
	for {
		known := c.ahead.Load()
		if known >= ahead.Microseconds() || c.ahead.CompareAndSwap(known, ahead.Microseconds()) {
			return
		}
	}
}

// ClockReading is what a clock shows.
type ClockReading struct {
	Now   time.Time
	Ahead time.Duration // of the machine's clock
}

// ClockMove moves the clock of the test world on: by a time, or to an instant.
type ClockMove struct {
	By time.Duration // 0: there is To
	To time.Time
}

var errRealClock = parley.Errorf(parley.CodeConflict,
	"What this key trades is real, and by the machine's clock. The clock of the test world is moved with an operator's key that begins with %s.", parley.TestKeySecretPrefix)

// ReadClock reads the clock that everything happens by, for anybody.
func (s *Service) ReadClock(ctx context.Context, call Call) (ClockReading, error) {
	return read(ctx, s, call, func(v *view) (ClockReading, error) {
		if _, err := v.caller.principal(ctx); err != nil {
			return ClockReading{}, err
		}
		reading := ClockReading{Now: v.now}
		if s.settings.TestClock != nil {
			reading.Ahead = s.settings.TestClock.Ahead()
		}
		return reading, nil
	})
}

// MoveTestClock moves the clock of the test world on, on every node, and does what time has made due by then before it returns. Only an
// admin can. The clock is never put back, and never more than storage.MostAhead ahead.
func (s *Service) MoveTestClock(ctx context.Context, call Call, move ClockMove, encode Encode[ClockReading]) (Answer, error) {
	if move.By < 0 || (move.By > 0) == !move.To.IsZero() {
		return Answer{}, parley.Invalid("advance_seconds", "must be above 0, or to must be given in its place: one of the two")
	}
	answer, err := write(ctx, s, call, encode, func(w *work) (ClockReading, error) {
		if _, err := w.authorize(ctx, needScope(parley.ScopeAdmin)); err != nil {
			return ClockReading{}, err
		}
		if s.settings.TestClock == nil {
			return ClockReading{}, errRealClock
		}
		return w.moveClock(ctx, s.settings.TestClock, move)
	})
	if err == nil && !answer.Replayed {
		s.catchUp(ctx)
	}
	return answer, err
}

func (w *work) moveClock(ctx context.Context, clock *TestClock, move ClockMove) (ClockReading, error) {
	field, atLeast := "advance_seconds", time.Duration(0)
	if !move.To.IsZero() {
		field, atLeast = "to", move.To.Sub(clock.machine())
		if !move.To.After(w.now) {
			return ClockReading{}, parley.Invalid(field, "must be later than the clock's time, which is %s: it is never put back", w.now.Format(time.RFC3339))
		}
	}
	before := clock.Ahead()
	ahead, err := w.Tx.MoveTestClock(move.By, atLeast).Get(ctx)
	if parley.Is(err, parley.CodeNotFound) {
		return ClockReading{}, parley.Invalid(field, "must leave the clock at most ten years ahead of the machine's")
	}
	if err != nil {
		return ClockReading{}, err
	}
	told := func(ahead time.Duration) any { return map[string]any{"ahead_seconds": ahead.Seconds()} }
	return ClockReading{Now: clock.machine().Add(ahead), Ahead: ahead}, w.audit("test_clock.move", "test_clock", "test_clock", told(before), told(ahead))
}

// catchUpWithin is how long whoever moves the clock waits for one kind of what is due then; the rest is the background work's.
const catchUpWithin = 10 * time.Second

// catchUp does what time has made due, whichever node leads.
func (s *Service) catchUp(ctx context.Context) {
	if err := s.settings.TestClock.Follow(ctx); err != nil {
		return // the next round of the background work follows
	}
	goOn := func(ctx context.Context) bool { return ctx.Err() == nil }
	sweeps := s.sweeps()
	sweeps["planned decisions were not carried out"] = s.CarryOutDecisions
	for what, sweep := range sweeps {
		if err := sweepAll(ctx, goOn, sweep, catchUpWithin); err != nil && ctx.Err() == nil {
			s.log.Warn(what, "error", err)
		}
	}
}
