package courier_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"parley"
	"parley/seller"
)

// TestWhatBecomesOfADestinationIsTold makes a destination, changes it in every way, has it pause itself and removes another one: the
// publisher is told of each once, and buyers of none.
func TestWhatBecomesOfADestinationIsTold(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		to := d.destination(adServerKind)
		var told []string
		happened := func(want ...string) {
			t.Helper()
			told = append(told, want...)
			events, err := d.service.Events(t.Context(), d.admin, seller.EventFilter{Page: seller.Page{Limit: 500}})
			d.must(err)
			var got []string
			for _, e := range events.Items {
				var about struct {
					ID string `json:"destination_id"`
				}
				d.must(json.Unmarshal(e.Data, &about))
				if e.Owner == "" && about.ID == to.ID {
					got = append(got, string(e.Type))
				}
			}
			if !slices.Equal(got, told) {
				t.Errorf("told %v, want %v", got, told)
			}
		}
		happened("destination.created")
		_, err := d.service.ChangeDestination(t.Context(), d.admin, to.ID, nil, seller.DestinationRequest{Name: "another", Required: true}, keep(&to))
		d.must(err)
		happened("destination.changed")
		d.mapped(to, parley.MapsProduct, "video", `{}`)
		happened("destination.changed")
		d.mapped(to, parley.MapsProduct, "video", `{}`) // as it is
		_, err = d.service.SetDestinationCredential(t.Context(), d.admin, to.ID, "tok-4711", keep(&to))
		d.must(err)
		happened("destination.changed")
		_, err = d.service.PauseDestination(t.Context(), d.admin, to.ID, "a test", keep(&to))
		d.must(err)
		happened("destination.paused")
		_, err = d.service.ResumeDestination(t.Context(), d.admin, to.ID, keep(&to))
		d.must(err)
		happened("destination.changed")

		// It refuses its credentials, and then takes them: that is not in a row.
		refused := 0
		d.server.breaks(func(string, string) fault {
			if refused++; refused < parley.MostCredentialFailures {
				return forbids
			}
			return ""
		})
		d.ordered()
		d.rest()
		if found, err := d.service.Destination(t.Context(), d.admin, to.ID); err != nil || found.Failures != 0 {
			t.Errorf("it has failed %d times in a row, %v", found.Failures, err)
		}
		happened()
		d.server.calls = nil

		// It refuses its credentials: the fifth time pauses it, and nothing else is tried there.
		d.server.breaks(func(string, string) fault { return forbids })
		for range 2 * parley.MostCredentialFailures {
			d.ordered()
		}
		for range 5 {
			d.deliver(d.service, "node")
			d.clock.Move(time.Hour)
		}
		if n := len(d.server.calls); n != parley.MostCredentialFailures {
			t.Errorf("it was asked %d times", n)
		}
		happened("destination.paused")

		one := d.destination(adServerKind, func(r *seller.DestinationRequest) { r.Name = "of no deal" })
		_, err = d.service.RemoveDestination(t.Context(), d.admin, one.ID, keep(&one))
		d.must(err)
		to, told = one, nil
		happened("destination.created", "destination.removed")
		events, err := d.service.Events(t.Context(), d.buyer, seller.EventFilter{Page: seller.Page{Limit: 500}})
		d.must(err)
		for _, e := range events.Items {
			if e.Owner == "" {
				t.Errorf("the buyer is told %s", e.Type)
			}
		}
	})
}

// TestFiguresThatCameInAreTold takes a file in, and the same once more.
func TestFiguresThatCameInAreTold(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		deal := d.book()
		d.clock.Move(10 * 24 * time.Hour)
		for range 2 {
			d.counted("ad server", deal)
		}
		events, err := d.service.Events(t.Context(), d.admin, seller.EventFilter{Type: parley.EventDeliveryReceived, Page: seller.Page{Limit: 10}})
		d.must(err)
		if len(events.Items) != 1 {
			t.Fatalf("told %d times", len(events.Items))
		}
		var facts struct {
			Source  string
			Rows    int
			Changed int
		}
		d.must(json.Unmarshal(events.Items[0].Data, &facts))
		if facts.Source != "ad server" || facts.Rows != 1 || facts.Changed != 1 || events.Items[0].Owner != "" {
			t.Errorf("told %s", events.Items[0].Data)
		}
	})
}

