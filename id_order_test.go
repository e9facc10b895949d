package parley_test

import (
	"crypto/rand"
	"testing"
	"time"

	"parley"
)

func TestIdentifiersSortInTheOrderOfTheirMaking(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	ids := parley.NewIDs(func() time.Time { return now }, rand.Reader)
	last := ids.New(parley.PrefixQuote)
	for i := range 20_000 {
		if i == 15_000 {
			now = now.Add(-time.Hour)
		}
		next := ids.New(parley.PrefixQuote)
		if next <= last {
			t.Fatalf("identifier %d: %s does not sort after %s", i, next, last)
		}
		last = next
	}
	if earliest, latest := parley.FirstID(parley.PrefixQuote, now), parley.FirstID(parley.PrefixQuote, now.Add(2*time.Hour)); last < earliest || last >= latest {
		t.Errorf("%s is not of the two hours after %v", last, now)
	}
}
