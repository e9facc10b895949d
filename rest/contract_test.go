package rest_test

import (
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"parley/rest"
)

// vector is one of the shared contract's golden examples.
type vector struct {
	Name          string          `json:"name"`
	Mode          string          `json:"mode"` // valid, must_ignore or invalid
	Data          json.RawMessage `json:"data"`
	Expected      json.RawMessage `json:"expected"` // of must_ignore: what is left of data
	ExpectedError string          `json:"expected_error"`
}

// vectors reads the contract's examples of one message; the test is skipped where the contract is not at hand.
func vectors(t *testing.T, name string) []vector {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("..", "..", "shared", "contract", filepath.FromSlash(name)+".golden.json"))
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("the shared contract's golden vectors are not beside the repository")
	}
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Vectors []vector `json:"vectors"`
	}
	if err := json.Unmarshal(raw, &file); err != nil {
		t.Fatal(err)
	}
	return file.Vectors
}

// asSold puts the shop's product in the place of the contract's, and leaves out its rate card, which nobody here has.
func asSold(data json.RawMessage) string {
	return strings.NewReplacer("prod-001", "ctv-sports", `"rc-001"`, "null").Replace(string(data))
}

func TestContractQuoteRequests(t *testing.T) {
	t.Parallel()
	s := openShop(t, rest.Options{})
	for _, v := range vectors(t, "protocol/QuoteRequest") {
		t.Run(v.Name, func(t *testing.T) {
			got := s.call("POST", "/api/v1/quotes", s.buyer, asSold(v.Data))
			switch {
			case strings.Contains(string(v.Data), `"media_type": "linear_tv"`):
				// Not traded: refused structurally, whether or not its parameters are there.
				if got.status != 422 || got.word("detail.error") != "unsupported_capability" {
					t.Errorf("answered %d %s", got.status, got.text)
				}
			case v.Name == "missing_idempotency_key":
				// Nothing in it tells it from a documented request, which needs no key.
				if got.status != 201 {
					t.Errorf("answered %d %s", got.status, got.text)
				}
			case v.Mode == "invalid":
				if got.status != 422 || !strings.Contains(got.text, v.ExpectedError) {
					t.Errorf("answered %d %s, not with %q", got.status, got.text, v.ExpectedError)
				}
			case v.Mode == "must_ignore":
				// It has the key of an earlier vector and differs in unknown members alone: it is that request again.
				if got.status != 201 || got.header.Get("Idempotency-Replayed") != "true" {
					t.Errorf("answered %d %s", got.status, got.text)
				}
			case got.status != 201:
				t.Errorf("answered %d %s", got.status, got.text)
			}
		})
	}
}

func TestContractQuoteResponse(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		request := asSold(vectors(t, "protocol/QuoteRequest")[0].Data)
		quote := s.must(201, "POST", "/api/v1/quotes", s.buyer, request)
		sameShape(t, "quote", example(t, "protocol/QuoteResponse", 0, "quote"), quote.at("quote"))
		if diff := cmp.Diff(follow(decoded(t, request), "consent_context"), quote.at("quote.consent_context")); diff != "" {
			t.Errorf("the consent context came back changed:\n%s", diff)
		}
	})
}

// TestContractCarries books a quote asked for with everything that a buyer's agent sends along, and finds it all again.
func TestContractCarries(t *testing.T) {
	t.Parallel()
	s := openShop(t, rest.Options{})
	quoted := s.must(201, "POST", "/api/v1/quotes", s.buyer, `{"product_id": "ctv-sports", "deal_type": "PD", "impressions": 1000000,
		"idempotency_key": "carry-1", "agent_url": "https://buyer.example/a2a",
		"consent_context": {"gdpr_applies": true, "x_own": 1.50}, "audience_plan": {"plan_id": "ap-9"}}`)
	id := quoted.word("quote_id")
	booked := s.must(201, "POST", "/api/v1/deals", s.buyer, `{"quote_id": "`+id+`", "idempotency_key": "carry-2"}`)
	sent := decoded(t, `{"consent": {"gdpr_applies": true, "x_own": 1.50}, "plan": {"plan_id": "ap-9"}, "card": null, "url": "https://buyer.example/a2a"}`)
	for what, answer := range map[string]reply{
		"quote": s.must(200, "GET", "/api/v1/quotes/"+id, s.buyer, nil),
		"deal":  s.must(200, "GET", "/api/v1/deals/"+booked.word("deal_id"), s.buyer, nil),
	} {
		plan := map[string]string{"quote": "audience_plan", "deal": "audience_plan_snapshot"}[what]
		got := map[string]any{
			"consent": answer.at(what + ".consent_context"), "plan": answer.at(plan), "card": answer.at(what + ".rate_card_id"),
			"url": answer.at("agent_url"),
		}
		if diff := cmp.Diff(sent, any(got)); diff != "" {
			t.Errorf("the %s did not keep what was sent (-sent +read):\n%s", what, diff)
		}
	}
}

