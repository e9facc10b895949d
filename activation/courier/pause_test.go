package courier_test

import (
	"fmt"
	"testing"
	"time"

	"parley"
	"parley/activation/admanager"
	"parley/activation/filedrop"
	"parley/internal/racedetector"
	"parley/seller"
)

// paused has a deal that is live at a destination paused, changed meanwhile, and resumed; settle brings what is due there.
func (d *desk) pausedAndResumed(deal parley.Deal, order parley.Order, settle func(), runs func() bool) {
	d.t.Helper()
	a := d.at(deal.ID, order.ID, parley.ActivationLive, parley.OrderBooked, parley.DealBooked)
	d.must(d.pause(a.ID))
	if a = d.only(deal.ID); a.Paused() || a.Applied() || !runs() {
		d.t.Errorf("a pause that has not arrived: %+v", a)
	}
	settle()
	a = d.at(deal.ID, order.ID, parley.ActivationWaiting, parley.OrderBooked, parley.DealBooked)
	if !a.Paused() || a.Standing == "" || runs() {
		d.t.Errorf("paused: %+v", a)
	}
	if err := d.pause(a.ID); !parley.Is(err, parley.CodeConflict) {
		d.t.Errorf("paused twice: %v", err)
	}
	d.must(d.change(deal.ID, 900_000))
	settle()
	if a = d.only(deal.ID); !a.Paused() || runs() {
		d.t.Errorf("changed while paused: %+v", a)
	}
	d.must(d.act(d.service.ResumeActivation, a.ID))
	settle()
	d.at(deal.ID, order.ID, parley.ActivationLive, parley.OrderBooked, parley.DealBooked)
	if !runs() {
		d.t.Error("resumed, it does not run")
	}
	if err := d.act(d.service.ResumeActivation, a.ID); !parley.Is(err, parley.CodeConflict) {
		d.t.Errorf("resumed twice: %v", err)
	}
}

func TestALiveDealIsPausedAndResumed(t *testing.T) {
	t.Parallel()
	racedetector.AtOnce(t)
	onEach(t, func(t *testing.T, d *desk) {
		d.destination(adServerKind)
		deal, order := d.ordered()
		if err := d.pause(d.only(deal.ID).ID); !parley.Is(err, parley.CodeConflict) {
			t.Errorf("paused before it was sent: %v", err)
		}
		deliver := func() { d.deliver(d.service, "node") }
		deliver()
		d.pausedAndResumed(deal, order, deliver, func() bool { return !d.server.holds("line", deal.ID)[0].rests })
		d.told(deal.ID, "activation.queued", "activation.live", "activation.queued", "activation.paused", "activation.queued", "activation.paused",
			"activation.queued", "activation.live")

		d.must(d.pause(d.only(deal.ID).ID)) // and ends while it rests
		deliver()
		d.clock.Move(9 * 24 * time.Hour)
		deliver()
		d.at(deal.ID, order.ID, parley.ActivationWaiting, parley.OrderBooked, parley.DealBooked)
		d.clock.Move(11 * 24 * time.Hour)
		deliver()
		if a := d.only(deal.ID); a.Status != parley.ActivationEnded {
			t.Errorf("after its flight it is %s", a.Status)
		}
	})
}

func TestAPausedDealIsCancelled(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		d.destination(adServerKind)
		deal, order := d.ordered()
		d.deliver(d.service, "node")
		d.must(d.pause(d.only(deal.ID).ID))
		d.deliver(d.service, "node")
		if err := d.move(d.admin, order.ID, parley.OrderCompleted); !parley.Is(err, parley.CodeConflict) {
			t.Errorf("completed by hand while it rests: %v", err)
		}
		d.must(d.cancel(deal.ID))
		d.deliver(d.service, "node")
		d.at(deal.ID, order.ID, parley.ActivationWithdrawn, parley.OrderUnbooked, parley.DealCancelled)
		if held := d.server.holds("line", deal.ID); len(held) != 1 || !held[0].ended {
			t.Errorf("the line is %+v", held)
		}
	})
}

func TestAPausedSheetIsAnsweredFor(t *testing.T) {
	t.Parallel()
	racedetector.AtOnce(t)
	onEach(t, func(t *testing.T, d *desk) {
		d.destination(filedrop.Kind)
		deal, order := d.ordered()
		runs := true
		settle := func() {
			d.deliver(d.service, "node")
			a := d.only(deal.ID)
			if needs := d.needs(a.ID); needs != seller.NeedsAnswer {
				t.Errorf("needs %q", needs)
			}
			d.must(d.acknowledge(a.ID))
			runs = a.Intent == parley.IntentRun
			if needs := d.needs(a.ID); needs != "" {
				t.Errorf("answered for, it needs %q", needs)
			}
		}
		settle()
		d.pausedAndResumed(deal, order, settle, func() bool { return runs })
	})
}

func (d *desk) needs(id string) seller.ActivationNeed {
	d.t.Helper()
	story, err := d.service.Activation(d.t.Context(), d.admin, id)
	d.must(err)
	return story.Needs
}

// TestALineItemThatSomebodyElsePausedStaysSo has the network's people pause a line item that is then paused and resumed here, and have
// one run that was paused here.
func TestALineItemThatSomebodyElsePausedStaysSo(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		d.network.Serves()
		d.adManager(admanager.HeaderBidding, `, "approve": true`)
		deal, order := d.ordered()
		d.rest()
		line := func() map[string]any { return d.network.Made("lineItems")[0] }
		edit := func(change map[string]any) { d.network.Edits(fmt.Sprint(line()["name"]), change) }
		a := d.at(deal.ID, order.ID, parley.ActivationLive, parley.OrderBooked, parley.DealBooked)
		d.must(d.pause(a.ID))
		d.rest()
		if a = d.only(deal.ID); !a.Paused() || line()["status"] != "PAUSED" {
			t.Fatalf("paused: %+v, %v", a, line())
		}
		edit(map[string]any{"status": "READY"})
		d.rest()
		if a = d.only(deal.ID); a.Status != parley.ActivationWaiting || a.Standing == "" || line()["status"] != "READY" {
			t.Errorf("resumed by somebody else: %+v, %v", a, line())
		}
		edit(map[string]any{"status": "PAUSED", "notes": "by somebody"})
		d.must(d.act(d.service.ResumeActivation, a.ID))
		d.rest()
		if a = d.only(deal.ID); a.Status != parley.ActivationWaiting || a.Intent != parley.IntentRun || line()["status"] != "PAUSED" {
			t.Errorf("paused by somebody else: %+v, %v", a, line())
		}
	})
}
