package courier_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"parley"
	"parley/activation"
	"parley/activation/admanager"
	fake "parley/internal/fake/admanager"
	"parley/seller"
)

// adManager makes a destination in the desk's network, with the product and the seat mapped.
func (d *desk) adManager(mode admanager.Mode, more string) parley.Destination {
	d.t.Helper()
	to := d.destination(admanager.Kind, func(r *seller.DestinationRequest) {
		r.Settings = json.RawMessage(fmt.Sprintf(`{"network": %q, "mode": %q, "currency": "USD", "trafficker": %q, "deal_key": %q, "deal_key_id": %q,
			"advertiser": %q%s}`, fake.Network, mode, fake.Trafficker, fake.DealKey, fake.DealKeyID, fake.Advertiser, more))
	})
	_, err := d.service.SetDestinationCredential(context.Background(), d.admin, to.ID, string(d.network.Credential()), keep(&to))
	d.must(err)
	d.mapped(to, parley.MapsProduct, "video", fmt.Sprintf(`{"ad_units": [%q], "sizes": ["640x480"], "max_seconds": 30}`, fake.AdUnit))
	d.mapped(to, parley.MapsSeat, "seat-1", fmt.Sprintf(`{"buyer_account": %q}`, fake.Buyer))
	return to
}

func (d *desk) mapped(to parley.Destination, about parley.MappingAbout, name, refs string) {
	d.t.Helper()
	var m parley.Mapping
	_, err := d.service.SetMapping(context.Background(), d.admin, to.ID, seller.MappingRequest{About: about, Name: name, Refs: json.RawMessage(refs)}, keep(&m))
	d.must(err)
}

// TestADealBecomesALineItem follows a deal in a network that loses one answer of four after doing the work.
func TestADealBecomesALineItem(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		to := d.adManager(admanager.HeaderBidding, "")
		chance := rand.New(rand.NewPCG(1, 2))
		d.network.Breaks(func(string, string) fake.Fault {
			if chance.IntN(4) == 0 {
				return fake.DropsAfter
			}
			return fake.None
		})
		deal, order := d.ordered()
		d.settleDown()
		if a := d.at(deal.ID, order.ID, parley.ActivationWaiting, parley.OrderSyncing, parley.DealBooked); !strings.Contains(a.Standing, "approval") {
			t.Errorf("waits for %s", a.Standing)
		}
		placed := d.network.Made("orders")
		if len(placed) != 1 || len(d.network.Made("lineItems")) != 1 || len(d.network.Made("customTargetingValues")) != 1 {
			t.Fatalf("there are %v", placed)
		}
		d.network.Edits(fmt.Sprint(placed[0]["name"]), map[string]any{"status": "APPROVED"})
		d.network.Serves()
		d.settleDown()
		if a := d.at(deal.ID, order.ID, parley.ActivationLive, parley.OrderBooked, parley.DealBooked); !a.Applied() {
			t.Error("what is live is not applied")
		}
		d.must(d.change(deal.ID, 1_200_000))
		d.settleDown()
		if goal := fmt.Sprint(d.network.Made("lineItems")[0]["goal"]); !strings.Contains(goal, "1200000") {
			t.Errorf("the goal is %s", goal)
		}
		d.must(d.cancel(deal.ID))
		d.settleDown()
		d.at(deal.ID, order.ID, parley.ActivationWithdrawn, parley.OrderUnbooked, parley.DealCancelled)
		if line := d.network.Made("lineItems")[0]; line["status"] != "PAUSED" || d.network.Made("orders")[0]["archived"] != true {
			t.Errorf("the line item is %v", line)
		}
		d.network.Breaks(nil)
		findings, err := d.service.CheckDestination(t.Context(), d.admin, to.ID)
		if d.must(err); len(findings) != 1 || findings[0].Problem || !strings.Contains(findings[0].Text, "time zone") {
			t.Errorf("%v", findings)
		}
	})
}

