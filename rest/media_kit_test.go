package rest_test

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"parley/rest"
	"parley/wire/contract"
)

// packaged puts two packages into the shop and answers their ids: a featured one of two products, and one of a product
// without a price.
func (s *shop) packaged() (sports, podcasts string) {
	s.t.Helper()
	sports = s.must(201, "POST", "/api/v1/packages", s.operator, `{"name": "Sports Premium", "description": "Live games", "is_featured": true,
		"products": [{"product_id": "ctv-sports", "weight": 0.7}, {"product_id": "display-news", "weight": 0.3}],
		"cat": ["IAB19"], "geo_targets": ["US", "US-NY"], "tags": ["sports"], "seasonal_label": "Q4"}`).word("package_id")
	podcasts = s.must(201, "POST", "/api/v1/packages", s.operator, `{"package_id": "podcasts", "name": "Podcasts", "layer": "synced",
		"products": [{"product_id": "audio-unpriced"}]}`).word("package_id")
	return sports, podcasts
}

// TestTheMediaKitIsTheContracts holds what buyers read to the shared contract's Package and MediaKit, and to what buyer agents
// read beside them: no list is null, nothing required is missing, and there is no floor.
func TestTheMediaKitIsTheContracts(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		sports, podcasts := s.packaged()
		for caller, key := range map[string]string{"anonymous": "", "buyer": s.buyer, "operator": s.operator} {
			kit := s.must(200, "GET", "/media-kit", key, nil)
			for _, member := range []string{"total_packages", "featured", "all_packages", "seller_name", "media_kit_id", "packages", "currency"} {
				if kit.at(member) == nil {
					t.Errorf("%s: the media kit has no %s: %s", caller, member, kit.text)
				}
			}
			if n := kit.word("total_packages"); n != "2" || len(rowsOf(kit, "featured")) != 1 || len(rowsOf(kit, "all_packages")) != 2 {
				t.Errorf("%s: %s", caller, kit.text)
			}
			one := s.must(200, "GET", "/media-kit/packages/"+sports, key, nil)
			found := s.must(200, "POST", "/media-kit/search", key, `{"query": "sports", "buyer_tier": "advertiser", "advertiser_id": "somebody"}`)
			list := s.must(200, "GET", "/media-kit/packages?layer=curated&featured_only=true", key, nil)
			for from, row := range map[string]any{
				"kit": rowsOf(kit, "featured")[0], "reading": one.body, "search": rowsOf(found, "results")[0], "list": rowsOf(list, "packages")[0],
			} {
				raw, err := json.Marshal(row)
				if err != nil {
					t.Fatal(err)
				}
				s.checkPackage(caller+" "+from, raw, caller != "anonymous")
			}
			for _, got := range []reply{kit, one, found, list} {
				if strings.Contains(strings.ToLower(got.text), "floor") || strings.Contains(got.text, "null,\"placements") {
					t.Errorf("%s: a floor shows: %s", caller, got.text)
				}
			}
			if text := s.must(200, "GET", "/media-kit/packages/"+podcasts, key, nil).word("price_range"); text != "Price on request" {
				t.Errorf("%s: a package without a price costs %q", caller, text)
			}
		}
		price := s.must(200, "GET", "/media-kit/packages/"+sports, s.buyer, nil)
		// 35.00 and 8.00, less an agency's 10%, weighted 7 to 3.
		if price.word("exact_price") != "24.21" || price.word("price_range") != "$24.21 CPM" {
			t.Errorf("an agency pays %v, %q", price.at("exact_price"), price.word("price_range"))
		}
		open := s.must(200, "GET", "/media-kit/packages/"+sports, "", nil)
		if text := open.word("price_range"); text != "$21.52-$32.28 CPM" {
			t.Errorf("callers without a key are shown %q", text)
		}
	})
}

