package courier_test

import (
	"fmt"
	"testing"
	"time"

	"parley"
	"parley/activation"
	fake "parley/internal/fake/dealsapi"
)

// breaksOnce has the first call to a path fail in a way.
func breaksOnce(receiver *fake.Receiver, path string, how fake.Fault) {
	broken := false
	receiver.Breaks(func(at string) fake.Fault {
		if at != path || broken {
			return fake.None
		}
		broken = true
		return how
	})
}

// TestWhatCannotBeLookedAtIsAPersonsToSay loses the answer of the push to a receiver that takes deals once and tells nothing.
func TestWhatCannotBeLookedAtIsAPersonsToSay(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		receiver := d.receiver(`, "updates": "none", "status_url": ""`)
		for _, how := range []fake.Fault{fake.DropsBefore, fake.DropsAfter} {
			breaksOnce(receiver, "/push", how)
			deal, order := d.ordered()
			d.rest()
			a := d.at(deal.ID, order.ID, parley.ActivationFailed, parley.OrderInProgress, parley.DealBooked)
			if a.Failure == nil || a.Failure.Code != activation.CannotLook {
				t.Fatalf("%s: failed with %+v", how, a.Failure)
			}
			if how == fake.DropsAfter {
				d.must(d.acknowledge(a.ID))
			} else {
				d.must(d.act(d.service.RetryActivation, a.ID))
			}
			d.rest()
			if how == fake.DropsBefore {
				d.at(deal.ID, order.ID, parley.ActivationWaiting, parley.OrderSyncing, parley.DealBooked)
				d.must(d.acknowledge(a.ID))
			}
			d.at(deal.ID, order.ID, parley.ActivationLive, parley.OrderBooked, parley.DealBooked)
			if there, _ := receiver.Deal(deal.ID); there.Pushes != 1 {
				t.Errorf("%s: pushed %d times", how, there.Pushes)
			}
			// It ends by hand, and ordered again nobody knows what is left of it there.
			d.must(d.move(d.admin, order.ID, parley.OrderUnbooked))
			d.rest()
			d.must(d.acknowledge(a.ID))
			d.at(deal.ID, order.ID, parley.ActivationWithdrawn, parley.OrderUnbooked, parley.DealBooked)
			for _, to := range []parley.OrderStatus{parley.OrderDraft, parley.OrderSubmitted, parley.OrderApproved} {
				d.must(d.move(d.admin, order.ID, to))
			}
			d.rest()
			if a = d.only(deal.ID); a.Status != parley.ActivationFailed || a.Failure.Code != activation.CannotLook {
				t.Errorf("%s: ordered again it is %s, %+v", how, a.Status, a.Failure)
			}
			if there, _ := receiver.Deal(deal.ID); there.Pushes != 1 {
				t.Errorf("%s: pushed %d times", how, there.Pushes)
			}
		}
	})
}

// TestAPersonsWordIsNeededOnce has receivers that tell nothing take all that a deal goes through, with answers lost and not, and counts
// how often somebody has to say that it was done.
func TestAPersonsWordIsNeededOnce(t *testing.T) {
	t.Parallel()
	for _, updates := range []string{"none", "repost"} {
		for _, lost := range []bool{false, true} {
			t.Run(fmt.Sprint(updates, " lost ", lost), func(t *testing.T) {
				t.Parallel()
				onEach(t, func(t *testing.T, d *desk) {
					receiver := d.receiver(`, "status_url": "", "updates": "` + updates + `"`)
					var deal parley.Deal
					for _, deed := range []struct {
						name  string
						do    func() error
						words int // with updates none
					}{
						{"order", func() error { deal, _ = d.ordered(); return nil }, 1},
						{"change", func() error { return d.change(deal.ID, 900_000) }, 1},
						{"pause", func() error { return d.pause(d.only(deal.ID).ID) }, 1},
						{"change while it rests", func() error { return d.change(deal.ID, 800_000) }, 1},
						{"resume", func() error { return d.act(d.service.ResumeActivation, d.only(deal.ID).ID) }, 1},
						{"end", func() error { return d.cancel(deal.ID) }, 1},
					} {
						if lost {
							breaksOnce(receiver, "/push", fake.DropsAfter)
						}
						d.must(deed.do())
						words := -1
						for err := error(nil); err == nil; err = d.acknowledge(d.only(deal.ID).ID) {
							words++
							for range 6 { // longer than is waited after a lost answer, between two looks, and between two pushes
								d.deliver(d.service, "node")
								d.clock.Move(time.Minute)
							}
						}
						a := d.only(deal.ID)
						if !a.Applied() || words > 1 || updates == "none" && words != deed.words {
							t.Errorf("%s: %d words, and it is %s, applied %v, %+v", deed.name, words, a.Status, a.Applied(), a.Failure)
						}
					}
				})
			})
		}
	}
}

