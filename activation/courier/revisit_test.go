package courier_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"parley"
	"parley/activation"
	"parley/activation/admanager"
	"parley/delivery"
	fake "parley/internal/fake/admanager"
	"parley/internal/racedetector"
	"parley/internal/stores"
	"parley/seller"
	"parley/storage"
	"parley/storage/storagetest"
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
			_, err := d.service.RemoveMapping(t.Context(), d.admin, to.ID, id, nil, keep(&m))
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
	racedetector.AtOnce(t)
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
			if text := fmt.Sprint(line); strings.Contains(text, "width:640") {
				t.Errorf("a line item is as an earlier mapping had it: %s", text)
			}
		}
		if len(lines) != deals {
			t.Errorf("there are %d line items of %d deals", len(lines), deals)
		}
	})
}

// TestWhatCannotBeLookedAtIsFoundAgain has the database refuse to change one of two deals whose destination changed: the other one goes on,
// the desk sees the one with the reason, and it is brought there once the database takes it.
func TestWhatCannotBeLookedAtIsFoundAgain(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		to := d.served()
		stuck, stuckOrder := d.ordered()
		other, otherOrder := d.ordered()
		d.settleDown()
		before := d.at(stuck.ID, stuckOrder.ID, parley.ActivationLive, parley.OrderBooked, parley.DealBooked)
		when, drop := "WHEN OLD.id = '"+before.ID+"' BEGIN SELECT RAISE(ABORT, 'poisoned'); END", "DROP TRIGGER poison"
		if strings.HasSuffix(t.Name(), "postgres") {
			stores.Run(t, d.store, `CREATE FUNCTION poison() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'poisoned'; END $$ LANGUAGE plpgsql`)
			when, drop = "FOR EACH ROW WHEN (OLD.id = '"+before.ID+"') EXECUTE FUNCTION poison()", drop+" ON activations"
		}
		stores.Run(t, d.store, "CREATE TRIGGER poison BEFORE UPDATE ON activations "+when)
		d.mapped(to, parley.MapsProduct, "video", fmt.Sprintf(square, fake.AdUnit))
		d.revisits()
		missed := func(tries int) {
			t.Helper()
			cases, err := d.service.ActivationCases(t.Context(), d.admin)
			d.must(err)
			story, err := d.service.Activation(t.Context(), d.admin, before.ID)
			d.must(err)
			if tries == 0 {
				if len(cases) != 0 || story.Missed != nil {
					t.Errorf("nothing is missed: %+v, %+v", cases, story.Missed)
				}
				return
			}
			if len(cases) != 1 || cases[0].ID != before.ID || cases[0].Needs != seller.NeedsRevisit || cases[0].Missed == nil || story.Needs != seller.NeedsRevisit ||
				story.Missed == nil || story.Missed.Tries != tries || story.Missed.Text == "" || strings.Contains(story.Missed.Text, "poison") {
				t.Fatalf("the desk sees %+v, and %+v", cases, story.Missed)
			}
		}
		missed(1)
		d.revisits() // not before its time
		missed(1)
		d.clock.Move(time.Minute)
		d.revisits()
		missed(2)
		d.deliver(d.service, "node")
		if a := d.at(other.ID, otherOrder.ID, parley.ActivationLive, parley.OrderBooked, parley.DealBooked); a.WantedVersion != before.WantedVersion+1 {
			t.Errorf("the other one is in version %d", a.WantedVersion)
		}
		stores.Run(t, d.store, drop)
		d.clock.Move(2 * time.Minute)
		d.revisits()
		missed(0)
		d.settleDown()
		if a := d.at(stuck.ID, stuckOrder.ID, parley.ActivationLive, parley.OrderBooked, parley.DealBooked); !a.Applied() || a.WantedVersion != before.WantedVersion+1 {
			t.Errorf("wanted %d, applied %d", a.WantedVersion, a.AppliedVersion)
		}
	})
}

