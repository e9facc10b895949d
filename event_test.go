package parley_test

import (
	"regexp"
	"slices"
	"testing"

	"parley"
)

// TestEventTypesAreAllOfThem holds the list to the constants.
func TestEventTypesAreAllOfThem(t *testing.T) {
	t.Parallel()
	declared := regexp.MustCompile(`EventType = "([^"]+)"`).FindAllStringSubmatch(domainSource(t), -1)
	if len(declared) != len(parley.EventTypes) {
		t.Errorf("%d constants, %d in the list", len(declared), len(parley.EventTypes))
	}
	for _, found := range declared {
		if !slices.Contains(parley.EventTypes, parley.EventType(found[1])) {
			t.Errorf("%s is not in the list", found[1])
		}
	}
}