// TestAnEndAfterALostPushReachesTheReceiver cancels a deal of which nobody knows whether it is there.
func TestAnEndAfterALostPushReachesTheReceiver(t *testing.T) {
	t.Parallel()
	for _, settings := range []string{`, "status_url": ""`, ""} {
		onEach(t, func(t *testing.T, d *desk) {
			receiver := d.receiver(settings)
			breaksOnce(receiver, "/push", fake.DropsAfter)
			deal, order := d.ordered()
			d.deliver(d.service, "node")
			d.must(d.cancel(deal.ID))
			d.rest()
			d.at(deal.ID, order.ID, parley.ActivationWithdrawn, parley.OrderCancelled, parley.DealCancelled)
			if there, _ := receiver.Deal(deal.ID); fmt.Sprint(there.Document["sellerstatus"]) != "4" {
				t.Errorf("the receiver has %s", there.Body)
			}
		})
	}
}

// TestADeadNodeForgetsNothing has nodes die before they send anything, and while they ask how a deal stands that was sent.
func TestADeadNodeForgetsNothing(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		receiver := d.receiver(`, "updates": "none"`)
		deal, order := d.ordered()
		dies := func() {
			t.Helper()
			if _, ok, err := d.service.ClaimActivation(t.Context(), "first", d.only(deal.ID).ID); err != nil || !ok {
				t.Fatal(ok, err)
			}
			d.clock.Move(3 * time.Minute)
			d.deliver(d.service, "second")
		}
		dies()
		if a := d.at(deal.ID, order.ID, parley.ActivationWaiting, parley.OrderSyncing, parley.DealBooked); a.UnsureSince != nil {
			t.Error("it is unsure of what was never begun")
		}
		d.clock.Move(10 * time.Minute)
		dies()
		d.accepts(receiver, deal)
		d.at(deal.ID, order.ID, parley.ActivationLive, parley.OrderBooked, parley.DealBooked)
		if there, _ := receiver.Deal(deal.ID); there.Pushes != 1 {
			t.Errorf("pushed %d times", there.Pushes)
		}
	})
}

// TestAReceiverThatNeverAnswersAPushIsAskedForIt settles by the status that a deal is there.
func TestAReceiverThatNeverAnswersAPushIsAskedForIt(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		receiver := d.receiver("")
		receiver.Breaks(func(path string) fake.Fault {
			if path == "/push" {
				return fake.DropsAfter
			}
			return fake.None
		})
		deal, order := d.ordered()
		d.rest()
		d.accepts(receiver, deal)
		d.at(deal.ID, order.ID, parley.ActivationLive, parley.OrderBooked, parley.DealBooked)
		if there, _ := receiver.Deal(deal.ID); there.Pushes != 1 {
			t.Errorf("pushed %d times", there.Pushes)
		}
		// A change cannot be settled so: it is pushed ever more rarely, until a person is asked.
		d.must(d.change(deal.ID, 900_000))
		for range 4 * 24 {
			d.clock.Move(time.Hour)
			d.deliver(d.service, "node")
		}
		d.at(deal.ID, order.ID, parley.ActivationFailed, parley.OrderBooked, parley.DealBooked)
		if there, _ := receiver.Deal(deal.ID); there.Pushes > 90 {
			t.Errorf("pushed %d times", there.Pushes)
		}
	})
}