// TestContractOrders moves an order on to syncing, which the contract calls in_progress.
func TestContractOrders(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		quote := s.must(201, "POST", "/api/v1/quotes", s.buyer, guaranteed)
		deal := s.must(201, "POST", "/api/v1/deals", s.buyer, `{"quote_id": "`+quote.word("quote_id")+`"}`)
		order := s.must(201, "POST", "/api/v1/orders", s.buyer, `{"deal_id": "`+deal.word("deal_id")+`"}`)
		sameShape(t, "order", example(t, "primitives/Order", 0), order.at("order"))
		if order.at("order.budget.amount_micros") == nil || order.word("order.start_date") != deal.word("terms.flight_start") || order.word("order.end_date") != deal.word("terms.flight_end") {
			t.Errorf("the order is not of its deal's terms: %s", order.text)
		}
		if order.at("order.ext") != nil {
			t.Errorf("the budget of a deal with a volume is not plain: %s", order.text)
		}
		for _, dealType := range []string{"PD", "PA"} { // without a volume nothing says what is spent, and nothing is made up
			quote := s.must(201, "POST", "/api/v1/quotes", s.buyer, `{"product_id": "ctv-sports", "deal_type": "`+dealType+`"}`)
			deal := s.must(201, "POST", "/api/v1/deals", s.buyer, `{"quote_id": "`+quote.word("quote_id")+`"}`)
			open := s.must(201, "POST", "/api/v1/orders", s.buyer, `{"deal_id": "`+deal.word("deal_id")+`"}`)
			read := s.must(200, "GET", "/api/v1/orders/"+open.word("order_id"), s.buyer, nil)
			for _, o := range []reply{open, read} {
				if o.word("order.budget.amount_micros") != "0" || o.word("order.budget.currency") != "USD" || o.at("order.ext.budget_stated") != false {
					t.Errorf("%s without a volume: %s", dealType, o.text)
				}
			}
		}
		for _, to := range []string{"submitted", "approved", "in_progress", "syncing"} {
			order = s.must(200, "POST", "/api/v1/orders/"+order.word("order_id")+"/transition", s.operator, `{"to_status": "`+to+`"}`)
		}
		if order.word("status") != "syncing" || order.word("order.status") != "in_progress" {
			t.Errorf("the order is %s, and %s to the contract's readers", order.word("status"), order.word("order.status"))
		}
	})
}

func TestContractDeals(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		deal := reply{}
		for _, v := range vectors(t, "protocol/DealBookingRequest") {
			quote := s.must(201, "POST", "/api/v1/quotes", s.buyer, guaranteed)
			// Every vector books the same quote of the contract's; here each books one of its own, under a key of its own.
			body := strings.ReplaceAll(string(v.Data), "q-pg-001", quote.word("quote_id"))
			body = strings.ReplaceAll(body, `"idempotency_key": "`, `"idempotency_key": "`+v.Name)
			if v.Name == "booking_with_audience_plan" {
				refused := s.must(400, "POST", "/api/v1/deals", s.buyer, body)
				if unsupported, _ := refused.at("detail.unsupported").([]any); len(unsupported) != 1 || follow(unsupported[0], "path") != "$.audience_plan.segments[0]" {
					t.Errorf("%s", refused.text)
				}
				// A buyer's agent then asks for less.
				sent, ok := decoded(t, body).(map[string]any)
				if !ok {
					t.Fatal(body)
				}
				put(sent, []string{"audience_plan", "segments"}, []any{})
				body = mustJSON(t, sent)
			}
			deal = s.must(201, "POST", "/api/v1/deals", s.buyer, body)
			sameShape(t, "deal", example(t, "protocol/DealBookingResponse", 0, "deal"), deal.at("deal"))
			hasMembers(t, example(t, "protocol/DealBookingResponse", 0), deal.body)
			if plan := follow(decoded(t, body), "audience_plan"); plan != nil {
				if diff := cmp.Diff(plan, deal.at("audience_plan_snapshot")); diff != "" {
					t.Errorf("the audience plan was not frozen as it was:\n%s", diff)
				}
			}
		}
	})
}

