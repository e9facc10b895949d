package rest_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"parley"
	"parley/internal/racedetector"
	"parley/internal/stores"
	"parley/negotiation"
	"parley/rest"
	"parley/seller"
	"parley/storage"
	"parley/storage/storagetest"
)

// made are the parts of an answer that no two requests share: ids, and the digests of what has ids in it. Each is as long as
// any other of its kind, so that answers that differ in length differ in something else.
var made = regexp.MustCompile(`\b(prop|neg|qt|evt|req|apr)-[0-9a-z]+|\bCR-[0-9A-Z]+|\bPRLY-[0-9A-Z]{5}-[0-9A-Z]{5}|"[0-9A-Za-z_/+=-]{16,}"`)

// heard is an answer as one compares it with another's: what is made for each request replaced by as many crosses.
func (r reply) heard(product string) string {
	headers := ""
	for _, name := range []string{"ETag", "Content-Type", "Content-Length", "Location", "Cache-Control", "Retry-After"} {
		headers += name + ": " + r.header.Get(name) + "\n"
	}
	text := fmt.Sprintf("%d\n%s\n%s", r.status, headers, r.text)
	text = strings.ReplaceAll(text, product, "PRODUCT")
	return made.ReplaceAllStringFunc(text, func(id string) string { return strings.Repeat("x", len(id)) })
}

