package courier_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"parley"
	"parley/activation"
	"parley/activation/courier"
	"parley/activation/filedrop"
	"parley/internal/racedetector"
	"parley/seller"
)

// TestABookedDealBecomesASheetThatSomebodyAnswersFor follows one deal from its booking to its end, with a change in between.
func TestABookedDealBecomesASheetThatSomebodyAnswersFor(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		d.destination(filedrop.Kind)
		deal, order := d.ordered()
		d.at(deal.ID, order.ID, parley.ActivationQueued, parley.OrderApproved, parley.DealBooked)
		d.deliver(d.service, "node")
		a := d.at(deal.ID, order.ID, parley.ActivationWaiting, parley.OrderSyncing, parley.DealBooked)
		if a.AppliedVersion != 0 || a.Standing == "" || a.NextAttemptAt != nil {
			t.Errorf("waiting for somebody: %+v", a)
		}
		d.sheets(deal.ID+"_r1.csv", "manifest.csv")
		d.must(d.acknowledge(a.ID))
		a = d.at(deal.ID, order.ID, parley.ActivationLive, parley.OrderBooked, parley.DealBooked)
		if a.AppliedVersion != 1 || a.Acknowledged == nil || a.Acknowledged.Ref != "LI 7" || !strings.HasPrefix(a.Acknowledged.Actor, "operator:") {
			t.Errorf("answered for: %+v", a)
		}
		if err := d.acknowledge(a.ID); !parley.Is(err, parley.CodeConflict) {
			t.Errorf("answered for twice: %v", err)
		}

		d.must(d.change(deal.ID, 900_000))
		a = d.at(deal.ID, order.ID, parley.ActivationQueued, parley.OrderBooked, parley.DealBooked)
		if a.Applied() {
			t.Error("a change that nobody has sent is applied")
		}
		d.deliver(d.service, "node")
		if a = d.at(deal.ID, order.ID, parley.ActivationWaiting, parley.OrderBooked, parley.DealBooked); a.Applied() {
			t.Error("a change that nobody answered for is applied")
		}
		d.must(d.acknowledge(a.ID))
		d.at(deal.ID, order.ID, parley.ActivationLive, parley.OrderBooked, parley.DealBooked)

		d.clock.Move(9 * 24 * time.Hour) // the flight begins
		d.deliver(d.service, "node")
		d.at(deal.ID, order.ID, parley.ActivationLive, parley.OrderBooked, parley.DealActive)

		d.must(d.cancel(deal.ID))
		if a = d.at(deal.ID, order.ID, parley.ActivationWithdrawing, parley.OrderUnbooked, parley.DealCancelled); a.Applied() {
			t.Error("an end that nobody has sent is applied")
		}
		d.deliver(d.service, "node")
		d.at(deal.ID, order.ID, parley.ActivationWithdrawing, parley.OrderUnbooked, parley.DealCancelled)
		d.must(d.acknowledge(a.ID))
		d.at(deal.ID, order.ID, parley.ActivationWithdrawn, parley.OrderUnbooked, parley.DealCancelled)
		d.sheets(deal.ID+"_r1.csv", deal.ID+"_r2.csv", deal.ID+"_r3.csv", "manifest.csv")
		d.told(deal.ID, "activation.queued", "activation.sent", "activation.live", "activation.queued", "activation.sent", "activation.live",
			"deal.activated", "activation.withdrawn")
	})
}

func (d *desk) sheets(want ...string) {
	d.t.Helper()
	entries, err := os.ReadDir(d.folder)
	d.must(err)
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if !slices.Equal(names, want) {
		d.t.Errorf("the folder has %v, want %v", names, want)
	}
}

