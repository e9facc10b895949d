package seller_test

import (
	"context"
	"testing"
	"time"

	"parley"
	"parley/seller"
)

// at names the address that a caller without a key comes from.
func at(address string) seller.Call { return seller.Call{Address: address} }

// TestNegotiationsOfADayCountForTheirParty spends the day's one negotiation of a first caller, and looks whether a second one
// is met where the first was left.
func TestNegotiationsOfADayCountForTheirParty(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		settings := seller.DefaultSettings()
		settings.NegotiationsPerDay = 1
		d = openDesk(t, d.store, settings)
		key := func(i parley.Identity) seller.Call {
			return d.key(seller.KeyRequest{Role: parley.RoleBuyer, Label: "buyer", Identity: i})
		}
		for name, c := range map[string]struct {
			first, second seller.Call
			counted       bool
		}{
			"an advertiser through another agency": {key(parley.Identity{AdvertiserID: "adv-1", AgencyID: "ag-1"}),
				key(parley.Identity{AdvertiserID: "adv-1", AgencyID: "ag-2", SeatID: "s"}), true},
			"another advertiser of an agency": {key(parley.Identity{AdvertiserID: "adv-2", AgencyID: "ag-3"}),
				key(parley.Identity{AdvertiserID: "adv-3", AgencyID: "ag-3"}), false},
			"an agency through another seat": {key(parley.Identity{AgencyID: "ag-4", SeatID: "s-1"}),
				key(parley.Identity{AgencyID: "ag-4", SeatID: "s-2"}), true},
			"a seat that is named like an agency": {key(parley.Identity{AgencyID: "same"}), key(parley.Identity{SeatID: "same"}), false},
			"two keys of a seat":                  {key(parley.Identity{SeatID: "s-5"}), key(parley.Identity{SeatID: "s-5"}), true},
			"two keys that name nobody":           {key(parley.Identity{}), key(parley.Identity{}), false},
			"strangers":                           {at("192.0.2.1"), at("192.0.2.2"), false},
			"a stranger that comes back":          {at("192.0.2.3"), at("192.0.2.3"), true},
			"a stranger, written otherwise":       {at("192.0.2.4"), at("::ffff:192.0.2.4"), true},
			"one network of IPv6":                 {at("2001:db8:1:2::1"), at("2001:db8:1:2:ffff::9"), true},
			"two networks of IPv6":                {at("2001:db8:1:3::1"), at("2001:db8:1:4::1"), false},
		} {
			t.Run(name, func(t *testing.T) {
				product := video(at120, func(p *parley.Product) { p.ID = "for " + name })
				d.sell(product)
				request := propose(0, 1_000_000)
				request.ProductID = product.ID
				for turn, who := range []seller.Call{c.first, c.second} {
					quoted := d.quote(who, seller.QuoteRequest{ProductID: product.ID, DealType: "PD", Impressions: 1_000_000,
						FlightStart: request.Start, FlightEnd: request.End})
					request.Price.Micros = quoted.Price.FinalCPM * 9 / 10 / 10_000 * 10_000
					proposal := d.submit(who, request)
					want := parley.ActionCounter
					if turn == 1 && c.counted {
						want = parley.ActionFinalOffer
					}
					if proposal.CounterTerms == nil || proposal.CounterTerms.Action != want {
						t.Fatalf("caller %d hears %+v, want a %s", turn+1, proposal.CounterTerms, want)
					}
				}
			})
		}
	})
}

// TestStrangersMoveNobodysPrice is what twenty callers without a key did to a product: nothing.
func TestStrangersMoveNobodysPrice(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		d.sell(video())
		for range seller.DefaultSettings().NegotiationsPerDay + 5 {
			d.submit(at("192.0.2.1"), propose(10_000, 1_000_000))
		}
		serious := propose(11_000_000, 1_000_000) // of 12.00
		if p := d.submit(at("192.0.2.9"), serious); p.CounterTerms == nil || p.CounterTerms.ProposedCPM != 11_700_000 {
			t.Errorf("a stranger hears %+v of what another did", p.CounterTerms)
		}
	})
}

