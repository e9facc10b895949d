package parley_test

import (
	"os"
	"regexp"
	"slices"
	"testing"

	"parley"
)

// TestEventTypesAreAllOfThem holds the list to the constants.
func TestEventTypesAreAllOfThem(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile("event.go")
	if err != nil {
		t.Fatal(err)
	}
	declared := regexp.MustCompile(`EventType = "([^"]+)"`).FindAllSubmatch(source, -1)
	if len(declared) != len(parley.EventTypes) {
		t.Errorf("%d constants, %d in the list", len(declared), len(parley.EventTypes))
	}
	for _, found := range declared {
		if !slices.Contains(parley.EventTypes[:], parley.EventType(found[1])) {
			t.Errorf("%s is not in the list", found[1])
		}
	}
}
