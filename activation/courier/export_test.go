package courier

import (
	"golang.org/x/time/rate"

	"parley/activation"
)

// PaceOf is the pace that couriers with limits keep at each destination.
func PaceOf(limits Limits) func(destinationID string) activation.Pace {
	p := &paces{limits: limits, of: map[string]*rate.Limiter{}}
	return p.at
}
