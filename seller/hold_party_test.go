package seller_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"parley"
	"parley/internal/racedetector"
	"parley/internal/stores"
	"parley/seller"
	"parley/storage"
)

// TestKeysOfOneBuyerHoldTogether has twelve keys hold at once, of one buyer in each of the ways in which they can be that: all of them
// have no more than one has. Of twelve buyers each has its own.
func TestKeysOfOneBuyerHoldTogether(t *testing.T) {
	t.Parallel()
	racedetector.AtOnce(t)
	const keys, capacity = 12, 10_000_000
	text := fmt.Sprintf
	families := map[string]struct {
		key   func(i int) parley.Identity
		apart bool
		join  func(d *desk) // makes the accounts of the keys one buyer's
	}{
		"one key's": {key: func(int) parley.Identity { return acme }},
		"an agency's, with advertisers and seats": {key: func(i int) parley.Identity {
			return parley.Identity{SeatID: text("s%d", i), DSPPlatform: "ttd", AgencyID: "ag", AdvertiserID: text("adv%d", i)}
		}},
		"a holding's agencies": {key: func(i int) parley.Identity {
			return parley.Identity{AgencyID: text("ag%d", i), AgencyName: text("Agency %d", i), AgencyHoldingCompany: "Group"}
		}},
		"an advertiser's, through agencies": {key: func(i int) parley.Identity {
			return parley.Identity{SeatID: text("s%d", i), AgencyID: text("ag%d", i), AdvertiserID: "adv"}
		}},
		"an agency's as buyers write it": {key: func(i int) parley.Identity {
			return parley.Identity{AgencyID: []string{"ag", "AG", " Ag "}[i%3], AdvertiserID: text("adv%d", i)}
		}},
		"a holding's advertisers, each with another agency": {
			key: func(i int) parley.Identity {
				return parley.Identity{AgencyID: text("ag%d", i), AdvertiserID: text("adv%d", i)}
			},
			join: func(d *desk) {
				var holding parley.Account
				_, err := d.service.CreateAccount(context.Background(), seller.Terminal("test"), parley.Account{Kind: parley.AccountHolding, Name: "Group"}, keep(&holding))
				if err != nil {
					d.t.Fatal(err)
				}
				for i := range keys {
					d.changeAccount(d.accountNamed(parley.AccountAdvertiser, text("adv%d", i)).ID, seller.AccountChange{ParentID: &holding.ID})
				}
			},
		},
		"seats of an agency, that name nobody else": {
			key: func(i int) parley.Identity { return parley.Identity{SeatID: text("s%d", i)} },
			join: func(d *desk) {
				d.buyer(parley.Identity{AgencyID: "ag"})
				agency := d.accountNamed(parley.AccountAgency, "ag").ID
				for i := range keys {
					d.changeAccount(d.accountNamed(parley.AccountSeat, text("s%d", i)).ID, seller.AccountChange{ParentID: &agency})
				}
			},
		},
		"buyers that have nothing to do with each other": {apart: true, key: func(i int) parley.Identity {
			return parley.Identity{SeatID: text("s%d", i), AgencyID: text("ag%d", i), AdvertiserID: text("adv%d", i)}
		}},
		"seats of one id, at DSPs and without one": {apart: true, key: func(i int) parley.Identity {
			return parley.Identity{SeatID: "4711", DSPPlatform: []string{"", text("dsp%d", i)}[min(i, 1)]}
		}},
		"keys that name nobody": {apart: true, key: func(int) parley.Identity { return parley.Identity{} }},
	}
	for name, family := range families {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stores.Each(t, func(t *testing.T, store *storage.Store) {
				d := openDesk(t, store, seller.DefaultSettings())
				d.sell(video())
				var buyers [keys]seller.Call
				var quotes [keys][2]string
				for i := range keys {
					buyers[i] = d.buyer(family.key(i))
				}
				if family.join != nil {
					family.join(d)
				}
				for i := range keys {
					for n := range quotes[i] {
						quotes[i][n] = d.quote(buyers[i], ask(300_000)).ID
					}
				}
				var all sync.WaitGroup
				for i := range keys {
					all.Go(func() {
						for _, quote := range quotes[i] {
							if _, err := d.hold(buyers[i], quote, 0); err != nil && !parley.Is(err, parley.CodeContention) {
								t.Error(err)
							}
						}
					})
				}
				all.Wait()
				held, err := d.service.Holds(context.Background(), seller.Terminal("test"), seller.HoldFilter{Status: parley.HoldActive, Page: seller.Page{Limit: 100}})
				if err != nil {
					t.Fatal(err)
				}
				reserved := d.reserved("video-home", "2026-06-10", "2026-06-19")
				if family.apart {
					if len(held.Items) <= 12 {
						t.Errorf("%d holds of twelve buyers, of two each", len(held.Items))
					}
				} else if len(held.Items) != 2 || reserved != 600_000 || reserved > capacity/10 {
					t.Errorf("%d holds, of %d impressions", len(held.Items), reserved)
				}
			})
		})
	}
}

