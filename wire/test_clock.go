package wire

import (
	"context"
	"time"

	"parley/seller"
	"parley/wire/document"
)

func clockMoveOf(c *document.ClockMoveRequest) seller.ClockMove {
	move := seller.ClockMove{By: time.Duration(c.AdvanceSeconds) * time.Second}
	if c.To != nil {
		move.To = *c.To
	}
	return move
}

// TestClockOf writes the clock.
func TestClockOf(_ View, c seller.ClockReading) document.TestClock {
	return document.TestClock{Now: c.Now, AheadSeconds: c.Ahead.Seconds()}
}

// MoveTestClock moves the clock of the test world on.
var MoveTestClock = act("POST /api/v1/test/clock", Done, TestClockOf, byBody((*seller.Service).MoveTestClock, clockMoveOf))

// ReadTestClock reads the clock of a caller's world.
var ReadTestClock = Question[struct{}, seller.ClockReading, document.TestClock]{
	Find: func(ctx context.Context, x *Exchange, _ struct{}) (seller.ClockReading, error) {
		return x.Service.ReadClock(ctx, x.Call)
	},
	Render: TestClockOf,
}