// told checks what the deal's buyer reads of its activation, and that this holds nothing of the publisher's.
func (d *desk) told(dealID string, want ...string) {
	d.t.Helper()
	events, err := d.service.Events(context.Background(), d.buyer, seller.EventFilter{DealID: dealID, Page: seller.Page{Limit: 500}})
	d.must(err)
	var told []string
	for _, e := range events.Items {
		if strings.HasPrefix(string(e.Type), "activation.") || e.Type == parley.EventDealActivated {
			told = append(told, string(e.Type))
			if strings.HasPrefix(string(e.Type), "activation.") && !strings.Contains(string(e.Data), `"system":`) {
				d.t.Errorf("the buyer is told no system: %s", e.Data)
			}
			if e.Detail != nil || strings.Contains(string(e.Data), "dst-") {
				d.t.Errorf("the buyer reads %s %s", e.Data, e.Detail)
			}
		}
	}
	if !slices.Equal(told, want) {
		d.t.Errorf("the buyer is told %v, want %v", told, want)
	}
}

func TestWithoutADestinationNothingIsDifferent(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		deal, order := d.ordered()
		for _, to := range []parley.OrderStatus{parley.OrderInProgress, parley.OrderSyncing, parley.OrderBooked, parley.OrderCompleted} {
			d.must(d.move(d.admin, order.ID, to))
		}
		if found := d.activations(deal.ID); len(found) > 0 {
			t.Errorf("activations %v", found)
		}
	})
}

func TestAnOrderThatNeedNotWaitIsMovedByHand(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		d.destination(filedrop.Kind, func(r *seller.DestinationRequest) { r.Required = false })
		deal, order := d.ordered()
		d.deliver(d.service, "node")
		d.at(deal.ID, order.ID, parley.ActivationWaiting, parley.OrderApproved, parley.DealBooked)
		for _, to := range []parley.OrderStatus{parley.OrderInProgress, parley.OrderSyncing, parley.OrderBooked} {
			d.must(d.move(d.admin, order.ID, to))
		}
	})
}

func TestAnOrderThatWaitsIsNotMovedByHand(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		d.destination(filedrop.Kind)
		deal, order := d.ordered()
		if err := d.move(d.admin, order.ID, parley.OrderInProgress); !parley.Is(err, parley.CodeConflict) || !strings.Contains(err.Error(), d.only(deal.ID).ID) {
			t.Errorf("moved by hand: %v", err)
		}
		d.deliver(d.service, "node")
		if err := d.move(d.admin, order.ID, parley.OrderBooked); !parley.Is(err, parley.CodeConflict) {
			t.Errorf("moved by hand: %v", err)
		}
		// It can be ended, and ends where it is.
		d.must(d.move(d.admin, order.ID, parley.OrderFailed))
		d.at(deal.ID, order.ID, parley.ActivationWithdrawing, parley.OrderFailed, parley.DealBooked)
		// Ordered again before the end was sent, it goes on.
		for _, to := range []parley.OrderStatus{parley.OrderDraft, parley.OrderSubmitted, parley.OrderApproved} {
			d.must(d.move(d.admin, order.ID, to))
		}
		d.at(deal.ID, order.ID, parley.ActivationQueued, parley.OrderApproved, parley.DealBooked)
		d.deliver(d.service, "node")
		d.must(d.acknowledge(d.only(deal.ID).ID))
		d.at(deal.ID, order.ID, parley.ActivationLive, parley.OrderBooked, parley.DealBooked)
	})
}

