package parley_test

import (
	"testing"

	"parley"
)

// TestADestinationPausesItselfAfterSoManyFailures counts failures of each class in a row.
func TestADestinationPausesItselfAfterSoManyFailures(t *testing.T) {
	t.Parallel()
	most := map[parley.ActivationClass]int{parley.ClassCredentials: 5, parley.ClassTransient: 20}
	for _, class := range parley.ActivationClasses {
		d := parley.Destination{Status: parley.DestinationActive}
		for n := 1; n <= 50; n++ {
			var now bool
			d, now = d.Paused(class)
			if now != (n == most[class]) {
				t.Errorf("%s: failure %d pauses it: %t", class, n, now)
			}
		}
		if paused := d.Status == parley.DestinationPaused; paused != (most[class] > 0) || paused != (d.PausedBecause != "") {
			t.Errorf("%s: it is %s, since %q", class, d.Status, d.PausedBecause)
		}
	}
}
