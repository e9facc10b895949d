package wire_test

import (
	"bytes"
	"os"
	"testing"

	"parley"
	"parley/wire"
)

// TestEveryTypeOfEventIsDescribed once, and as docs/events.md has it.
func TestEveryTypeOfEventIsDescribed(t *testing.T) {
	t.Parallel()
	described := map[parley.EventType]int{}
	for _, e := range wire.EventTypes {
		described[e.Type]++
		if e.When == "" || len(e.Metadata) == 0 {
			t.Errorf("%s is not described", e.Type)
		}
	}
	for _, e := range parley.EventTypes {
		if described[e] != 1 {
			t.Errorf("%s is described %d times", e, described[e])
		}
	}
	if len(wire.EventTypes) != len(parley.EventTypes) {
		t.Errorf("%d types are described, there are %d", len(wire.EventTypes), len(parley.EventTypes))
	}
	var page bytes.Buffer
	if err := wire.WriteEventReference(&page); err != nil {
		t.Fatal(err)
	}
	if written, err := os.ReadFile("../docs/events.md"); err != nil || !bytes.Equal(written, page.Bytes()) {
		t.Errorf("docs/events.md is not up to date: run make docs (%v)", err)
	}
}