// TestAnOrderEndsWithItsDeal cancels deals whose orders have come so far: each ends as one of that state does, with the reason, and what was
// sent is called off in the same breath.
func TestAnOrderEndsWithItsDeal(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		d.destination(filedrop.Kind)
		fails := func(string, string) fault { return refuses }
		d.destination(adServerKind, func(r *seller.DestinationRequest) { r.Match.DealTypes = []parley.DealType{parley.PreferredDeal} })
		for _, c := range []struct {
			from, to parley.OrderStatus
			dealType string
			come     func(deal parley.Deal)
		}{
			{parley.OrderApproved, parley.OrderCancelled, "PG", func(parley.Deal) {}},
			{parley.OrderInProgress, parley.OrderCancelled, "PD", func(parley.Deal) { // half of it is sent
				d.server.breaks(fails)
				d.deliver(d.service, "node")
				d.server.breaks(nil)
			}},
			{parley.OrderSyncing, parley.OrderFailed, "PG", func(parley.Deal) { d.deliver(d.service, "node") }},
			{parley.OrderBooked, parley.OrderUnbooked, "PG", func(deal parley.Deal) {
				d.deliver(d.service, "node")
				d.must(d.acknowledge(d.only(deal.ID).ID))
			}},
		} {
			deal, order := d.orderedAs(c.dealType)
			c.come(deal)
			o, err := d.service.Order(t.Context(), d.admin, order.ID)
			d.must(err)
			if o.Status != c.from {
				t.Fatalf("the order is %s, want %s", o.Status, c.from)
			}
			d.must(d.cancel(deal.ID))
			o, err = d.service.Order(t.Context(), d.admin, order.ID)
			d.must(err)
			if last := o.History[len(o.History)-1]; o.Status != c.to || !strings.Contains(last.Reason, "a test") {
				t.Errorf("%s ends as %s: %q", c.from, o.Status, last.Reason)
			}
			for _, a := range d.activations(deal.ID) {
				ends := a.Status == parley.ActivationWithdrawing
				if a.Fence == 0 || a.System == adServerKind { // nothing of it is there
					ends = ends || a.Status == parley.ActivationWithdrawn
				}
				if a.Intent != parley.IntentEnd || !ends {
					t.Errorf("%s: at %s it is %s, to %s", c.from, a.System, a.Status, a.Intent)
				}
			}
		}
	})
}

// TestOrderedAgain has an order end after its deal was live, and the deal ordered again when that has ended there.
func TestOrderedAgain(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		d.destination(adServerKind)
		deal, order := d.ordered()
		d.deliver(d.service, "node")
		d.at(deal.ID, order.ID, parley.ActivationLive, parley.OrderBooked, parley.DealBooked)
		d.must(d.move(d.admin, order.ID, parley.OrderUnbooked))
		d.deliver(d.service, "node")
		d.at(deal.ID, order.ID, parley.ActivationWithdrawn, parley.OrderUnbooked, parley.DealBooked)
		if held := d.server.holds("line", deal.ID); len(held) != 1 || !held[0].ended {
			t.Errorf("ended: %+v", held)
		}
		for _, to := range []parley.OrderStatus{parley.OrderDraft, parley.OrderSubmitted, parley.OrderApproved} {
			d.must(d.move(d.admin, order.ID, to))
		}
		d.deliver(d.service, "node")
		d.at(deal.ID, order.ID, parley.ActivationLive, parley.OrderBooked, parley.DealBooked)
		if held := d.server.holds("line", deal.ID); len(held) != 1 || held[0].ended {
			t.Errorf("live again: %+v", held)
		}
	})
}