// twins sells two products for 20.00 that differ in nothing but their floors.
func (s *shop) twins(t *rapid.T, pair int, floors [2]int64) [2]string {
	products := [2]string{fmt.Sprintf("pair-%04d-a", pair), fmt.Sprintf("pair-%04d-b", pair)}
	base := int64(20_000_000)
	_, err := s.service.ImportCatalog(s.t.Context(), seller.Terminal("test"), seller.CatalogImport{Feed: func(stage func(int, parley.ProductChange) error) error {
		for i, id := range products {
			if err := stage(i+1, storagetest.WholeProduct(parley.Product{
				ID: id, Name: "One of two", InventoryType: "video", BaseCPM: &base, FloorCPM: floors[i], Currency: parley.USD,
				DealTypes: []parley.DealType{parley.PreferredDeal}, AdFormats: []string{"video"},
			})); err != nil {
				return err
			}
		}
		return nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	return products
}

// TestTheFloorIsNoOracleOverHTTP sells two products that differ in nothing but a floor under what the seller would go down to,
// lets any buyers ask the same things about both, and compares the answers.
func TestTheFloorIsNoOracleOverHTTP(t *testing.T) {
	t.Parallel()
	racedetector.Serial(t)
	stores.Each(t, func(t *testing.T, store *storage.Store) {
		s := openShopOn(t, store, rest.Options{}, func(_ *seller.Parts, settings *seller.Settings) { settings.NegotiationsPerDay = 2 })
		keys := map[string]string{"nobody": "", "an agency": s.buyer, "another agency": s.rival, "an advertiser": s.key(seller.KeyRequest{
			Role: parley.RoleBuyer, Label: "advertiser", Identity: parley.Identity{SeatID: "seat-3", AgencyID: "agency-3", AdvertiserID: "adv-3"},
		})}
		pair := 0
		rapid.Check(t, func(t *rapid.T) {
			pair++
			// The best tier pays 85% of 20.00 and is conceded at most 20% of that.
			floors := [2]int64{
				rapid.Int64Range(0, 1_360).Draw(t, "one floor") * 10_000, rapid.Int64Range(0, 1_360).Draw(t, "another floor") * 10_000,
			}
			products := s.twins(t, pair, floors)
			s.must(201, "POST", "/api/v1/negotiation-profiles", s.operator, fmt.Sprintf(
				`{"name": "pair", "product_ids": [%q, %q], "strategy": %q, "tolerance_pct": %d}`, products[0], products[1],
				rapid.SampledFrom(negotiation.Strategies()).Draw(t, "strategy"), rapid.IntRange(0, 30).Draw(t, "tolerance")))
			var proposals, quotes [2][]string
			price := func() string {
				near := func(floor int64) *rapid.Generator[int64] {
					return rapid.Int64Range(max(1, floor/10_000-1), floor/10_000+1)
				}
				cents := rapid.OneOf(near(floors[0]), near(floors[1]), rapid.Int64Range(1, 2_000)).Draw(t, "cents")
				return fmt.Sprintf("%d.%02d", cents/100, cents%100)
			}
			for range rapid.IntRange(1, 15).Draw(t, "requests") {
				key := keys[rapid.SampledFrom([]string{"nobody", "an agency", "another agency", "an advertiser"}).Draw(t, "who")]
				what := rapid.SampledFrom([]string{"propose", "quote", "counter", "over a quote", "accept", "reject", "read", "book"}).Draw(t, "what")
				amount, which := price(), rapid.IntRange(0, 20).Draw(t, "which")
				var answers [2]string
				for i, id := range products {
					one := func(ids []string) string {
						if len(ids) == 0 {
							return "none"
						}
						return ids[which%len(ids)]
					}
					proposal, quote := one(proposals[i]), one(quotes[i])
					method, path, body := "POST", "", ""
					switch what {
					case "propose":
						path, body = "/proposals", fmt.Sprintf(`{"product_id": %q, "deal_type": "PD", "price": %s, "impressions": 100000,
							"start_date": "2026-08-01", "end_date": "2026-08-10"}`, id, amount)
					case "quote":
						path, body = "/api/v1/quotes", fmt.Sprintf(`{"product_id": %q, "deal_type": "PD", "impressions": 100000,
							"flight_start": "2026-08-01", "flight_end": "2026-08-10", "target_cpm": %s}`, id, amount)
					case "counter":
						path, body = "/proposals/"+proposal+"/counter", `{"buyer_price": `+amount+`}`
					case "over a quote":
						path, body = "/api/v1/negotiations/messages", fmt.Sprintf(`{"quote_id": %q, "action": "counter", "buyer_price": %s}`, quote, amount)
					case "accept", "reject":
						path, body = "/api/v1/negotiations/messages", fmt.Sprintf(`{"proposal_id": %q, "action": %q}`, proposal, what)
					case "read":
						method, path = "GET", "/proposals/"+proposal+"/negotiation"
					case "book":
						path, body = "/api/v1/deals", fmt.Sprintf(`{"quote_id": %q}`, quote)
					}
					got := s.call(method, path, key, body)
					if got.status == 201 && what == "propose" {
						proposals[i] = append(proposals[i], got.word("proposal_id"))
					}
					if got.status == 201 && what == "quote" {
						quotes[i] = append(quotes[i], got.word("quote_id"))
					}
					answers[i] = got.heard(id)
				}
				if diff := cmp.Diff(answers[0], answers[1]); diff != "" {
					t.Fatalf("%s at %s tells floors of %d and %d apart:\n%s", what, amount, floors[0], floors[1], diff)
				}
			}
		})
	})
}

// TestTheFloorIsNoOracleOfChangesOverHTTP books the same of two products whose floors are never above the ask, and lets the buyer
// ask for the same changes of both deals, and apply them, while floors move. A floor of some days counts for every flight that has
// one of them, and so is at most what is asked for a flight of which the others are the cheapest.
func TestTheFloorIsNoOracleOfChangesOverHTTP(t *testing.T) {
	t.Parallel()
	racedetector.Serial(t)
	onEach(t, func(t *testing.T, s *shop) {
		pair := 0
		rapid.Check(t, func(t *rapid.T) {
			pair++
			floors := func(label string, ask int64) (both [2]int64) {
				for i := range both {
					both[i] = rapid.Int64Range(1, ask).Draw(t, label) * 10_000
				}
				return both
			}
			products := s.twins(t, pair, floors("floor", 1_800)) // an agency is asked 18.00
			var deals [2]string
			for i, id := range products {
				quote := s.must(201, "POST", "/api/v1/quotes", s.buyer, fmt.Sprintf(
					`{"product_id": %q, "deal_type": "PD", "impressions": 100000, "flight_start": "2026-08-01", "flight_end": "2026-08-10"}`, id))
				deals[i] = s.must(201, "POST", "/api/v1/deals", s.buyer, fmt.Sprintf(`{"quote_id": %q}`, quote.word("quote_id"))).word("deal_id")
			}
			var changes [2][]string
			leastAsked := int64(1_800)
			for range rapid.IntRange(1, 8).Draw(t, "requests") {
				cents, which := rapid.Int64Range(1, 4_000).Draw(t, "cents"), rapid.IntRange(0, 9).Draw(t, "which")
				what := rapid.SampledFrom([]string{"ask", "ask", "ask", "apply", "apply", "read", "price the days", "price the product"}).Draw(t, "what")
				wanted := strings.ReplaceAll(rapid.SampledFrom([]string{
					`"flight_dates", "proposed_values": {"flight_start": "2026-08-02", "flight_end": "2026-08-11"}`,
					`"flight_dates", "proposed_values": {"flight_start": "2026-08-02"}`,
					`"flight_dates", "proposed_values": {"flight_end": "2026-08-12"}`,
					`"flight_dates", "proposed_values": {"flight_start": "2026-08-03", "flight_end": "2026-08-12", "price": PRICE}`,
					`"flight_dates", "proposed_values": {"flight_start": "2026-08-12", "flight_end": "2026-08-30"}`,
					`"pricing", "proposed_values": {"price": PRICE}`, `"impressions", "proposed_values": {"impressions": 120000}`,
					`"cancellation", "proposed_values": {"cancel_pct": 0.5}`,
				}).Draw(t, "wanted"), "PRICE", fmt.Sprintf("%d.%02d", cents/100, cents%100))
				if what == "price the product" {
					leastAsked = 3_420 // of 38.00
				}
				moved := floors("floor of then", leastAsked)
				var answers [2]string
				for i, id := range products {
					change := "none"
					if n := len(changes[i]); n > 0 {
						change = changes[i][which%n]
					}
					switch what {
					case "ask":
						got := s.call("POST", "/api/v1/change-requests", s.buyer, fmt.Sprintf(`{"deal_id": %q, "change_type": %s}`, deals[i], wanted))
						if got.status == 201 {
							changes[i] = append(changes[i], got.word("change_request_id"))
						}
						answers[i] = got.heard(id)
					case "apply":
						answers[i] = s.call("POST", "/api/v1/change-requests/"+change+"/apply", s.buyer, nil).heard(id)
					case "read":
						answers[i] = s.call("GET", "/api/v1/change-requests/"+change, s.buyer, nil).heard(id) +
							s.call("GET", "/api/v1/deals/"+deals[i], s.buyer, nil).heard(id)
					case "price the days": // from the second on at 40.00, of which an agency is asked 36.00
						s.must(201, "POST", "/api/v1/pricing-rules", s.operator, fmt.Sprintf(`{"name": "days %d", "product_ids": [%q],
							"flight_from": "2026-08-02", "flight_to": "2026-08-31", "base_cpm": 40.00, "floor_cpm": %s}`,
							i, id, parley.FormatMicros(moved[i], 2)))
					case "price the product":
						s.must(201, "POST", "/api/v1/pricing-rules", s.operator, fmt.Sprintf(`{"name": "all days %d", "product_ids": [%q],
							"base_cpm": 38.00, "floor_cpm": %s}`, i, id, parley.FormatMicros(moved[i], 2)))
					}
				}
				if diff := cmp.Diff(answers[0], answers[1]); diff != "" {
					t.Fatalf("%s: %s tells the floors apart:\n%s", what, wanted, diff)
				}
			}
		})
	})
}