// TestAChangeOfADestinationIsSeenBefore looks at what other settings, limits and matches would do to two deals that are live.
func TestAChangeOfADestinationIsSeenBefore(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		to := d.served()
		first, _ := d.ordered()
		second, _ := d.ordered()
		d.settleDown()
		preview := func(change func(*seller.DestinationRequest)) seller.DestinationPreview {
			t.Helper()
			request := seller.DestinationRequest{Name: to.Name, Settings: to.Settings, Match: to.Match, Trigger: to.Trigger, Release: to.Release, Required: to.Required}
			change(&request)
			p, err := d.service.PreviewDestination(t.Context(), d.admin, to.ID, request)
			d.must(err)
			if p.Activations != 2 || p.Planned != 2 {
				t.Errorf("%d are there, %d looked at", p.Activations, p.Planned)
			}
			return p
		}
		replaced := func(old, now string) func(*seller.DestinationRequest) {
			return func(r *seller.DestinationRequest) {
				r.Settings = json.RawMessage(strings.Replace(string(to.Settings), old, now, 1))
			}
		}
		if p := preview(func(r *seller.DestinationRequest) { r.Name = "another name" }); p.Resent || p.Differ != 0 || p.Failing.Count+p.Left.Count != 0 {
			t.Errorf("another name: %+v", p)
		}
		if p := preview(replaced(`"approve":true`, `"approve":false`)); !p.Resent || p.Differ != 2 || p.Failing.Count != 0 {
			t.Errorf("without approval: %+v", p)
		}
		if p := preview(replaced(`"currency":"USD"`, `"currency":"EUR"`)); !p.Resent || p.Differ != 0 || p.Failing.Count != 2 ||
			p.Failing.Named[0].DealID != first.ID || p.Failing.Named[1].DealID != second.ID || p.Failing.Named[0].Problem.Field != "currency" {
			t.Errorf("in another currency: %+v", p)
		}
		p := preview(func(r *seller.DestinationRequest) { r.Match.DealTypes = []parley.DealType{parley.PrivateAuction} })
		if p.Resent || p.Differ != 0 || p.Left.Count != 2 || len(p.Left.Named) != 2 {
			t.Errorf("for private auctions: %+v", p)
		}
		if _, err := d.service.PreviewDestination(t.Context(), d.admin, to.ID, seller.DestinationRequest{Name: ""}); !parley.Is(err, parley.CodeValidation) {
			t.Errorf("without a name: %v", err)
		}
		if _, err := d.service.PreviewDestination(t.Context(), d.buyer, to.ID, seller.DestinationRequest{Name: "x"}); !parley.Is(err, parley.CodeForbidden) {
			t.Errorf("a buyer: %v", err)
		}
		now, err := d.service.Destination(t.Context(), d.admin, to.ID)
		d.must(err)
		if now.Version != to.Version || !d.only(first.ID).Applied() {
			t.Errorf("something was changed: %+v", now)
		}
	})
}

// TestAChangeOfADestinationIsSeenBeforeWhole has more deals at a destination than are read at once, and than are named.
func TestAChangeOfADestinationIsSeenBeforeWhole(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		to := d.destination(adServerKind)
		deal, _ := d.ordered()
		d.deliver(d.service, "node")
		there := d.only(deal.ID)
		const all = 230
		d.must(d.store.Tx(t.Context(), func(tx *storage.Tx) error {
			for i := 1; i < all; i++ {
				another, a := deal, there
				another.ID, another.QuoteID = fmt.Sprint("PRLY-", i), ""
				a.ID, a.DealID, a.Steps = fmt.Sprintf("%s%04d", there.ID, i), another.ID, nil
				tx.InsertDeal(another)
				tx.InsertActivation(a)
			}
			return nil
		}))
		p, err := d.service.PreviewDestination(t.Context(), d.admin, to.ID, seller.DestinationRequest{
			Name: to.Name, Required: true, Match: parley.DestinationMatch{DealTypes: []parley.DealType{parley.PrivateAuction}},
		})
		d.must(err)
		if p.Activations != all || p.Planned != all || p.Left.Count != all || len(p.Left.Named) != 50 || p.Left.Named[0].DealID != deal.ID {
			t.Errorf("%d are there, %d looked at, %d left, %d of them named", p.Activations, p.Planned, p.Left.Count, len(p.Left.Named))
		}
	})
}

// TestMissingCreativesAreTheDiagnosis has a line item that only lacks creatives.
func TestMissingCreativesAreTheDiagnosis(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		d.adManager(admanager.HeaderBidding, `, "approve": true`)
		deal, _ := d.ordered()
		d.settleDown()
		diagnosis := func() *delivery.Step {
			t.Helper()
			found, err := d.service.DealDelivery(t.Context(), d.buyer, deal.ID)
			d.must(err)
			return found.Health.Diagnosis
		}
		if a := d.only(deal.ID); a.Standing != parley.CreativesDue {
			t.Fatalf("it waits for %q", a.Standing)
		}
		if why := diagnosis(); why == nil || why.Rung != delivery.RungCreatives || why.Acts != delivery.BuyerActs {
			t.Errorf("the diagnosis is %+v", why)
		}
		// The last day for them is the product's to say, and a deal that is looked at after it is told so.
		product, err := d.service.CatalogProduct(t.Context(), d.admin, "video")
		d.must(err)
		product.CreativeSpecs = &parley.CreativeSpecs{LeadDays: 3}
		_, err = d.service.ImportCatalog(t.Context(), seller.Terminal("test"), seller.CatalogImport{
			Feed: func(stage func(int, parley.ProductChange) error) error {
				return stage(2, storagetest.WholeProduct(product))
			},
		})
		d.must(err)
		const last = "2026-06-07" // the flight begins on the tenth
		if why := diagnosis(); why == nil || !strings.Contains(why.Text, last) {
			t.Errorf("the diagnosis is %+v, want the day %s", why, last)
		}
		warned := func() bool {
			t.Helper()
			seen, err := d.service.PreviewActivations(t.Context(), d.admin, deal.ID, false)
			d.must(err)
			return slices.ContainsFunc(seen[0].Plan.Warnings, func(w activation.Warning) bool {
				return w.Field == "creative_specs.lead_days" && strings.Contains(w.Text, last)
			})
		}
		if warned() {
			t.Error("it is told before they are due")
		}
		d.clock.Move(time.Date(2026, 6, 8, 12, 0, 0, 0, time.UTC).Sub(d.clock.Read()))
		if !warned() {
			t.Error("nobody is told that creatives were due")
		}
		d.network.Serves()
		d.rest()
		if why := diagnosis(); why != nil {
			t.Errorf("with creatives the diagnosis is %+v", why)
		}
	})
}