func TestTriggersAndReleases(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		for _, test := range []struct {
			trigger                parley.ActivationTrigger
			release                parley.ActivationRelease
			booked, ordered, after parley.ActivationStatus
		}{
			{parley.TriggerDealBooked, parley.ReleaseAutomatic, parley.ActivationQueued, parley.ActivationLive, parley.ActivationLive},
			{parley.TriggerDealBooked, parley.ReleaseByPerson, parley.ActivationHeld, parley.ActivationHeld, parley.ActivationLive},
			{parley.TriggerOrderApproved, parley.ReleaseAutomatic, parley.ActivationHeld, parley.ActivationQueued, parley.ActivationLive},
			{parley.TriggerOrderApproved, parley.ReleaseByPerson, parley.ActivationHeld, parley.ActivationHeld, parley.ActivationLive},
			{parley.TriggerManual, parley.ReleaseAutomatic, parley.ActivationHeld, parley.ActivationHeld, parley.ActivationLive},
		} {
			name := string(test.trigger) + " " + string(test.release)
			to := d.destination(adServerKind, func(r *seller.DestinationRequest) {
				r.Name, r.Trigger, r.Release, r.Required = name, test.trigger, test.release, false
			})
			deal := d.book()
			at := func(want parley.ActivationStatus) parley.Activation {
				t.Helper()
				for _, a := range d.activations(deal.ID) {
					if a.DestinationID == to.ID {
						if a.Status != want {
							t.Fatalf("%s: %s, want %s", name, a.Status, want)
						}
						return a
					}
				}
				t.Fatalf("%s: there is none", name)
				return parley.Activation{}
			}
			at(test.booked)
			d.deliver(d.service, "node")
			var order parley.Order
			_, err := d.service.CreateOrder(t.Context(), d.buyer, seller.OrderRequest{DealID: deal.ID}, keep(&order))
			d.must(err)
			d.must(d.move(d.buyer, order.ID, parley.OrderSubmitted))
			d.must(d.move(d.admin, order.ID, parley.OrderApproved))
			a := at(test.ordered)
			if err := d.act(d.service.ReleaseActivation, a.ID); (err == nil) != (test.ordered == parley.ActivationHeld) {
				t.Errorf("%s: released: %v", name, err)
			}
			d.deliver(d.service, "node")
			at(test.after)
		}
	})
}

func TestFailuresAreRepaired(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		to := d.destination(adServerKind)
		always := func(f fault) func(string, string) fault { return func(string, string) fault { return f } }

		d.server.breaks(always(refuses))
		deal, order := d.ordered()
		d.rest()
		a := d.at(deal.ID, order.ID, parley.ActivationFailed, parley.OrderInProgress, parley.DealBooked)
		if a.Failure == nil || a.Failure.Code != "refused" || a.Failure.Class != parley.ClassRefused {
			t.Errorf("failed: %+v", a.Failure)
		}
		d.server.breaks(nil)
		d.must(d.act(d.service.RetryActivation, a.ID))
		d.deliver(d.service, "node")
		if a = d.at(deal.ID, order.ID, parley.ActivationLive, parley.OrderBooked, parley.DealBooked); a.Failure != nil || a.Failures != 0 {
			t.Errorf("repaired: %+v", a)
		}

		d.server.breaks(always(refuses))
		deal, order = d.ordered()
		d.deliver(d.service, "node")
		d.must(d.giveUp(d.only(deal.ID).ID))
		d.at(deal.ID, order.ID, parley.ActivationGivenUp, parley.OrderFailed, parley.DealBooked)

		d.server.breaks(always(isAway)) // for longer than anybody waits, but not often enough to be paused
		deal, order = d.ordered()
		d.deliver(d.service, "node")
		a = d.at(deal.ID, order.ID, parley.ActivationQueued, parley.OrderInProgress, parley.DealBooked)
		if a.Failures != 1 || a.NextAttemptAt == nil || a.NextAttemptAt.Sub(d.clock.Read()) != 5*time.Second {
			t.Errorf("waits: %+v", a)
		}
		d.clock.Move(3 * 24 * time.Hour)
		d.deliver(d.service, "node")
		d.at(deal.ID, order.ID, parley.ActivationFailed, parley.OrderInProgress, parley.DealBooked)

		d.server.breaks(always(forbids))
		deal, order = d.ordered()
		d.rest()
		d.at(deal.ID, order.ID, parley.ActivationQueued, parley.OrderInProgress, parley.DealBooked)
		found, err := d.service.Destination(t.Context(), d.admin, to.ID)
		d.must(err)
		if found.Status != parley.DestinationPaused || found.PausedBecause == "" {
			t.Fatalf("the destination is %s", found.Status)
		}
		d.server.breaks(nil)
		d.rest()
		d.at(deal.ID, order.ID, parley.ActivationQueued, parley.OrderInProgress, parley.DealBooked)
		_, err = d.service.ResumeDestination(t.Context(), d.admin, to.ID, keep(&found))
		d.must(err)
		d.rest()
		d.at(deal.ID, order.ID, parley.ActivationLive, parley.OrderBooked, parley.DealBooked)
	})
}

