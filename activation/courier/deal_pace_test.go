package courier_test

import (
	"context"
	"encoding/json"
	"slices"
	"testing"
	"time"

	"parley"
	"parley/seller"
)

// paces looks at how deals keep up, on two nodes one after the other.
func (d *desk) paces() {
	d.t.Helper()
	for _, node := range []*seller.Service{d.service, d.node(d.clock.Read)} {
		for range 2 {
			_, err := node.PaceDeals(context.Background())
			d.must(err)
		}
	}
}

// pacingTold is what the buyer was told of how a deal keeps up, the oldest first.
func (d *desk) pacingTold(dealID string) (told []string) {
	d.t.Helper()
	events, err := d.service.Events(context.Background(), d.buyer, seller.EventFilter{Type: parley.EventDealPacingChanged, Page: seller.Page{Limit: 100}})
	d.must(err)
	for _, e := range events.Items {
		var is struct{ Pacing, Before string }
		d.must(json.Unmarshal(e.Data, &is))
		if e.DealID == dealID {
			told = append(told, is.Before+" to "+is.Pacing)
		}
	}
	return told
}

// TestHowADealKeepsUpIsTold has a deal run for ten days, of which a file says each noon what the day before brought. What two days in a
// row have shown is told once, to its buyer too; a day alone is not, and that all is as planned goes without saying.
func TestHowADealKeepsUpIsTold(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		d.destination(adServerKind)
		deal, unheard := d.book(), d.book() // 1,000,000 impressions from 10 to 19 June each
		silent, _ := d.ordered()            // live, and no figures come
		d.deliver(d.service, "node")
		d.clock.Move(9 * 24 * time.Hour) // noon of 10 June
		d.paces()
		var want []string
		for i, day := range []struct {
			impressions int64
			told        string
		}{
			{100_000, ""}, {100_000, ""},
			{0, ""}, {200_000, ""}, // behind on one day alone
			{0, ""}, {0, "on_pace to behind"},
			{300_000, ""}, {100_000, "behind to on_pace"},
			{100_000, ""}, {100_000, ""}, {0, "on_pace to delivered"},
		} {
			d.clock.Move(24 * time.Hour)
			of := deal.Flight.Start + parley.Date(i)
			_, err := d.service.ImportDelivery(t.Context(), d.admin, seller.DeliveryFile{
				Source: "ad server", Digest: func() string { return of.String() },
				Feed: func(stage func(int, parley.DeliveryDay) error) error {
					return stage(1, parley.DeliveryDay{DealID: deal.ID, Day: of, DeliveryFigures: parley.DeliveryFigures{Impressions: day.impressions}})
				},
			}, false)
			d.must(err)
			d.paces()
			if day.told != "" {
				want = append(want, day.told)
			}
			if got := d.pacingTold(deal.ID); !slices.Equal(got, want) {
				t.Fatalf("after %s: told %q, want %q", of, got, want)
			}
		}
		if got := d.pacingTold(silent.ID); !slices.Equal(got, []string{" to no_data", "no_data to short"}) {
			t.Errorf("of the deal that nothing is heard of: %q", got)
		}
		if got := d.pacingTold(unheard.ID); len(got) > 0 {
			t.Errorf("of the deal that nobody serves: %q", got)
		}
	})
}
