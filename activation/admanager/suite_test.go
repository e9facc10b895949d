package admanager_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"parley"
	"parley/activation"
	"parley/activation/admanager"
	"parley/internal/adaptersuite"
	fake "parley/internal/fake/admanager"
	"parley/internal/handclock"
)

const dealID = "NORTH-7K4MC-X9TRP"

var noon = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

func settings(mode admanager.Mode, more string) json.RawMessage {
	return json.RawMessage(fmt.Sprintf(`{"network": %q, "mode": %q, "currency": "USD", "trafficker": %q, "deal_key": %q, "deal_key_id": %q,
		"geo_targets": {"US": %q}, "create_advertisers": true%s}`, fake.Network, mode, fake.Trafficker, fake.DealKey, fake.DealKeyID, fake.GeoUS, more))
}

// product maps the deal's product; more are further members.
func product(more string) json.RawMessage {
	return json.RawMessage(fmt.Sprintf(`{"ad_units": [%q], "placements": [%q], "sizes": ["640x480"], "max_seconds": 30,
		"key_values": [{"key": %q, "values": [%q]}]%s}`, fake.AdUnit, fake.Placement, fake.KeyID, fake.ValueID, more))
}

func want(mode admanager.Mode, more string) activation.Want {
	w := activation.Want{
		Deal: parley.Deal{
			ID: dealID, ProductID: "ctv-1", ProductName: "Evening, on television", DealType: parley.ProgrammaticGuaranteed, InventoryType: "ctv",
			Impressions: 5_000_001, Price: parley.PriceDecision{FinalCPM: 22_345_000, Currency: "USD"}, Notes: "with care",
			Identity: parley.Identity{SeatID: "seat-1", AgencyID: "acme", AgencyName: "Acme", AdvertiserID: "adv-1", AdvertiserName: `Bottles "R" Us`},
		},
		Product: parley.Product{GeoTargets: []string{"us"}},
		OrderID: "ORD-1", Intent: parley.IntentRun, Revision: 1, TimeZone: fake.TimeZone, Settings: settings(mode, more),
		Starts: time.Date(2026, 7, 1, 4, 0, 0, 0, time.UTC), Ends: time.Date(2026, 8, 1, 3, 59, 59, 0, time.UTC),
		Mappings: map[parley.MappingAbout]json.RawMessage{
			parley.MapsProduct: product(""), parley.MapsSeat: json.RawMessage(fmt.Sprintf(`{"buyer_account": %q}`, fake.Buyer)),
		},
	}
	if mode == admanager.PrivateAuction {
		w.Deal.DealType, w.Deal.Impressions = parley.PrivateAuction, 0
	}
	return w
}

// bench is a network with nothing in it.
func bench(t *testing.T, mode admanager.Mode, more string) (adaptersuite.Bench, *fake.Server, *handclock.Clock) {
	clock := handclock.At(noon)
	server := fake.New(clock.Read)
	server.Serves()
	t.Cleanup(server.Close)
	kinds := map[string]string{"orders": "order", "customTargetingValues": "value", "lineItems": "line item", "companies": "advertiser"}
	if mode == admanager.PrivateAuction {
		kinds = map[string]string{"privateAuctions": "auction", "privateAuctionDeals": "deal"}
	}
	b := adaptersuite.Bench{
		Adapter: admanager.NewAt(server.URL, server.TokenURL(), clock.Read),
		Account: activation.Account{Settings: settings(mode, more), Credential: server.Credential(), TimeZone: fake.TimeZone},
		Want:    want(mode, more),
		Calls:   func() int { return len(server.Calls()) },
		Loses: func(how func(n int) adaptersuite.Loss) {
			n := 0
			server.Breaks(func(string, string) fake.Fault {
				n++
				return map[adaptersuite.Loss]fake.Fault{adaptersuite.Before: fake.DropsBefore, adaptersuite.After: fake.DropsAfter}[how(n-1)]
			})
		},
		Twists: func(how func(n int, answer []byte) []byte) {
			n := 0
			server.Twists(func(answer []byte) []byte {
				n++
				return how(n-1, answer)
			})
		},
		Holds: func() map[string]int {
			held := map[string]int{}
			for collection, kind := range kinds {
				held[kind] = len(server.Made(collection))
			}
			return held
		},
		Text: func() string {
			var all []any
			for collection := range kinds {
				for _, o := range server.Made(collection) {
					all = append(all, o)
				}
			}
			text, err := json.Marshal(all)
			if err != nil {
				t.Fatal(err)
			}
			return string(text)
		},
	}
	return b, server, clock
}

var changes = map[string]adaptersuite.Change{
	"dates": {Do: func(w *activation.Want) { w.Ends = w.Ends.AddDate(0, 0, 5) }, Then: `"2026-08-06T03:59:59Z"`},
	"price": {Do: func(w *activation.Want) { w.Deal.Price.FinalCPM = 19_000_001 }, Then: `"nanos":1000,"units":"19"`},
	"places": {Do: func(w *activation.Want) {
		w.Mappings[parley.MapsProduct] = json.RawMessage(strings.Replace(string(product("")), "640x480", "400x300", 1))
	}, Then: `"width":400`},
}

func TestHeaderBiddingPassesTheSuite(t *testing.T) {
	t.Parallel()
	adaptersuite.Run(t, func(t *testing.T) adaptersuite.Bench {
		b, server, _ := bench(t, admanager.HeaderBidding, `, "approve": true`)
		b.Changes = map[string]adaptersuite.Change{
			"volume": {Do: func(w *activation.Want) { w.Deal.Impressions = 6_000_000 }, Then: `"units":"6000000"`},
			"name":   {Do: func(w *activation.Want) { w.Deal.ProductName = "Morning" }, Then: `Morning, 2026-07-01`},
			"notes":  {Do: func(w *activation.Want) { w.Deal.Notes = "with haste" }, Then: `with haste`},
		}
		for name, change := range changes {
			b.Changes[name] = change
		}
		b.Rests = func() bool {
			for _, l := range server.Made("lineItems") {
				if l["status"] != "PAUSED" || l["archived"] == true {
					return false
				}
			}
			return true
		}
		b.Off = func() bool {
			for _, l := range server.Made("lineItems") {
				if l["status"] != "PAUSED" && l["archived"] != true {
					return false
				}
			}
			for _, o := range server.Made("orders") {
				if o["archived"] != true {
					return false
				}
			}
			return true
		}
		b.Twice = func() string {
			server.Adds("lineItems", server.Made("lineItems")[0])
			return "line_item"
		}
		return b
	})
}

func TestPrivateAuctionsPassTheSuite(t *testing.T) {
	t.Parallel()
	adaptersuite.Run(t, func(t *testing.T) adaptersuite.Bench {
		b, server, clock := bench(t, admanager.PrivateAuction, "")
		clock.Move(40 * 24 * time.Hour) // the flight runs: before it does, ending takes a person
		b.Changes, b.Passes = changes, func() { clock.Move(time.Hour) }
		b.Off = func() bool {
			for _, d := range server.Made("privateAuctionDeals") {
				ends, err := time.Parse(time.RFC3339, fmt.Sprint(d["endTime"]))
				if err != nil || ends.After(clock.Read().Add(2*time.Minute)) {
					return false
				}
			}
			return true
		}
		b.Twice = func() string {
			server.Adds("privateAuctionDeals", server.Made("privateAuctionDeals")[0])
			return "private_auction_deal"
		}
		return b
	})
}