// TestAPersonChoosesAmongSeveral has two line items in the network that say that they are the deal's. A person chooses one, which is
// brought to what is wanted; the other is left as it is.
func TestAPersonChoosesAmongSeveral(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		d.served()
		deal, order := d.ordered()
		d.network.Breaks(func(method, path string) fake.Fault {
			if method+" "+path == "POST lineItems" {
				return fake.Answers + "400"
			}
			return fake.None
		})
		d.deliver(d.service, "node")
		d.network.Breaks(nil)
		d.at(deal.ID, order.ID, parley.ActivationFailed, parley.OrderInProgress, parley.DealBooked)
		var names []string
		for _, text := range []string{"first", "second"} {
			names = append(names, d.network.Adds("lineItems", map[string]any{
				"order": d.network.Made("orders")[0]["name"], "externalLineItemId": deal.ID, "displayName": text, "status": "READY", "startTime": "2026-06-10T04:00:00Z", "notes": "",
				"creativeRotationType": "EVENLY", "costType": "CPM", "lineItemType": "STANDARD",
			}))
		}
		adopt := func(ref string) error {
			return d.act(func(ctx context.Context, call seller.Call, id string, encode seller.Encode[parley.Activation]) (seller.Answer, error) {
				return d.service.AdoptActivation(ctx, call, id, ref, encode)
			}, d.only(deal.ID).ID)
		}
		if err := adopt(names[1]); !parley.Is(err, parley.CodeConflict) {
			t.Errorf("chosen before anything was found: %v", err)
		}
		d.must(d.act(d.service.RetryActivation, d.only(deal.ID).ID))
		d.settleDown()
		a := d.at(deal.ID, order.ID, parley.ActivationFailed, parley.OrderInProgress, parley.DealBooked)
		if found := activation.Candidates(a.Failure); len(found) != 2 || found[0] != names[0] || found[1] != names[1] {
			t.Fatalf("failed with %+v, of which %q are candidates", a.Failure, found)
		}
		for _, ref := range []string{"", "networks/1/lineItems/1", names[0] + " " + names[1]} {
			if err := adopt(ref); !parley.Is(err, parley.CodeValidation) {
				t.Errorf("%q is chosen: %v", ref, err)
			}
		}
		d.must(adopt(names[1]))
		d.settleDown()
		d.at(deal.ID, order.ID, parley.ActivationLive, parley.OrderBooked, parley.DealBooked)
		for _, line := range d.network.Made("lineItems") {
			if ours := strings.Contains(fmt.Sprint(line["goal"]), fmt.Sprint(deal.Impressions)); ours != (line["name"] == names[1]) {
				t.Errorf("the line item is %v", line)
			}
		}
		if len(d.network.Made("lineItems")) != 2 {
			t.Errorf("there are %v", d.network.Made("lineItems"))
		}
	})
}

// settleDown lets time pass until the network was asked again and again.
func (d *desk) settleDown() {
	d.t.Helper()
	for range 40 {
		d.deliver(d.service, "node")
		d.clock.Move(20 * time.Minute)
	}
}

// TestABuyerIsToldGooglesId has a private auction, which Google gives an id of its own.
func TestABuyerIsToldGooglesId(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		d.adManager(admanager.PrivateAuction, "")
		deal, order := d.orderedAs("PA")
		d.deliver(d.service, "node")
		d.at(deal.ID, order.ID, parley.ActivationWaiting, parley.OrderSyncing, parley.DealBooked)
		made := d.network.Made("privateAuctionDeals")[0]
		d.network.Edits(fmt.Sprint(made["name"]), map[string]any{"status": "ACTIVE"})
		d.clock.Move(20 * time.Minute)
		d.deliver(d.service, "node")
		d.at(deal.ID, order.ID, parley.ActivationLive, parley.OrderBooked, parley.DealBooked)
		seen, err := d.service.Deal(t.Context(), d.buyer, deal.ID)
		d.must(err)
		if len(seen.Aliases) != 1 || seen.Aliases[0].System != "google" || seen.Aliases[0].ID != made["externalDealId"] || seen.Aliases[0].Seat != fake.Buyer {
			t.Errorf("the buyer is told %v, want %v", seen.Aliases, made["externalDealId"])
		}
		listed, err := d.service.Deals(t.Context(), d.buyer, seller.DealFilter{Page: seller.Page{Limit: 10}})
		d.must(err)
		if len(listed.Items) != 1 || len(listed.Items[0].Aliases) != 1 {
			t.Errorf("listed as %v", listed.Items)
		}

		// One that can be none says nothing of the deal.
		d.network.Edits(fmt.Sprint(made["name"]), map[string]any{"externalDealId": "no id"})
		d.clock.Move(2 * time.Hour)
		d.deliver(d.service, "node")
		if a := d.at(deal.ID, order.ID, parley.ActivationLive, parley.OrderBooked, parley.DealBooked); a.Failures != 1 || a.Failure.Code != "answer" {
			t.Errorf("failed with %+v", a.Failure)
		}
		d.network.Edits(fmt.Sprint(made["name"]), map[string]any{"externalDealId": made["externalDealId"]})

		// An id that is another deal's is not taken over.
		other, second := d.orderedAs("PA")
		d.deliver(d.service, "node")
		for _, o := range d.network.Made("privateAuctionDeals") {
			d.network.Edits(fmt.Sprint(o["name"]), map[string]any{"externalDealId": made["externalDealId"]})
		}
		d.clock.Move(20 * time.Minute)
		d.deliver(d.service, "node")
		if a := d.at(other.ID, second.ID, parley.ActivationFailed, parley.OrderSyncing, parley.DealBooked); a.Failure.Code != "alias_taken" {
			t.Errorf("failed with %+v", a.Failure)
		}
	})
}
