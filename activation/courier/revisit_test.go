package courier_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"

	"parley"
	"parley/activation/admanager"
	fake "parley/internal/fake/admanager"
	"parley/seller"
)

// revisits looks at the deals at destinations that were changed, until all have been looked at.
func (d *desk) revisits() {
	d.t.Helper()
	for range 100 {
		more, err := d.service.RevisitActivations(d.t.Context())
		d.must(err)
		if !more {
			return
		}
	}
	d.t.Fatal("there is always more to look at")
}

// served makes a destination in the network whose line items go live by themselves.
func (d *desk) served() parley.Destination {
	d.t.Helper()
	d.network.Serves()
	return d.adManager(admanager.HeaderBidding, `, "approve": true`)
}

const wide, square = `{"ad_units": [%q], "sizes": ["640x480"], "max_seconds": 30}`, `{"ad_units": [%q], "sizes": ["300x250"], "max_seconds": 30}`

// TestAChangedMappingReachesWhatIsLive changes what a product is called where a deal of it is live, and leaves alone the deals of
// which nothing else is wanted.
func TestAChangedMappingReachesWhatIsLive(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		to := d.served()
		deal, order := d.ordered()
		d.settleDown()
		before := d.at(deal.ID, order.ID, parley.ActivationLive, parley.OrderBooked, parley.DealBooked)

		// What another seat is called there moves nothing.
		d.mapped(to, parley.MapsSeat, "seat-9", fmt.Sprintf(`{"buyer_account": %q}`, fake.Buyer))
		d.revisits()
		if a := d.only(deal.ID); a.WantedVersion != before.WantedVersion || a.Status != parley.ActivationLive {
			t.Errorf("another's mapping has it %s, in version %d", a.Status, a.WantedVersion)
		}

		d.mapped(to, parley.MapsProduct, "video", fmt.Sprintf(square, fake.AdUnit))
		d.revisits()
		if a := d.only(deal.ID); a.Applied() || a.WantedVersion != before.WantedVersion+1 {
			t.Errorf("what is wanted now counts as applied: wanted %d, applied %d", a.WantedVersion, a.AppliedVersion)
		}
		d.settleDown()
		if a := d.at(deal.ID, order.ID, parley.ActivationLive, parley.OrderBooked, parley.DealBooked); !a.Applied() {
			t.Errorf("wanted %d, applied %d", a.WantedVersion, a.AppliedVersion)
		}
		if lines := d.network.Made("lineItems"); len(lines) != 1 || !strings.Contains(fmt.Sprint(lines[0]), "300") {
			t.Errorf("there are %v", lines)
		}
	})
}

// TestAMissingMappingIsMendedByItself has a deal fail since its product has no mapping, and go on once it has one; and one that is
// live be shown as not applied when its mapping is taken away.
func TestAMissingMappingIsMendedByItself(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		to := d.served()
		present, err := d.service.Mappings(t.Context(), d.admin, seller.MappingFilter{DestinationID: to.ID, About: parley.MapsProduct})
		d.must(err)
		remove := func(id string) {
			t.Helper()
			var m parley.Mapping
			_, err := d.service.RemoveMapping(t.Context(), d.admin, to.ID, id, keep(&m))
			d.must(err)
		}
		remove(present.Items[0].ID)
		deal, order := d.ordered()
		d.settleDown()
		a := d.at(deal.ID, order.ID, parley.ActivationFailed, parley.OrderInProgress, parley.DealBooked)
		d.revisits()
		if again := d.only(deal.ID); again.WantedVersion != a.WantedVersion {
			t.Error("what is still missing was tried again")
		}
		d.mapped(to, parley.MapsProduct, "video", fmt.Sprintf(wide, fake.AdUnit))
		d.revisits()
		d.settleDown()
		d.at(deal.ID, order.ID, parley.ActivationLive, parley.OrderBooked, parley.DealBooked)

		present, err = d.service.Mappings(t.Context(), d.admin, seller.MappingFilter{DestinationID: to.ID, About: parley.MapsProduct})
		d.must(err)
		remove(present.Items[0].ID)
		d.revisits()
		d.settleDown()
		a = d.at(deal.ID, order.ID, parley.ActivationFailed, parley.OrderBooked, parley.DealBooked)
		if a.Applied() || a.Failure == nil || a.Failure.Code != "mapping_missing" {
			t.Errorf("without its mapping: applied %t, %+v", a.Applied(), a.Failure)
		}
	})
}

