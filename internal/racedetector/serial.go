package racedetector

import (
	"strings"
	"sync"
	"testing"
)

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

// AtOnce has the race detector watch a test that opens a store: it is for one in which things happen at once. It comes before the store.
func AtOnce(t testing.TB) {
	t.Helper()
	if Enabled {
		watched.Store(t.Name(), true)
	}
}

// watched are the names of the tests in which things happen at once.
var watched sync.Map

// UnlessAtOnce skips a test under the race detector, unless it or the test that it is a part of says that things happen at once in it.
func UnlessAtOnce(t testing.TB) {
	t.Helper()
	for name, more := t.Name(), true; more; {
		if _, is := watched.Load(name); is {
			return
		}
		end := strings.LastIndexByte(name, '/')
		if more = end > 0; more {
			name = name[:end]
		}
	}
	Serial(t)
}