// TestHoldsAreNotRenewedForEver quotes and holds as often as it can for two weeks, by two keys of an agency, gives some back, and looks at
// each week among them; what is refused says when it is not, and then it is not.
func TestHoldsAreNotRenewedForEver(t *testing.T) {
	t.Parallel()
	const most = 96 * time.Hour
	stores.Each(t, func(t *testing.T, store *storage.Store) {
		settings := seller.DefaultSettings()
		settings.QuoteRetention = time.Second // what was held counts although its quote is not kept
		d := openDesk(t, store, settings)
		d.sell(video(), video(func(p *parley.Product) { p.ID = "other" }))
		buyers := [2]seller.Call{
			d.buyer(parley.Identity{AgencyID: "ag", AdvertiserID: "one"}), d.buyer(parley.Identity{AgencyID: "ag", AdvertiserID: "two"}),
		}
		operator := d.operator()
		from, to := days("2026-07-10", "2026-07-19")
		request := ask(1000)
		request.FlightStart, request.FlightEnd = from, to
		var refusals, renewals int
		end := noon.Add(14 * 24 * time.Hour)
		for step := 0; d.clock.Read().Before(end); step++ {
			who := step % 2
			quote := d.quote(buyers[who], request).ID
			_, err := d.hold(buyers[who], quote, 24*time.Hour)
			switch {
			case err == nil:
				if renewals++; renewals%3 == 0 {
					d.clock.Move(5 * time.Hour)
					must(d.release(buyers[who], quote))
				} else {
					d.clock.Move(13 * time.Hour)
				}
			case parley.Is(err, parley.CodeContention):
				refused := wantError(t, err, parley.CodeContention)
				again, told := refused.Facts["retry_at"].(time.Time)
				if !told { // both places are taken
					d.clock.Move(time.Hour)
					break
				}
				refusals++
				if refused.Facts["most_hours"] != int64(96) {
					t.Errorf("refused with %v", refused.Facts)
				}
				must(d.hold(operator, quote, time.Hour)) // the desk may
				must(d.release(operator, quote))
				other := request
				other.ProductID = "other"
				elsewhere := d.quote(buyers[who], other).ID
				if _, err := d.hold(buyers[who], elsewhere, time.Microsecond); err != nil {
					t.Errorf("of another product: %v", err)
				}
				d.clock.Move(again.Sub(d.clock.Read()) - time.Microsecond)
				_, err = d.hold(buyers[who], d.quote(buyers[who], request).ID, 24*time.Hour)
				wantCode(t, err, parley.CodeContention)
				d.clock.Move(time.Microsecond)
				must(d.hold(buyers[1-who], d.quote(buyers[1-who], request).ID, 24*time.Hour))
			default:
				t.Fatal(err)
			}
			for what, sweep := range d.service.Sweeps() {
				if _, err := sweep(t.Context()); err != nil {
					t.Fatalf("%s: %v", what, err)
				}
			}
		}
		if refusals == 0 {
			t.Error("nothing was refused")
		}
		held, err := d.service.Holds(t.Context(), seller.Terminal("test"), seller.HoldFilter{ProductID: "video-home", Page: seller.Page{Limit: 1000}})
		if err != nil {
			t.Fatal(err)
		}
		for at := noon; at.Before(end); at = at.Add(time.Hour) {
			var sum time.Duration
			for _, h := range held.Items {
				over := h.Until
				if h.EndedAt != nil && h.EndedAt.Before(over) {
					over = *h.EndedAt
				}
				if over.After(at.Add(168 * time.Hour)) {
					over = at.Add(168 * time.Hour)
				}
				begun := h.CreatedAt
				if begun.Before(at) {
					begun = at
				}
				if !h.ByDesk {
					sum += max(over.Sub(begun), 0)
				}
			}
			if sum > most {
				t.Fatalf("in the week from %s it is held for %s", at, sum)
			}
		}
	})
}
