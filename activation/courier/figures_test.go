package courier_test

import (
	"maps"
	"testing"
	"time"

	"parley"
	"parley/activation/courier"
)

// TestMonitoringIsToldOfDealsAtDestinations has a destination refuse, and then pause itself.
func TestMonitoringIsToldOfDealsAtDestinations(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		d.destination(adServerKind)
		d.ordered()
		d.server.breaks(func(string, string) fault { return forbids })
		couriers := courier.New(d.service, d.clock.Read, d.log(), courier.Limits{})
		tryAll := func() {
			t.Helper()
			due, _, err := d.service.DueActivations(t.Context(), 10)
			d.must(err)
			for _, a := range due {
				d.must(couriers.Deliver(t.Context(), "node", a.ID))
			}
		}
		tryAll()
		d.clock.Move(4 * time.Hour)
		told, err := d.service.Figures(t.Context())
		d.must(err)
		if told.OldestUnsent != 4*time.Hour || told.Activations[parley.ActivationQueued] != 1 || told.Activations[parley.ActivationFailed] != 0 {
			t.Errorf("one is queued for four hours: %v %s", told.Activations, told.OldestUnsent)
		}
		for range parley.MostCredentialFailures {
			tryAll()
			d.clock.Move(time.Hour)
		}
		told, err = d.service.Figures(t.Context())
		d.must(err)
		if len(told.Destinations) != 1 || told.Destinations[0].Status != parley.DestinationPaused || told.OldestUnsent != 0 {
			t.Errorf("paused: %+v, %s", told.Destinations, told.OldestUnsent)
		}
		want := map[courier.Attempted]int64{{Destination: adServerKind, Class: parley.ClassCredentials}: parley.MostCredentialFailures}
		if got := couriers.Attempts(); !maps.Equal(got, want) {
			t.Errorf("attempts %v, want %v", got, want)
		}
	})
}