// TestWhoNeedsSomebodyFirstIsListedFirst has deals that nothing is heard of, are behind and keep up: the worst come first, and of those the
// ones with the most at risk.
func TestWhoNeedsSomebodyFirstIsListedFirst(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		keepsUp, small, large, behind := d.book(), d.book(), d.book(), d.book()
		d.must(d.change(large.ID, 1_500_000))
		d.clock.Move(13 * 24 * time.Hour) // noon of 14 June: four of ten days are complete
		_, err := d.service.ImportDelivery(t.Context(), d.admin, seller.DeliveryFile{
			Source: "ad server", Digest: func() string { return "one" },
			Feed: func(stage func(int, parley.DeliveryDay) error) error {
				for i := range 4 {
					for n, of := range map[int64]parley.Deal{100_000: keepsUp, 50_000: behind} {
						row := parley.DeliveryDay{DealID: of.ID, Day: of.Flight.Start + parley.Date(i), DeliveryFigures: parley.DeliveryFigures{Impressions: n}}
						if err := stage(i+2, row); err != nil {
							return err
						}
					}
				}
				return nil
			},
		}, false)
		d.must(err)
		listed := func(want ...string) {
			t.Helper()
			for limit := 1; limit <= len(want); limit++ {
				found, err := d.service.DeliveryHealth(t.Context(), d.admin, limit)
				d.must(err)
				var got []string
				for _, one := range found {
					got = append(got, one.Deal.ID+" "+string(one.Pace.State))
				}
				if !slices.Equal(got, want[:limit]) {
					t.Errorf("of %d: %q, want %q", limit, got, want[:limit])
				}
			}
		}
		// The same before anything of it is kept, when all is, and after each thing that it hangs on.
		both := func(want ...string) {
			t.Helper()
			listed(want...)
			reckoned, err := d.service.ReckonEarnings(t.Context())
			d.must(err)
			if reckoned == 0 {
				t.Error("nothing is kept of it")
			}
			listed(want...)
			again, err := d.service.ReckonEarnings(t.Context())
			d.must(err)
			if again != 0 {
				t.Errorf("%d deals were looked at again", again)
			}
		}
		none := []string{large.ID + " no_data", small.ID + " no_data"}
		both(append(none, behind.ID+" behind", keepsUp.ID+" on_pace")...)
		d.clock.Move(2 * 24 * time.Hour)
		both(append(none, behind.ID+" no_data", keepsUp.ID+" no_data")...) // nothing came for two days
		_, err = d.service.ImportDelivery(t.Context(), d.admin, seller.DeliveryFile{
			Source: "ad server", Digest: func() string { return "two" }, AsOf: d.clock.Read(),
			Feed: func(stage func(int, parley.DeliveryDay) error) error {
				for i := range 6 {
					row := parley.DeliveryDay{DealID: behind.ID, Day: behind.Flight.Start + parley.Date(i), DeliveryFigures: parley.DeliveryFigures{Impressions: 100_000}}
					if err := stage(i+2, row); err != nil {
						return err
					}
				}
				return nil
			},
		}, false)
		d.must(err)
		both(append(none, keepsUp.ID+" no_data", behind.ID+" on_pace")...)
		d.must(d.change(keepsUp.ID, 400_000))
		listed(none...)
		_, err = d.service.ReckonEarnings(t.Context())
		d.must(err)
		all, err := d.service.DeliveryHealth(t.Context(), d.admin, 100)
		d.must(err)
		first, err := d.service.DeliveryHealth(t.Context(), d.admin, 3)
		d.must(err)
		if len(all) != 4 || first[2].Deal.ID != all[2].Deal.ID || first[2].Pace.State != all[2].Pace.State {
			t.Errorf("the third of three is %s, of all %s", first[2].Deal.ID, all[2].Deal.ID)
		}
	})
}

// TestTheWorstAreTheSameOfHoweverMany has deals of many values that nothing is heard of, and some that are: of as many as are asked for, those come
// that come first of all, on days on which they have hardly begun, run and are over.
func TestTheWorstAreTheSameOfHoweverMany(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		var heard []parley.Deal
		for i := range 8 {
			deal := d.book()
			d.must(d.change(deal.ID, int64(950_000+100_000*(i*5%8))))
			if i%3 == 0 {
				heard = append(heard, deal)
			}
		}
		d.bookAs("PA") // states no volume
		for _, days := range []time.Duration{11, 1, 1, 3, 7, 1} {
			d.clock.Move(days * 24 * time.Hour)
			if days == 3 {
				for i, deal := range heard {
					d.counted(fmt.Sprint("source ", i), deal)
				}
			}
			if days == 7 {
				_, err := d.service.ReckonEarnings(t.Context())
				d.must(err)
			}
			all, err := d.service.DeliveryHealth(t.Context(), d.admin, 100)
			d.must(err)
			for limit := range len(all) {
				first, err := d.service.DeliveryHealth(t.Context(), d.admin, limit+1)
				d.must(err)
				for i, one := range first {
					if one.Deal.ID != all[i].Deal.ID {
						t.Errorf("%v: of %d, %d is %s %s with %d at risk, of all %s %s with %d", d.clock.Read(), limit+1, i, one.Deal.ID, one.Pace.State, one.AtRisk,
							all[i].Deal.ID, all[i].Pace.State, all[i].AtRisk)
					}
				}
			}
		}
	})
}
