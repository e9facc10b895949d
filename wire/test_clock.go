package wire

import (
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
