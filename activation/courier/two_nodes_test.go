package courier_test

import (
	"context"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"parley"
	"parley/activation"
	"parley/activation/admanager"
	"parley/activation/courier"
	gam "parley/internal/fake/admanager"
	"parley/internal/racedetector"
	"parley/internal/stores"
	"parley/seller"
	"parley/storage"
)

// TestTwoNodesAtEachSystem has two nodes that both believe they lead bring the same deals to a system that loses one answer of five
// after doing the work, while the deals are changed and some end; one node's clock runs ahead, so that it takes over what the other
// works on. At rest each deal has one of each thing there, as it is wanted.
func TestTwoNodesAtEachSystem(t *testing.T) {
	t.Parallel()
	racedetector.AtOnce(t)
	for kind, system := range remoteSystems {
		for name, openStore := range map[string]func(testing.TB) *storage.Store{"sqlite": stores.SQLite, "postgres": stores.Postgres} {
			t.Run(kind+", "+name, func(t *testing.T) {
				t.Parallel()
				d := open(t, openStore(t))
				system.add(d)
				var drawing sync.Mutex
				chance := rand.New(rand.NewPCG(3, 5))
				system.breaks(d, func() fault {
					drawing.Lock()
					defer drawing.Unlock()
					if chance.IntN(5) == 0 {
						return losesAfter
					}
					return ""
				})
				var deals []parley.Deal
				for range 6 {
					deal, _ := d.ordered()
					deals = append(deals, deal)
				}
				ahead := d.node(func() time.Time { return d.clock.Read().Add(3 * time.Minute) })
				both := func() {
					t.Helper()
					var nodes sync.WaitGroup
					for node, service := range map[string]*seller.Service{"one": d.service, "ahead": ahead} {
						nodes.Go(func() { d.deliver(service, node) })
					}
					nodes.Wait()
					d.clock.Move(10 * time.Minute)
				}
				for range 6 {
					both()
				}
				for i := range deals[:4] {
					d.must(d.change(deals[i].ID, 900_000))
				}
				both()
				for _, deal := range deals[:2] {
					d.must(d.cancel(deal.ID))
				}
				for range 6 {
					both()
				}
				system.breaks(d, nil)
				d.settleDown()
				for i, deal := range deals {
					now, err := d.service.Deal(t.Context(), d.admin, deal.ID)
					d.must(err)
					if err := system.check(d, now, rest{ended: i < 2}); err != nil {
						t.Errorf("deal %d, %s: %v", i, deal.ID, err)
					}
				}
			})
		}
	}
}

// TestANodeThatStallsMakesNothingTwice has each call that makes something in Ad Manager take longer than a claim holds. Another node
// takes the deal over and looks for what the first may have made, more than once, before it makes anything: what comes of the first
// one's call until then is found, and what that node has to say of it is refused.
func TestANodeThatStallsMakesNothingTwice(t *testing.T) {
	t.Parallel()
	racedetector.AtOnce(t)
	onEach(t, func(t *testing.T, d *desk) {
		d.network.Serves()
		d.adManager(admanager.HeaderBidding, `, "approve": true`)
		for _, call := range []string{"POST orders:batchCreate", "POST customTargetingValues:batchCreate", "POST lineItems", "POST orders:batchApprove"} {
			reached, once := make(chan struct{}), sync.Once{}
			d.network.Breaks(func(method, path string) gam.Fault {
				how := gam.None
				if method+" "+path == call {
					once.Do(func() { how = gam.Slow; close(reached) })
				}
				return how
			})
			deal, order := d.ordered()
			stalled := make(chan error)
			go func() {
				stalled <- courier.New(d.service, d.clock.Read, d.log(), courier.Limits{}).Deliver(context.Background(), "stalled", d.only(deal.ID).ID)
			}()
			select {
			case <-reached:
			case err := <-stalled:
				t.Fatalf("%s was never called: %v", call, err)
			}
			d.clock.Move(seller.ActivationClaim + time.Second)
			other := courier.New(d.node(d.clock.Read), d.clock.Read, d.log(), courier.Limits{})
			d.must(other.Deliver(t.Context(), "other", d.only(deal.ID).ID))
			d.clock.Move(activation.UnsureWait)
			d.must(other.Deliver(t.Context(), "other", d.only(deal.ID).ID)) // which looks, and finds nothing yet
			d.network.Releases()
			if err := <-stalled; err != nil {
				t.Errorf("%s: the node that stalled: %v", call, err)
			}
			d.settleDown()
			d.at(deal.ID, order.ID, parley.ActivationLive, parley.OrderBooked, parley.DealBooked)
			if err := remoteSystems["Ad Manager"].check(d, deal, rest{}); err != nil {
				t.Errorf("stalled at %s: %v", call, err)
			}
			d.clock.Move(-d.clock.Read().Sub(noon))
		}
	})
}
