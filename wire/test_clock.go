package wire

import (
	"time"

	"parley/seller"
)

// ClockMoveRequest is the body that moves the clock of the test world.
type ClockMoveRequest struct {
	Idempotency
	AdvanceSeconds int64      `json:"advance_seconds,omitempty" minimum:"1" maximum:"315360000" doc:"By how much to move the clock on."`
	To             *time.Time `json:"to,omitempty" doc:"Instead, what it is to show; later than what it shows."`
}

// Domain is what the flow takes.
func (c *ClockMoveRequest) Domain() seller.ClockMove {
	move := seller.ClockMove{By: time.Duration(c.AdvanceSeconds) * time.Second}
	if c.To != nil {
		move.To = *c.To
	}
	return move
}

// TestClock is the clock of the test world.
type TestClock struct {
	Now          time.Time `json:"now"`
	AheadSeconds float64   `json:"ahead_seconds" doc:"Of the machine's clock."`
}

// TestClockOf writes the clock.
func TestClockOf(_ View, c seller.ClockReading) TestClock {
	return TestClock{Now: c.Now, AheadSeconds: c.Ahead.Seconds()}
}

// MoveTestClock moves the clock of the test world on.
var MoveTestClock = act("POST /api/v1/test/clock", Done, TestClockOf, byBody((*seller.Service).MoveTestClock, (*ClockMoveRequest).Domain))