// TestWhatIsFoundHasAName has a look find something without a name: it is not taken over, and nothing is made beside it.
func TestWhatIsFoundHasAName(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		d.destination(adServerKind)
		deal, order := d.ordered()
		d.server.objects["order "+deal.ID] = []object{{}}
		d.deliver(d.service, "node")
		a := d.at(deal.ID, order.ID, parley.ActivationQueued, parley.OrderInProgress, parley.DealBooked)
		if a.Failure == nil || a.Failure.Code != "answer" || a.Failure.Class != parley.ClassTransient || d.server.made != 0 {
			t.Errorf("failed with %+v, and %d were made", a.Failure, d.server.made)
		}
	})
}

func TestALostAnswerIsLookedForTwiceBeforeAnythingIsMade(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		d.destination(adServerKind)
		for _, how := range []fault{losesBefore, losesAfter} {
			lost := false
			d.server.breaks(func(verb, _ string) fault {
				if verb == "create" && !lost {
					lost = true
					return how
				}
				return ""
			})
			deal, order := d.ordered()
			d.server.calls = nil
			for _, wait := range []time.Duration{activation.UnsureWait, activation.LookAgain} { // until the first look, and between two
				d.deliver(d.service, "node")
				if next := d.only(deal.ID).NextAttemptAt; how == losesBefore && (next == nil || next.Sub(d.clock.Read()) != wait) {
					t.Errorf("it is looked for at %v, want in %s", next, wait)
				}
				d.clock.Move(wait)
			}
			d.rest()
			d.at(deal.ID, order.ID, parley.ActivationLive, parley.OrderBooked, parley.DealBooked)
			want := []string{"look order", "create order", "look order", "look order", "create order", "look line", "create line"}
			if how == losesAfter {
				want = []string{"look order", "create order", "look order", "look line", "create line"}
			}
			if got := d.server.calls[:len(want)]; !slices.Equal(got, want) {
				t.Errorf("%s: %v, want %v", how, got, want)
			}
			for _, kind := range []string{"order", "line"} {
				if held := d.server.holds(kind, deal.ID); len(held) != 1 {
					t.Errorf("%s: %d of the %s", how, len(held), kind)
				}
			}
		}
	})
}

// TestKilledAnywhere stops the process that sends a deal at each point at which it can be, and has another go on.
func TestKilledAnywhere(t *testing.T) {
	t.Parallel()
	racedetector.AtOnce(t)
	onEach(t, func(t *testing.T, d *desk) {
		d.destination(adServerKind)
		for _, verb := range []string{"claim", "look", "create", "standing", "update", "end"} {
			for _, step := range []string{"order", "line", ""} {
				for _, how := range []fault{stopsBefore, stopsAfter} {
					if (step == "") != (verb == "claim" || verb == "standing") {
						continue
					}
					d.killedAt(verb, step, how)
				}
			}
		}
	})
}