func TestContractProducts(t *testing.T) {
	t.Parallel()
	s := openShop(t, rest.Options{})
	list := s.must(200, "GET", "/products", s.buyer, nil)
	hasMembers(t, example(t, "protocol/ProductListResponse", 0), list.body)
	product := s.must(200, "GET", "/products/ctv-sports", s.buyer, nil)
	hasMembers(t, example(t, "primitives/Product", 0), product.body)
	for _, member := range []string{"base_price", "commercial_terms"} {
		sameShape(t, member, example(t, "primitives/Product", 0, member), product.at(member))
	}
}

func TestContractAvails(t *testing.T) {
	t.Parallel()
	s := openShop(t, rest.Options{})
	for _, v := range vectors(t, "protocol/AvailsRequest") {
		got := s.call("POST", "/products/avails", s.buyer, asSold(v.Data))
		if v.Mode == "invalid" {
			if got.status != 422 || !strings.Contains(got.text, v.ExpectedError) {
				t.Errorf("%s: %d %s", v.Name, got.status, got.text)
			}
			continue
		}
		if got.status != 200 {
			t.Errorf("%s: %d %s", v.Name, got.status, got.text)
		}
		hasMembers(t, example(t, "protocol/AvailsResponse", 0), got.body)
	}
}

func TestContractAvailsSearch(t *testing.T) {
	t.Parallel()
	s := openShop(t, rest.Options{})
	for _, v := range vectors(t, "protocol/ProductAvailsSearch") {
		t.Run(v.Name, func(t *testing.T) {
			got := s.call("POST", "/products/avails", s.buyer, strings.ReplaceAll(asSold(v.Data), "prod-002", "audio-unpriced"))
			if v.Mode == "invalid" {
				if got.status != 422 || !strings.Contains(got.text, v.ExpectedError) {
					t.Errorf("answered %d %s, not with %q", got.status, got.text, v.ExpectedError)
				}
				return
			}
			if got.status != 200 {
				t.Fatalf("answered %d %s", got.status, got.text)
			}
			asked, _ := follow(decoded(t, string(v.Data)), "productids").([]any)
			records, _ := got.at("avails").([]any)
			if len(records) != len(asked) {
				t.Fatalf("%d records for %d products: %s", len(records), len(asked), got.text)
			}
			want, _ := example(t, "protocol/AvailsCollection", 0, "avails").([]any)
			sameShape(t, "avails", want[0], records[0])
			// The flight comes back as it was asked for.
			for _, member := range []string{"startdate", "enddate", "accountid"} {
				if diff := cmp.Diff(follow(decoded(t, string(v.Data)), member), follow(records[0], member)); diff != "" {
					t.Errorf("%s came back changed:\n%s", member, diff)
				}
			}
		})
	}
}

func TestContractAvailsSearchRefusals(t *testing.T) {
	t.Parallel()
	s := openShop(t, rest.Options{})
	const flight = `"accountid": "a", "advertiserbrandid": "b", "startdate": "2026-08-01T00:00:00Z", "enddate": "2026-08-31T00:00:00Z"`
	for body, want := range map[string]string{
		`{` + flight + `, "productids": ["ctv-sports", "ctv-sports"]}`:                                                                       "each product once",
		`{` + flight + `, "productids": ["ctv-sports"], "productid": "ctv-sports"}`:                                                          "send one",
		`{"productids": ["ctv-sports"]}`:                                                                                                     "advertiserbrandid",
		`{` + flight + `, "productids": ["ctv-sports"], "producttargeting": [{"target": "requestedimpressions", "targetvalues": ["many"]}]}`: "whole number",
	} {
		if got := s.call("POST", "/products/avails", s.buyer, body); got.status != 422 || !strings.Contains(got.text, want) {
			t.Errorf("%s: %d %s, not about %q", body, got.status, got.text, want)
		}
	}
	unknown := `{` + flight + `, "productids": ["nothing", "neither"]}`
	if got := s.call("POST", "/products/avails", s.buyer, unknown); got.status != 404 || !strings.Contains(got.text, "nothing") {
		t.Errorf("an unknown product is answered %d %s", got.status, got.text)
	}
	asked := s.must(200, "POST", "/products/avails", s.buyer,
		`{`+flight+`, "productids": ["ctv-sports"], "producttargeting": [{"target": "requestedimpressions", "targetvalues": ["500000.0"]}]}`)
	alone := s.must(200, "POST", "/products/avails", s.buyer,
		`{"productid": "ctv-sports", "startdate": "2026-08-01T00:00:00Z", "enddate": "2026-08-31T00:00:00Z", "requestedImpressions": 500000}`)
	records, _ := asked.at("avails").([]any)
	if diff := cmp.Diff(alone.at("estimatedCpm"), follow(records[0], "price")); diff != "" {
		t.Errorf("the two dialects are told other prices:\n%s", diff)
	}
	if diff := cmp.Diff(alone.at("availableImpressions"), follow(records[0], "availability")); diff != "" {
		t.Errorf("the two dialects are told other volumes:\n%s", diff)
	}
}

func TestContractErrors(t *testing.T) {
	t.Parallel()
	s := openShop(t, rest.Options{})
	got := s.must(422, "POST", "/api/v1/quotes", s.buyer, `{"product_id": "ctv-sports", "deal_type": "PG", "media_type": "linear_tv"}`)
	want, _ := example(t, "protocol/ErrorEnvelope", 0, "detail").(map[string]any)
	if diff := cmp.Diff(want["unsupported"], got.at("detail.unsupported")); diff != "" {
		t.Errorf("(-contract +answer)\n%s", diff)
	}
	if want["error"] != got.at("detail.error") {
		t.Errorf("the code is %s", got.word("detail.error"))
	}
}

// example is the data of a contract's example, or a member of it.
func example(t *testing.T, name string, index int, path ...string) any {
	t.Helper()
	return follow(decoded(t, string(vectors(t, name)[index].Data)), path...)
}

func decoded(t *testing.T, text string) any {
	t.Helper()
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	var v any
	if err := decoder.Decode(&v); err != nil {
		t.Fatal(err)
	}
	return v
}

// hasMembers looks for each member of a contract's message in an answer, which may have more.
func hasMembers(t *testing.T, want any, got map[string]any) {
	t.Helper()
	message, ok := want.(map[string]any)
	if !ok || len(message) == 0 {
		t.Fatalf("the contract's example is %v", want)
	}
	for member := range message {
		if _, there := got[member]; !there {
			t.Errorf("%s is not in %v", member, got)
		}
	}
}

// free are the objects whose members are the sender's own.
var free = []string{"consent_context", "activation_instructions", "audience_targeting"}

// sameShape compares the members of objects, and what kind of value each is where both have one.
func sameShape(t *testing.T, path string, want, got any) {
	t.Helper()
	wantObject, object := want.(map[string]any)
	if !object {
		return
	}
	gotObject, object := got.(map[string]any)
	if !object {
		t.Errorf("%s is %v, not an object", path, got)
		return
	}
	wantNames, gotNames := slices.Sorted(maps.Keys(wantObject)), slices.Sorted(maps.Keys(gotObject))
	if diff := cmp.Diff(wantNames, gotNames); diff != "" {
		t.Errorf("%s has other members (-contract +answer):\n%s", path, diff)
	}
	for name, value := range wantObject {
		member := gotObject[name]
		if value == nil || member == nil || slices.Contains(free, name) {
			continue
		}
		if kindOf(value) != kindOf(member) {
			t.Errorf("%s.%s is %v, in the contract %v", path, name, member, value)
		}
		sameShape(t, path+"."+name, value, member)
	}
}

func kindOf(v any) string {
	switch v.(type) {
	case json.Number:
		return "number"
	case string:
		return "text"
	case bool:
		return "boolean"
	case []any:
		return "list"
	case map[string]any:
		return "object"
	}
	return "null"
}
