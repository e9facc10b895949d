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
