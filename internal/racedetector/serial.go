package racedetector

import "testing"

// LeftOut is why a test is skipped that has nothing for the race detector; by it make test knows what to run without it.
const LeftOut = "one thing after another: run without the race detector"

// Serial skips a test under the race detector. It is for one that takes long and does one thing after another, or lets another
// process do it: the detector takes what is sent over a connection to come before what is read from it, and so has nothing to find
// in requests that wait for each other's answers. make test then runs it without the detector.
func Serial(t testing.TB) {
	t.Helper()
	if Enabled {
		t.Skip(LeftOut)
	}
}
