package document

import "time"

// ClockMoveRequest is the body that moves the clock of the test world.
type ClockMoveRequest struct {
	Idempotency
	AdvanceSeconds int64      `json:"advance_seconds,omitempty" minimum:"1" maximum:"315360000" doc:"By how much to move the clock on."`
	To             *time.Time `json:"to,omitempty" doc:"Instead, what it is to show; later than what it shows."`
}

// TestClock is the clock of the test world.
type TestClock struct {
	Now          time.Time `json:"now"`
	AheadSeconds float64   `json:"ahead_seconds" doc:"Of the machine's clock."`
}
