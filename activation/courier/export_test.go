package courier

import (
	"golang.org/x/time/rate"

	"parley"
	"parley/activation"
)

// PaceOf is the pace that couriers with limits keep at each destination.
func PaceOf(limits Limits) func(d parley.Destination) activation.Pace {
	p := &paces{limits: limits, of: map[string]*rate.Limiter{}}
	return p.at
}