// checkPackage reads a package by the contract's rules.
func (s *shop) checkPackage(from string, raw []byte, exact bool) {
	s.t.Helper()
	var members map[string]json.RawMessage
	var shown contract.Package
	if err := json.Unmarshal(raw, &members); err != nil {
		s.t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &shown); err != nil {
		s.t.Errorf("%s: %v: %s", from, err, raw)
	}
	for _, list := range []string{"placements", "ad_formats", "device_types", "geo_targets", "cat", "tags"} {
		if text := string(members[list]); !strings.HasPrefix(text, "[") {
			s.t.Errorf("%s: %s is %s", from, list, text)
		}
	}
	for _, text := range []string{"package_id", "name", "layer", "status", "pricing_model", "pricing_type", "price_range", "currency", "created_at"} {
		if value := string(members[text]); !strings.HasPrefix(value, `"`) || value == `""` {
			s.t.Errorf("%s: %s is %s", from, text, value)
		}
	}
	if _, there := members["exact_price"]; there != exact || (shown.BasePrice != nil) != exact {
		s.t.Errorf("%s: exact price shown: %v, %s", from, there, raw)
	}
	if len(shown.Placements) != 2 || shown.Placements[0].Weight != 0.7 || shown.ContentTaxonomy != 2 {
		s.t.Errorf("%s: %s", from, raw)
	}
}

func TestPackagesOverTheAPI(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		sports, _ := s.packaged()
		path := "/api/v1/packages/" + sports
		read := s.must(200, "GET", path, s.viewer, nil)
		etag := read.header.Get("ETag")
		changed := read.body
		changed["name"], changed["tags"] = "Sports Basic", []string{"sports", "basic"}
		replaced := s.must(200, "PUT", path, s.operator, changed, "If-Match", etag)
		if replaced.word("name") != "Sports Basic" || replaced.word("version") != "2" || replaced.word("seasonal_label") != "Q4" {
			t.Errorf("replaced by what was read: %s", replaced.text)
		}
		delete(changed, "version")
		s.must(412, "PUT", path, s.operator, changed, "If-Match", etag)
		s.must(412, "DELETE", path, s.operator, nil, "If-Match", etag)
		s.must(403, "PUT", path, s.viewer, changed)
		s.must(403, "GET", path, s.buyer, nil)
		for body, field := range map[string]string{
			`{"name": "x", "products": []}`:                                                    "products",
			`{"name": "x", "products": [{"product_id": "display-news", "weight": 0}]}`:         "products[0].weight",
			`{"name": "x", "products": [{"product_id": "display-news", "weight": 0.00001}]}`:   "products[0].weight",
			`{"name": "x", "products": [{"product_id": "none"}]}`:                              "products[0].product_id",
			`{"name": "x", "products": [{"product_id": "display-news"}], "layer": "made up"}`:  "layer",
			`{"name": "x", "products": [{"product_id": "display-news"}], "device_types": [0]}`: "device_types",
		} {
			if got := s.must(422, "POST", "/api/v1/packages", s.operator, body); !got.names(field) {
				t.Errorf("%s: %s", body, got.text)
			}
		}
		quotes := s.must(201, "POST", path+"/quotes", s.buyer, `{"deal_type": "PD", "impressions": 1000000, "idempotency_key": "once"}`)
		again := s.must(201, "POST", path+"/quotes", s.buyer, `{"deal_type": "PD", "impressions": 1000000, "idempotency_key": "once"}`)
		if again.text != quotes.text || again.header.Get("Idempotency-Replayed") != "true" {
			t.Errorf("repeated: %s", again.text)
		}
		for i, row := range rowsOf(quotes, "quotes") {
			id := fmt.Sprint(membersIn(row)["quote_id"])
			if booked := s.must(201, "POST", "/api/v1/deals", s.buyer, map[string]any{"quote_id": id}); booked.word("quote_id") != id {
				t.Errorf("quote %d: %s", i, booked.text)
			}
		}
		if got := s.must(422, "POST", path+"/quotes", s.buyer, `{"deal_type": "PG", "impressions": 1000000}`); !got.names("deal_type") {
			t.Errorf("a product that is not sold guaranteed: %s", got.text)
		}
		s.must(200, "DELETE", path, s.operator, nil)
		s.must(404, "GET", "/media-kit/packages/"+sports, s.buyer, nil)
		s.must(404, "POST", path+"/quotes", s.buyer, `{"deal_type": "PD"}`)
		if kept := s.must(200, "GET", "/api/v1/packages?status=archived", s.viewer, nil); len(rowsOf(kept, "packages")) != 1 {
			t.Errorf("archived: %s", kept.text)
		}
	})
}

