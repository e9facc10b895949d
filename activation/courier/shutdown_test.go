package courier_test

import (
	"context"
	"testing"
	"time"

	"parley"
	"parley/activation/admanager"
	"parley/activation/courier"
	gam "parley/internal/fake/admanager"
	"parley/internal/racedetector"
)

// TestAProcessThatGoesDownLetsCallsEnd ends the couriers while a call is under way: with time for it the call ends, and what came of it is
// stored; without, it is cut off, which is nobody's failure, and what it may have made is looked for.
func TestAProcessThatGoesDownLetsCallsEnd(t *testing.T) {
	t.Parallel()
	racedetector.AtOnce(t)
	onEach(t, func(t *testing.T, d *desk) {
		d.network.Serves()
		to := d.adManager(admanager.HeaderBidding, `, "approve": true`)
		for _, grace := range []time.Duration{time.Hour, 0} {
			reached, met := make(chan struct{}), false
			d.network.Breaks(func(method, path string) gam.Fault {
				if method+" "+path != "POST orders:batchCreate" || met {
					return gam.None
				}
				met = true
				close(reached)
				return gam.Slow
			})
			deal, order := d.ordered()
			ctx, stop := context.WithCancel(t.Context())
			ended := make(chan struct{})
			go func() {
				defer close(ended)
				courier.New(d.service, d.clock.Read, d.log(), courier.Limits{Grace: grace}).Run(ctx, "first")
			}()
			<-reached
			stop()
			if grace == 0 {
				<-ended
			}
			d.network.Releases()
			<-ended
			a := d.only(deal.ID)
			if a.Failures != 0 || a.Failure != nil || a.ClaimedUntil != nil || a.Status != parley.ActivationQueued || (a.UnsureSince != nil) != (grace == 0) ||
				len(a.Steps) == 0 {
				t.Errorf("after %s it is %+v", grace, a)
			}
			for _, step := range a.Steps {
				if step.Name == "order" && (step.Ref != "") != (grace > 0) {
					t.Errorf("after %s the order is %+v", grace, step)
				}
			}
			d.settleDown()
			d.at(deal.ID, order.ID, parley.ActivationLive, parley.OrderBooked, parley.DealBooked)
			if err := remoteSystems["Ad Manager"].check(d, deal, rest{}); err != nil {
				t.Errorf("after %s: %v", grace, err)
			}
			if found, err := d.service.Destination(t.Context(), d.admin, to.ID); err != nil || found.Failures != 0 {
				t.Errorf("the destination has failed: %+v, %v", found, err)
			}
			d.clock.Move(-d.clock.Read().Sub(noon))
		}
	})
}
