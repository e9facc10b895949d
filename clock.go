package parley

import "time"

// Clock tells the present instant. Everything that needs the time is given one, so that tests and simulations decide.
type Clock func() time.Time

// SystemClock is the machine's clock, in UTC and cut to microseconds, the precision that every store keeps.
func SystemClock() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }
