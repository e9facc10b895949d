package rest_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"parley"
	"parley/internal/racedetector"
	"parley/rest"
	"parley/seller"
	"parley/storage/storagetest"
)

// stockExtremes puts products for sale whose prices and capacities are as large as any may be.
func (s *shop) stockExtremes() {
	s.t.Helper()
	base, daily := parley.MaxCPM, parley.MaxImpressions
	_, err := s.service.ImportCatalog(s.t.Context(), seller.Terminal("test"), seller.CatalogImport{Feed: func(stage func(int, parley.ProductChange) error) error {
		for i, currency := range []parley.Currency{"KRW", "VND", "USD", "BHD"} {
			if err := stage(i+1, storagetest.WholeProduct(parley.Product{
				ID: "dear-" + strings.ToLower(string(currency)), Name: "Dear in " + string(currency), InventoryType: "video", Currency: currency,
				BaseCPM: &base, FloorCPM: base / 2, DealTypes: parley.DealTypes[:], MinimumImpressions: 1, DailyImpressions: &daily,
				AdFormats: []string{"video"},
			})); err != nil {
				return err
			}
		}
		return nil
	}})
	if err != nil {
		s.t.Fatal(err)
	}
}

var (
	extremeNumbers = []any{
		json.Number("0"), json.Number("-1"), json.Number("1"), json.Number("1000000000000"), json.Number("1000000000001"), json.Number("1e12"),
		json.Number("9223372036854775807"), json.Number("9223372036854775808"), json.Number("-9223372036854775808"), json.Number("1e400"), json.Number("1e-400"),
	}
	extremePrices = []any{
		json.Number("0.000001"), json.Number("999999.99"), json.Number("1000000"), json.Number("9223372036854.775807"), json.Number("1e12"), json.Number("-1"),
		map[string]any{"amount_micros": json.Number("1000000000000"), "currency": "KRW"}, map[string]any{"amount_micros": json.Number("9223372036854775807"), "currency": "VND"},
		map[string]any{"amount_micros": json.Number("-9223372036854775808"), "currency": "USD"},
	}
	extremeDates = []any{
		"1970-01-01", "2026-07-01", "2036-07-01", "2036-07-02", "9999-12-30", "9999-12-31", "9999-12-31T23:59:59-12:00", "0001-01-01", "2028-02-29",
	}
)

// TestExtremesOnEveryRoute puts the largest numbers, prices and dates into every member that takes one, for products that are
// dear and plenty: nothing of it is the server's fault.
func TestExtremesOnEveryRoute(t *testing.T) {
	t.Parallel()
	racedetector.Serial(t)
	s := openShop(t, rest.Options{})
	s.stockExtremes()
	document := s.document().body
	for _, route := range rest.Routes() {
		method := route.Method
		if route.ID == "streamEvents" {
			method = http.MethodHead // the stream itself would not end
		}
		for _, parameter := range queryDates(document, route) {
			path := wildcard.ReplaceAllString(route.Path, "dear-krw")
			for _, date := range extremeDates {
				if got := s.call(method, fmt.Sprintf("%s?%s=%s", path, parameter, strings.ReplaceAll(fmt.Sprint(date), "+", "%2B")), s.buyerOrOperator(route), nil); got.status >= 500 {
					t.Errorf("%s %s?%s=%v answered %d: %s", route.Method, path, parameter, date, got.status, got.text)
				}
			}
		}
		if route.Example == "" {
			continue
		}
		products := []string{"dear-krw", "dear-bhd"}
		if !strings.Contains(route.Path+route.Example, "product") {
			products = products[:1]
		}
		for _, product := range products {
			path := wildcard.ReplaceAllString(route.Path, product)
			for _, member := range extremesOf(document, route) {
				for _, written := range member.written {
					body := decoded(t, route.Example)
					for _, name := range []string{"product_id", "productid"} {
						if _, named := membersIn(body)[name]; named {
							put(body, []string{name}, product)
						}
					}
					put(body, member.path, written)
					if got := s.call(route.Method, path, s.buyerOrOperator(route), body); got.status >= 500 {
						t.Errorf("%s %s with %s %v for %s answered %d: %s", route.Method, route.Path, member.name(), written, product, got.status, got.text)
					}
				}
			}
		}
	}
}

// queryDates are a route's query parameters that take a date or a time.
func queryDates(document map[string]any, route rest.Route) []string {
	var names []string
	parameters, _ := follow(document, "paths", route.Path, strings.ToLower(route.Method), "parameters").([]any)
	for _, parameter := range parameters {
		name, _ := follow(parameter, "name").(string)
		switch name {
		case "since", "until", "from", "to", "start_date", "end_date":
			names = append(names, name)
		}
	}
	return names
}

// extremesOf are the members of a route's request that take a number, a price or a date, with the extremes of each.
func extremesOf(document map[string]any, route rest.Route) []leaf {
	leaves := leavesOf(document, route)
	for i, l := range leaves {
		leaves[i].written = extremeNumbers
		if _, dates := l.written[0].(string); dates {
			leaves[i].written = extremeDates
		}
	}
	schema, _ := follow(document, "paths", route.Path, strings.ToLower(route.Method), "requestBody", "content", "application/json", "schema").(map[string]any)
	ref, _ := schema["$ref"].(string)
	properties, _ := follow(document, "components", "schemas", ref[strings.LastIndexByte(ref, '/')+1:], "properties").(map[string]any)
	for name, property := range properties {
		if follow(property, "format") == "price" {
			leaves = append(leaves, leaf{[]string{name}, extremePrices})
		}
	}
	return leaves
}

// TestExtremesThroughTheFlows quotes, negotiates, books, orders and changes the largest deals there can be.
func TestExtremesThroughTheFlows(t *testing.T) {
	t.Parallel()
	racedetector.Serial(t)
	onEach(t, func(t *testing.T, s *shop) {
		s.stockExtremes()
		try := func(method, path, key string, body string) reply {
			t.Helper()
			got := s.call(method, path, key, body)
			if got.status >= 500 {
				t.Errorf("%s %s with %s answered %d: %s", method, path, body, got.status, got.text)
			}
			return got
		}
		booked, refused := 0, 0
		for _, product := range []string{"dear-krw", "dear-vnd"} {
			for _, volume := range []string{"1", "9223372036", "9223372037", "1e12"} {
				for _, end := range []string{"2026-07-02", "2036-07-01", "2036-07-02", "9999-12-31"} {
					start := strings.Replace(strings.Replace(end, "07-02", "07-01", 1), "9999-12-31", "9999-12-01", 1)
					terms := `"product_id": "` + product + `", "deal_type": "PG", "impressions": ` + volume
					for _, key := range []string{"", s.buyer} {
						try("POST", "/products/avails", key, `{"product_id": "`+product+`", "impressions": `+volume+`, "flight_start": "`+start+`", "flight_end": "`+end+`"}`)
						try("POST", "/pricing", key, `{"product_id": "`+product+`", "volume": `+volume+`}`)
					}
					proposal := try("POST", "/proposals", s.buyer, `{`+terms+`, "price": 900000, "start_date": "`+start+`", "end_date": "`+end+`"}`)
					try("POST", "/proposals/"+proposal.word("proposal_id")+"/counter", s.buyer, `{"buyer_price": 999999.99}`)
					quote := try("POST", "/api/v1/quotes", s.buyer, `{`+terms+`, "flight_start": "`+start+`", "flight_end": "`+end+`"}`)
					if end == "2036-07-02" || end == "9999-12-31" {
						if quote.status != 422 || !quote.names("flight_end") || proposal.status != 422 || !proposal.names("end_date") {
							t.Errorf("a flight to %s is answered %d %s and %d %s", end, quote.status, quote.text, proposal.status, proposal.text)
						}
					}
					deal := try("POST", "/api/v1/deals", s.buyer, `{"quote_id": "`+quote.word("quote_id")+`"}`)
					if deal.status != 201 {
						refused++
						continue
					}
					booked++
					id := deal.word("deal_id")
					order := try("POST", "/api/v1/orders", s.buyer, `{"deal_id": "`+id+`"}`)
					try("POST", "/api/v1/orders/"+order.word("order_id")+"/transition", s.buyer, `{"to_status": "submitted"}`)
					for _, proposed := range []string{`"impressions": 1000000000000`, `"price": 1000000`, `"flight_end": "2036-07-01"`, `"flight_end": "9999-12-31"`} {
						try("POST", "/api/v1/change-requests", s.buyer, `{"change_type": "other", "deal_id": "`+id+`", "proposed_values": {`+proposed+`}}`)
					}
					try("POST", "/api/v1/change-requests", s.buyer, `{"change_type": "cancellation", "deal_id": "`+id+`", "proposed_values": {"cancel_pct": 0.5}}`)
				}
			}
		}
		if booked == 0 || refused == 0 {
			t.Errorf("%d deals were booked and %d refused", booked, refused)
		}
		for _, path := range []string{"/api/v1/deals", "/api/v1/orders", "/api/v1/quotes", "/proposals", "/api/v1/change-requests", "/products", "/media-kit"} {
			s.must(200, "GET", path, s.operator, nil)
		}
	})
}
