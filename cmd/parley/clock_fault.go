//go:build faultclock

package main

import (
	"os"
	"strconv"
	"time"

	"parley"
)

// clock is a clock that the soak test puts out of step. No build without the tag faultclock has it.
var clock parley.Clock = func() time.Time {
	content, err := os.ReadFile(os.Getenv("FAULT_CLOCK_FILE"))
	if err != nil {
		return parley.SystemClock()
	}
	off, err := strconv.ParseInt(string(content), 10, 64)
	if err != nil {
		return parley.SystemClock()
	}
	return parley.SystemClock().Add(time.Duration(off))
}