// TestTheMediaKitCloses with the catalog.
func TestTheMediaKitCloses(t *testing.T) {
	t.Parallel()
	for _, route := range rest.Routes() {
		if strings.HasPrefix(route.Path, "/media-kit") && route.Access != rest.AccessCatalog {
			t.Errorf("%s %s is open to %s", route.Method, route.Path, route.Access)
		}
	}
	s := openShop(t, rest.Options{})
	if got := s.call(http.MethodGet, "/media-kit", "", nil); got.word("total_packages") != "0" || len(rowsOf(got, "all_packages")) != 0 {
		t.Errorf("nothing is packaged: %s", got.text)
	}
}

func rowsOf(r reply, plural string) []any {
	rows, _ := r.at(plural).([]any)
	return rows
}

// TestAPackageIsAskedForAsAProductIs: what a quote of a product takes, refuses and keeps, quotes of a package do.
func TestAPackageIsAskedForAsAProductIs(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		sports, _ := s.packaged()
		ask := func(key, path, terms string) reply {
			body := `{"deal_type": "PD", "impressions": 1000000, ` + terms + `}`
			if path == "/api/v1/quotes" {
				body = `{"product_id": "display-news", "idempotency_key": "` + rand.Text() + `", ` + body[1:]
			}
			return s.call("POST", path, key, body)
		}
		paths := []string{"/api/v1/quotes", "/api/v1/packages/" + sports + "/quotes"}
		for terms, c := range map[string]struct {
			status int
			names  string
		}{
			`"media_type": "digital"`:   {201, ""},
			`"media_type": "ctv"`:       {422, ""}, // display is not
			`"media_type": "linear_tv"`: {422, ""},
			`"linear_tv": {"dma": 1}`:   {422, ""},
			`"rate_card_id": "rc-001"`:  {422, "rate_card_id"},
			`"rate_card_id": null`:      {201, ""},
			`"target_cpm": 0`:           {422, "target_cpm"},
			`"target_cpm": {"amount_micros": 9000000, "currency": "USD"}`:     {201, ""},
			`"buyer_identity": {"seat_id": "a b;c"}`:                          {422, "buyer_identity.seat_id"},
			`"consent_context": {"tcf": "CO"}, "agent_url": "https://a.test"`: {201, ""},
		} {
			for _, path := range paths {
				if got := ask(s.buyer, path, terms); got.status != c.status || c.names != "" && !got.names(c.names) {
					t.Errorf("%s with %s: %d %s", path, terms, got.status, got.text)
				}
			}
		}
		quoted := ask(s.buyer, paths[1], `"target_cpm": 20.00, "consent_context": {"tcf": "CO"}, "agent_url": "https://a.test"`)
		for i := range 2 {
			quote := quoted.row("quotes", i)
			alone := s.must(200, "GET", "/api/v1/quotes/"+quote.word("quote_id"), s.buyer, nil)
			if quote.word("target_cpm") != alone.word("target_cpm") || alone.word("target_cpm") == "" || alone.at("target_met") == nil || alone.word("quote.consent_context.tcf") != "CO" || alone.word("agent_url") != "https://a.test" {
				t.Errorf("%s", alone.text)
			}
		}
		for _, path := range paths {
			if got := ask("", path, `"consent_context": {"tcf": "CO"}`); got.status != 201 || got.header.Get("Ignored-Fields") != "consent_context" {
				t.Errorf("%s of somebody without a key: %d %q", path, got.status, got.header.Get("Ignored-Fields"))
			}
		}
	})
}