// TestALimitOfZeroIsNone has a caller without a key negotiate often, where nothing says how often it may.
func TestALimitOfZeroIsNone(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		settings := seller.DefaultSettings()
		settings.NegotiationsPerDay, settings.AnonymousLimit = 0, 0
		d = openDesk(t, d.store, settings)
		d.sell(video())
		for n := range 5 {
			if p := d.submit(at("192.0.2.1"), propose(11_000_000, 1_000_000)); p.CounterTerms == nil || p.CounterTerms.Action != parley.ActionCounter {
				t.Fatalf("proposal %d hears %+v", n+1, p.CounterTerms)
			}
		}
	})
}

// TestEveryWayToHearAPriceCounts lets a party hear a price by one way and then ask beyond its number.
func TestEveryWayToHearAPriceCounts(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		settings := seller.DefaultSettings()
		settings.NegotiationsPerDay = 1
		d = openDesk(t, d.store, settings)
		d.sell(video(func(p *parley.Product) { p.ID = "tolerated" }))
		tolerance := parley.BasisPoints(500)
		profile := parley.NegotiationProfile{Name: "tolerant", Enabled: true, Selector: parley.Selector{ProductIDs: []string{"tolerated"}}, Tolerance: &tolerance}
		if _, err := d.service.NegotiationProfiles().Create(context.Background(), d.operator(), profile, keep(&profile)); err != nil {
			t.Fatal(err)
		}
		for product, hear := range map[string]func(seller.Call, string) int64{
			"proposed": func(buyer seller.Call, product string) int64 {
				request := propose(9_000_000, 1_000_000)
				request.ProductID = product
				return d.submit(buyer, request).CounterTerms.ProposedCPM
			},
			"countered": func(buyer seller.Call, product string) int64 {
				request := propose(9_000_000, 1_000_000)
				request.ProductID = product
				p := d.submit(buyer, request)
				turn, err := d.counter(buyer, p.ID, 9_500_000)
				if err != nil {
					t.Fatal(err)
				}
				return turn.Round.SellerCPM
			},
			"tolerated": func(buyer seller.Call, product string) int64 {
				request := propose(11_400_000, 1_000_000)
				request.ProductID = product
				return *d.submit(buyer, request).AgreedCPM
			},
			"taken by the engine": func(buyer seller.Call, product string) int64 {
				request := propose(11_700_000, 1_000_000)
				request.ProductID = product
				return *d.submit(buyer, request).AgreedCPM
			},
			"over a quote": func(buyer seller.Call, product string) int64 {
				request := ask(1_000_000)
				request.ProductID = product
				turn, err := d.say(buyer, seller.Message{QuoteID: d.quote(buyer, request).ID, Action: "counter",
					Price: &parley.Money{Micros: 9_000_000}})
				if err != nil {
					t.Fatal(err)
				}
				return turn.Round.SellerCPM
			},
		} {
			t.Run(product, func(t *testing.T) {
				d.sell(video(at120, func(p *parley.Product) { p.ID = product }))
				buyer := d.key(seller.KeyRequest{Role: parley.RoleBuyer, Label: product, Identity: parley.Identity{AgencyID: product}})
				heard := hear(buyer, product)
				again := propose(8_400_000, 1_000_000)
				again.ProductID = product
				p := d.submit(buyer, again)
				if p.CounterTerms == nil || p.CounterTerms.Action != parley.ActionFinalOffer || p.CounterTerms.ProposedCPM != heard {
					t.Errorf("after %d it hears %+v", heard, p.CounterTerms)
				}
				d.clock.Move(24 * time.Hour)
				if p := d.submit(buyer, again); p.CounterTerms.Action != parley.ActionCounter {
					t.Errorf("on the next day it hears %+v", p.CounterTerms)
				}
			})
		}
		days := 0
		for {
			n, err := d.service.ForgetNegotiationDays(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			if days += n; n == 0 {
				break
			}
		}
		if days == 0 {
			t.Error("no day that is over was removed")
		}
	})
}
