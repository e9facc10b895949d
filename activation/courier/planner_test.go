package courier_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"parley"
	"parley/activation/admanager"
	"parley/activation/courier"
	"parley/activation/filedrop"
	fake "parley/internal/fake/admanager"
	"parley/seller"
)

// plan plans what is to be sent, as a process does that sends nothing.
func (d *desk) plan() {
	d.t.Helper()
	d.must(courier.NewPlanner(d.service, d.log()).Plan(context.Background()))
}

// planned is the plan that is kept of a deal's only activation.
func (d *desk) planned(dealID string) *parley.ActivationPlan {
	d.t.Helper()
	story, err := d.service.Activation(d.t.Context(), d.admin, d.only(dealID).ID)
	d.must(err)
	return story.Planned
}

// TestDealsArePlannedAndNotSent has a deal planned where nothing is sent, mended, planned again, and sent once sending is on. The buyer
// hears of none of it before.
func TestDealsArePlannedAndNotSent(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		to := d.adManager(admanager.HeaderBidding, "")
		mappings, err := d.service.Mappings(t.Context(), d.admin, seller.MappingFilter{DestinationID: to.ID, Page: seller.Page{Limit: 10}})
		d.must(err)
		for _, m := range mappings.Items {
			if m.About == parley.MapsProduct {
				_, err := d.service.RemoveMapping(t.Context(), d.admin, to.ID, m.ID, nil, keep(&parley.Mapping{}))
				d.must(err)
			}
		}
		deal, order := d.ordered()
		d.plan()
		a := d.at(deal.ID, order.ID, parley.ActivationQueued, parley.OrderApproved, parley.DealBooked)
		kept := d.planned(deal.ID)
		if kept == nil || len(kept.Problems) != 1 || kept.Problems[0].Code != "mapping_missing" || len(kept.Steps) != 0 {
			t.Fatalf("planned without a mapping: %+v", kept)
		}
		if d.needs(a.ID) != seller.NeedsRepair || a.Failure == nil || a.Failure.Code != "mapping_missing" || a.Failures != 0 {
			t.Errorf("nobody is asked: %+v", a)
		}
		d.clock.Move(time.Second)
		d.plan()
		if again := d.planned(deal.ID); !again.At.Equal(kept.At) {
			t.Error("what has not changed is planned again")
		}
		d.must(d.act(d.service.RetryActivation, a.ID))
		d.plan()
		if again := d.planned(deal.ID); again.At.Equal(kept.At) {
			t.Error("somebody tries again, and it is not planned")
		}

		d.mapped(to, parley.MapsProduct, "video", fmt.Sprintf(`{"ad_units": [%q], "sizes": ["640x480"], "max_seconds": 30}`, fake.AdUnit))
		d.plan()
		a = d.at(deal.ID, order.ID, parley.ActivationQueued, parley.OrderApproved, parley.DealBooked)
		kept = d.planned(deal.ID)
		if len(kept.Problems) != 0 || len(kept.Steps) < 3 || kept.Version != a.WantedVersion || !strings.Contains(string(kept.Steps[len(kept.Steps)-1].Body), "1000000") {
			t.Fatalf("planned with the mapping: %+v", kept)
		}
		if a.Failure != nil || d.needs(a.ID) != "" || !strings.Contains(a.Standing, "planned") {
			t.Errorf("it stands at %+v", a)
		}
		d.must(d.change(deal.ID, 900_000))
		d.plan()
		if kept = d.planned(deal.ID); !strings.Contains(string(kept.Steps[len(kept.Steps)-1].Body), "900000") {
			t.Errorf("planned after a change: %+v", kept)
		}
		if len(d.network.Calls()) != 0 {
			t.Errorf("the network was asked: %v", d.network.Calls())
		}
		d.told(deal.ID, "activation.queued")

		other := d.node(d.clock.Read)
		d.deliver(other, "sends")
		if a = d.only(deal.ID); strings.Contains(a.Standing, "switched on") || len(d.network.Calls()) == 0 {
			t.Errorf("sending is on: %+v", a)
		}
	})
}

// TestAPlanLeavesAloneWhatIsSent plans nothing that a node sends, that is live, or that is to end.
func TestAPlanLeavesAloneWhatIsSent(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		d.destination(filedrop.Kind)
		deal, _ := d.ordered()
		d.deliver(d.service, "node")
		d.must(d.acknowledge(d.only(deal.ID).ID))
		before := d.only(deal.ID)
		d.plan()
		if after := d.only(deal.ID); after.Status != before.Status || d.planned(deal.ID) != nil {
			t.Errorf("a live one is planned: %+v", after)
		}
		d.must(d.cancel(deal.ID))
		d.plan()
		if d.planned(deal.ID) != nil {
			t.Error("what is to end is planned")
		}
	})
}