func (d *desk) killedAt(verb, step string, how fault) {
	d.t.Helper()
	name := verb + " " + step + " " + string(how)
	stopped := false
	d.server.breaks(func(v, s string) fault {
		if v == verb && s == step && !stopped {
			stopped = true
			return how
		}
		return ""
	})
	deal, order := d.ordered()
	bring := func() {
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			id := d.only(deal.ID).ID
			if verb == "claim" && !stopped {
				stopped = true
				_, _, _ = d.service.ClaimActivation(context.Background(), "first", id)
				return
			}
			_ = courier.New(d.service, d.clock.Read, d.log(), courier.Limits{}).Deliver(context.Background(), "first", id)
		}()
		<-ended
	}
	bring()
	d.rest()
	d.at(deal.ID, order.ID, parley.ActivationLive, parley.OrderBooked, parley.DealBooked)
	d.must(d.change(deal.ID, 900_000))
	bring()
	d.rest()
	for _, kind := range []string{"order", "line"} {
		if held := d.server.holds(kind, deal.ID); len(held) != 1 || held[0].ended || !strings.Contains(held[0].body, "900000") {
			d.t.Errorf("killed at %s: the %s is %+v", name, kind, held)
		}
	}
	d.must(d.cancel(deal.ID))
	bring()
	d.rest()
	d.at(deal.ID, order.ID, parley.ActivationWithdrawn, parley.OrderUnbooked, parley.DealCancelled)
	for _, kind := range []string{"order", "line"} {
		if held := d.server.holds(kind, deal.ID); len(held) != 1 || !held[0].ended {
			d.t.Errorf("killed at %s, then ended: the %s is %+v", name, kind, held)
		}
	}
	if !stopped {
		d.t.Errorf("nothing was killed at %s", name)
	}
}

// TestWhatWasIsWantedAgain has a change or an end come to nothing that anybody heard of, and then what was there before wanted
// again: what the call did all the same is undone.
func TestWhatWasIsWantedAgain(t *testing.T) {
	t.Parallel()
	racedetector.AtOnce(t)
	onEach(t, func(t *testing.T, d *desk) {
		d.destination(adServerKind)
		for _, how := range []fault{stopsAfter, losesAfter} {
			for _, step := range []string{"order", "line"} {
				for _, verb := range []string{"update", "end"} {
					deal, order := d.ordered()
					d.deliver(d.service, "node")
					d.server.breaks(func(v, s string) fault {
						if v == verb && s == step {
							return how
						}
						return ""
					})
					if verb == "update" {
						d.must(d.change(deal.ID, 900_000))
					} else {
						d.must(d.move(d.admin, order.ID, parley.OrderUnbooked))
					}
					id, ended := d.only(deal.ID).ID, make(chan struct{})
					go func() { // which a fault may end
						defer close(ended)
						if err := courier.New(d.service, d.clock.Read, d.log(), courier.Limits{}).Deliver(context.Background(), "node", id); err != nil {
							t.Error(err)
						}
					}()
					<-ended
					d.server.breaks(func(string, string) fault { return "" })
					if verb == "update" {
						d.must(d.change(deal.ID, deal.Impressions))
					} else {
						for _, to := range []parley.OrderStatus{parley.OrderDraft, parley.OrderSubmitted, parley.OrderApproved} {
							d.must(d.move(d.admin, order.ID, to))
						}
					}
					d.rest()
					for _, kind := range []string{"order", "line"} {
						if held := d.server.holds(kind, deal.ID); len(held) != 1 || held[0].ended || !strings.Contains(held[0].body, fmt.Sprint(deal.Impressions)) {
							t.Errorf("%s after the %s of the %s: the %s is %+v", how, verb, step, kind, held)
						}
					}
				}
			}
		}
	})
}

