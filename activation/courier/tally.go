package courier

import (
	"maps"
	"sync"

	"parley"
)

// Attempted is a kind of call: to which destination, by its name then, and how it failed; empty: it did not.
type Attempted struct {
	Destination string
	Class       parley.ActivationClass
}

// tally counts calls for Attempts.
type tally struct {
	mu sync.Mutex
	of map[Attempted]int64
}

func (t *tally) count(kind Attempted) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.of[kind]++
}

// Attempts are how many calls these couriers have made.
func (c *Couriers) Attempts() map[Attempted]int64 {
	c.tried.mu.Lock()
	defer c.tried.mu.Unlock()
	return maps.Clone(c.tried.of)
}
