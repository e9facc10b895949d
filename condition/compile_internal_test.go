package condition

import (
	"sync"
	"testing"
)

// TestConditionsAreCompiledAtTheSameTime is for the race detector: a vocabulary is one for the process. Each try has one of
// its own, as only the first check that fails does what may race.
func TestConditionsAreCompiledAtTheSameTime(t *testing.T) {
	t.Parallel()
	for range 20 {
		v := vocabulary(Price, DealType)
		var work sync.WaitGroup
		for _, expression := range []string{
			`nobody == 1.0`, `["PG", "PD"].exists(kind, kind == deal_type)`, `["PG"].all(kind, kind == deal_type)`, `price > 1.0`,
		} {
			work.Go(func() { _, _ = v.Compile(expression) })
		}
		work.Wait()
	}
}