// TestASlowNodeIsOvertaken has a node's call take so long that another one takes the activation over. What the slow one has to
// say is refused, and what it has made is found.
func TestASlowNodeIsOvertaken(t *testing.T) {
	t.Parallel()
	racedetector.AtOnce(t)
	onEach(t, func(t *testing.T, d *desk) {
		d.destination(adServerKind)
		d.server.held, d.server.waiting = make(chan struct{}), make(chan struct{})
		once := true
		d.server.breaks(func(verb, _ string) fault {
			if verb == "create" && once {
				once = false
				return slow
			}
			return ""
		})
		deal, order := d.ordered()
		id := d.only(deal.ID).ID
		ended := make(chan error)
		go func() {
			ended <- courier.New(d.service, d.clock.Read, d.log(), courier.Limits{}).Deliver(context.Background(), "slow", id)
		}()
		<-d.server.waiting
		ahead := d.node(func() time.Time { return d.clock.Read().Add(10 * time.Minute) })
		for range 3 { // its clock runs ahead: it believes that the claim is over
			d.must(courier.New(ahead, d.clock.Read, d.log(), courier.Limits{}).Deliver(t.Context(), "ahead", id))
		}
		close(d.server.held)
		if err := <-ended; err != nil {
			t.Errorf("the slow node: %v", err)
		}
		d.clock.Move(time.Hour)
		d.rest()
		d.at(deal.ID, order.ID, parley.ActivationLive, parley.OrderBooked, parley.DealBooked)
		for _, kind := range []string{"order", "line"} {
			if held := d.server.holds(kind, deal.ID); len(held) != 1 {
				t.Errorf("%d of the %s: %+v", len(held), kind, held)
			}
		}
	})
}

// TestTwoNodesSendTheSameDeals has two nodes that both believe they lead bring the same deals.
func TestTwoNodesSendTheSameDeals(t *testing.T) {
	t.Parallel()
	racedetector.AtOnce(t)
	onEach(t, func(t *testing.T, d *desk) {
		d.destination(adServerKind)
		d.destination(filedrop.Kind)
		var deals []parley.Deal
		for range 8 {
			deal, _ := d.ordered()
			deals = append(deals, deal)
		}
		other := d.node(d.clock.Read)
		done := make(chan struct{})
		go func() {
			defer close(done)
			d.deliver(other, "other")
		}()
		d.deliver(d.service, "node")
		<-done
		d.rest()
		for _, deal := range deals {
			for _, a := range d.activations(deal.ID) {
				if a.Status != parley.ActivationLive && a.Status != parley.ActivationWaiting {
					t.Errorf("an activation is %s: %+v", a.Status, a.Failure)
				}
			}
			for _, kind := range []string{"order", "line"} {
				if held := d.server.holds(kind, deal.ID); len(held) != 1 {
					t.Errorf("%d of the %s of %s", len(held), kind, deal.ID)
				}
			}
		}
		entries, err := os.ReadDir(d.folder)
		d.must(err)
		sheets := slices.DeleteFunc(entries, func(e os.DirEntry) bool { return filepath.Ext(e.Name()) != ".csv" || e.Name() == "manifest.csv" })
		if len(sheets) != len(deals) {
			t.Errorf("%d sheets of %d deals", len(sheets), len(deals))
		}
	})
}

// TestRunHandsOverInOrder has the couriers themselves run on one node, and on another when that ends. Each sends a deal, and sends
// it again when what its product is called has changed.
func TestRunHandsOverInOrder(t *testing.T) {
	t.Parallel()
	racedetector.AtOnce(t)
	onEach(t, func(t *testing.T, d *desk) {
		to := d.destination(filedrop.Kind)
		for _, node := range []string{"first", "second"} {
			ctx, stop := context.WithCancel(t.Context())
			ended := make(chan struct{})
			go func() {
				defer close(ended)
				courier.New(d.service, d.clock.Read, d.log(), courier.Limits{}).Run(ctx, node)
			}()
			deal, _ := d.ordered()
			again := time.NewTicker(5 * time.Millisecond)
			for version := range int64(2) {
				for giveUp := time.After(time.Minute); ; {
					if a := d.only(deal.ID); a.Status == parley.ActivationWaiting && a.WantedVersion == version+1 {
						break
					}
					select {
					case <-again.C:
					case <-giveUp:
						t.Fatalf("%s has not sent version %d of the deal: %+v", node, version+1, d.only(deal.ID))
					}
				}
				if version == 0 {
					d.mapped(to, parley.MapsProduct, "video", fmt.Sprintf(`{"ad_units": [%q]}`, node))
				}
			}
			again.Stop()
			stop()
			<-ended
		}
	})
}