// TestChangedSettingsAreSentAgain changes a destination's settings, after which each deal there is asked about and sent anew; its
// name alone moves nothing.
func TestChangedSettingsAreSentAgain(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		to := d.served()
		deal, order := d.ordered()
		d.settleDown()
		before := d.at(deal.ID, order.ID, parley.ActivationLive, parley.OrderBooked, parley.DealBooked)
		change := func(name string, settings json.RawMessage) {
			t.Helper()
			request := seller.DestinationRequest{Kind: to.Kind, Name: name, Settings: settings, Trigger: to.Trigger, Release: to.Release, Required: true}
			_, err := d.service.ChangeDestination(t.Context(), d.admin, to.ID, nil, request, keep(&to))
			d.must(err)
			d.revisits()
		}
		change("another name", to.Settings)
		if a := d.only(deal.ID); a.WantedVersion != before.WantedVersion {
			t.Error("a name had it sent again")
		}
		change("another name", json.RawMessage(strings.Replace(string(to.Settings), `"approve":true`, `"approve":false`, 1)))
		if a := d.only(deal.ID); a.Applied() || a.WantedVersion != before.WantedVersion+1 || a.Status != parley.ActivationQueued {
			t.Errorf("after other settings it is %s, wanted %d", a.Status, a.WantedVersion)
		}
		d.settleDown()
		if a := d.at(deal.ID, order.ID, parley.ActivationLive, parley.OrderBooked, parley.DealBooked); !a.Applied() {
			t.Errorf("wanted %d, applied %d", a.WantedVersion, a.AppliedVersion)
		}
		if lines := d.network.Made("lineItems"); len(lines) != 1 {
			t.Errorf("there are %v", lines)
		}
	})
}

// TestMappingsChangeWhileDealsAreSent changes a mapping again and again while deals are booked, ordered, sent and looked at. No two
// wait for each other for good, and in the end each deal is there as the last mapping has it.
func TestMappingsChangeWhileDealsAreSent(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		to := d.served()
		const deals, changes = 12, 8
		var booked []parley.Deal
		var mu sync.Mutex
		var trading sync.WaitGroup
		for range 3 {
			trading.Go(func() {
				for range deals / 3 {
					deal, _ := d.ordered()
					mu.Lock()
					booked = append(booked, deal)
					mu.Unlock()
					d.deliver(d.service, "node")
				}
			})
		}
		trading.Go(func() {
			for n := range changes {
				d.mapped(to, parley.MapsProduct, "video", fmt.Sprintf([]string{square, wide}[n%2], fake.AdUnit))
				d.revisits()
			}
			d.mapped(to, parley.MapsProduct, "video", fmt.Sprintf(square, fake.AdUnit))
			d.revisits()
		})
		trading.Wait()
		d.settleDown()
		d.revisits()
		d.settleDown()
		for _, deal := range booked {
			if a := d.only(deal.ID); a.Status != parley.ActivationLive || !a.Applied() {
				t.Errorf("%s is %s (%+v), wanted %d, applied %d", deal.ID, a.Status, a.Failure, a.WantedVersion, a.AppliedVersion)
			}
		}
		lines := d.network.Made("lineItems")
		for _, line := range lines {
			if text := fmt.Sprint(line); strings.Contains(text, "640") {
				t.Errorf("a line item is as an earlier mapping had it: %s", text)
			}
		}
		if len(lines) != deals {
			t.Errorf("there are %d line items of %d deals", len(lines), deals)
		}
	})
}
