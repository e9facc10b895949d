package rest_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"parley/rest"
)

const guaranteed = `{"product_id": "ctv-sports", "deal_type": "PG", "impressions": 1000000, "flight_start": "2026-08-01",
	"flight_end": "2026-08-31", "target_cpm": 40.5, "buyer_identity": {"campaign_name": "Launch", "advertiser_id": "claimed"}}`

// TestFlow walks from quote to order over the wire, and holds every answer against a golden file.
func TestFlow(t *testing.T) {
	t.Parallel()
	s := openShop(t, rest.Options{})
	quote := s.must(201, "POST", "/api/v1/quotes", s.buyer, guaranteed)
	golden(t, "quote", quote)
	quoteID := quote.word("quote_id")
	if read := s.must(200, "GET", "/api/v1/quotes/"+quoteID, s.buyer, nil); read.text != quote.text {
		t.Errorf("the quote was made as\n%s and is read as\n%s", quote.text, read.text)
	}
	golden(t, "pricing-trace", s.must(200, "GET", "/api/v1/quotes/"+quoteID+"/pricing-trace", s.operator, nil))

	deal := s.must(201, "POST", "/api/v1/deals", s.buyer, map[string]any{"quote_id": quoteID, "notes": "Launch"})
	golden(t, "deal", deal)
	dealID := deal.word("deal_id")
	if read := s.must(200, "GET", "/api/v1/deals/"+dealID, s.buyer, nil); read.text != deal.text {
		t.Errorf("the deal was made as\n%s and is read as\n%s", deal.text, read.text)
	}
	booked := s.must(200, "GET", "/api/v1/quotes/"+quoteID, s.buyer, nil)
	if booked.word("status") != "booked" || booked.word("deal_id") != dealID || booked.word("quote.deal_id") != dealID {
		t.Errorf("the quote after booking: %s", booked.text)
	}
	again := s.must(409, "POST", "/api/v1/deals", s.buyer, map[string]any{"quote_id": quoteID})
	if again.word("detail.deal_id") != dealID || again.word("detail.error") != "contention" {
		t.Errorf("booking a quote again: %s", again.text)
	}

	order := s.must(201, "POST", "/api/v1/orders", s.buyer, map[string]any{"deal_id": dealID, "quote_id": quoteID, "metadata": map[string]any{"po": "PO-1"}})
	golden(t, "order", order)
	orderID := order.word("order_id")
	s.must(409, "POST", "/api/v1/orders", s.buyer, map[string]any{"deal_id": dealID})
	s.must(200, "POST", "/api/v1/orders/"+orderID+"/transition", s.buyer, `{"to_status": "submitted", "actor": "mallory"}`)
	s.must(403, "POST", "/api/v1/orders/"+orderID+"/transition", s.buyer, `{"to_status": "approved"}`)
	if odd := s.must(422, "POST", "/api/v1/orders/"+orderID+"/transition", s.buyer, `{"to_status": "sent"}`); !odd.names("to_status") ||
		!strings.Contains(odd.text, "draft, submitted, ") {
		t.Errorf("%s", odd.text)
	}
	illegal := s.must(409, "POST", "/api/v1/orders/"+orderID+"/transition", s.operator, `{"to_status": "completed"}`)
	if illegal.word("detail.current_status") != "submitted" || illegal.at("detail.allowed_transitions") == nil {
		t.Errorf("an illegal move: %s", illegal.text)
	}
	s.must(200, "POST", "/api/v1/orders/"+orderID+"/transition", s.operator, `{"to_status": "approved", "reason": "Fine"}`)
	golden(t, "order-history", s.must(200, "GET", "/api/v1/orders/"+orderID+"/history", s.buyer, nil))
	golden(t, "order-report", s.must(200, "GET", "/api/v1/orders/report", s.buyer, nil))
	for bounds, want := range map[string]string{
		"from=2027-01-01T00:00:00Z": "0", "from=2026-07-02": "0", "from=2026-07-01": "3", "to=2026-06-30": "0", "to=2026-07-01": "3",
		"from=2026-07-01&to=2026-07-01": "3", "from=2026-07-01T14:00:00%2B02:00": "3", "to=2026-07-01T12:00:00Z": "0",
		"actor=buyer": "2", "actor=operator": "1", "actor=buy": "0",
	} {
		if audit := s.must(200, "GET", "/api/v1/orders/"+orderID+"/audit?"+bounds, s.buyer, nil); audit.word("total_count") != want ||
			audit.word("transition_count") != want || fmt.Sprint(len(rowsOf(audit, "transitions"))) != want || audit.word("current_status") != "approved" {
			t.Errorf("moves with %s, want %s: %s", bounds, want, audit.text)
		}
	}

	s.must(200, "POST", "/api/v1/deals/"+dealID+"/cancel", s.operator, `{"reason": "Withdrawn"}`)
	s.must(409, "POST", "/api/v1/deals/"+dealID+"/cancel", s.operator, nil)
	golden(t, "events", s.must(200, "GET", "/events?flow_id="+quoteID, s.buyer, nil))
	if audit := s.must(200, "GET", "/api/v1/audit?resource=deal", s.operator, nil); audit.word("total_count") != "2" {
		t.Errorf("the audit of deals: %s", audit.text)
	}
}

// TestNothingOfTheFloorLeaves looks for the floor in everything that a buyer is answered.
func TestNothingOfTheFloorLeaves(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		rule := `{"name": "Floor", "product_ids": ["ctv-sports"], "discount_pct": 60, "floor_cpm": 19.87}`
		s.must(201, "POST", "/api/v1/pricing-rules", s.operator, rule)
		quote := s.must(201, "POST", "/api/v1/quotes", s.buyer, guaranteed)
		deal := s.must(201, "POST", "/api/v1/deals", s.buyer, map[string]any{"quote_id": quote.word("quote_id")})
		answers := []reply{
			quote, deal,
			s.must(200, "GET", "/api/v1/quotes", s.buyer, nil),
			s.must(200, "GET", "/events", s.buyer, nil),
			s.must(200, "GET", "/products/ctv-sports", s.buyer, nil),
			s.must(200, "POST", "/pricing", s.buyer, `{"product_id": "ctv-sports"}`),
			s.must(200, "POST", "/products/avails", s.buyer, `{"product_id": "ctv-sports"}`),
			s.must(403, "GET", "/api/v1/quotes/"+quote.word("quote_id")+"/pricing-trace", s.buyer, nil),
		}
		// The product's own floor is 20.00, above the rule's: it is the price, and only as the price may it be seen.
		hidden := regexp.MustCompile(`(?i)floor_|19\.87|19870000|"steps"|floor_applied`)
		for _, answer := range answers {
			if found := hidden.FindString(strings.ReplaceAll(answer.text, "bidfloor", "")); found != "" {
				t.Errorf("%q is in %s", found, answer.text)
			}
		}
		trace := s.must(200, "GET", "/api/v1/quotes/"+quote.word("quote_id")+"/pricing-trace", s.operator, nil)
		if trace.at("decision.floor_applied") != true {
			t.Errorf("the floor was meant to hold: %s", trace.text)
		}
	})
}

func TestPricesInBothDialects(t *testing.T) {
	t.Parallel()
	s := openShop(t, rest.Options{})
	body := func(price string) string {
		return `{"product_id":"ctv-sports","deal_type":"PD","idempotency_key":"k-` + strings.Trim(regexp.MustCompile(`\W+`).ReplaceAllString(price, "-"), "-") +
			`","target_cpm":` + price + `}`
	}
	for _, test := range []struct {
		price string
		field string // of the refusal; empty: accepted
		says  string
	}{
		{price: "31.5"}, {price: "3.15e1"}, {price: "31.500000"}, {price: `{"amount_micros": 31500000, "currency": "USD"}`},
		{price: `{"amount_micros": 22.5, "currency": "USD"}`, field: "target_cpm.amount_micros", says: "Input should be a valid integer"},
		{price: `{"amount_micros": 20000000.0}`, field: "target_cpm.amount_micros", says: "Input should be a valid integer"},
		{price: `{"amount_micros": 2e7}`, field: "target_cpm.amount_micros", says: "Input should be a valid integer"},
		{price: `{"amount_micros": "20000000"}`, field: "target_cpm.amount_micros", says: "Input should be a valid integer"},
		{price: `{"amount_micros": 99999999999999999999}`, field: "target_cpm.amount_micros", says: "too large"},
		{price: `{"currency": "USD"}`, field: "target_cpm.amount_micros", says: "required"},
		{price: `{"amount_micros": 1000000, "currency": "usd"}`, field: "target_cpm.currency"},
		{price: `"31.50"`, field: "target_cpm"}, {price: "true", field: "target_cpm"}, {price: "[1]", field: "target_cpm"},
		{price: "1e400", field: "target_cpm"}, {price: "0.0000001", field: "target_cpm", says: "six decimal places"},
		{price: "0", field: "target_cpm", says: "more than 0"}, {price: "-3", field: "target_cpm"},
	} {
		t.Run(test.price, func(t *testing.T) {
			got := s.call("POST", "/api/v1/quotes", s.buyer, body(test.price))
			if test.field == "" {
				if got.status != 201 || got.at("target_cpm") != json.Number("31.50") || got.at("target_met") != true {
					t.Errorf("answered %d %s", got.status, got.text)
				}
				return
			}
			if got.status != 422 || !got.names(test.field) || !strings.Contains(got.text, test.says) {
				t.Errorf("answered %d %s", got.status, got.text)
			}
		})
	}
}

func TestContractRequestsNeedAnIdempotencyKey(t *testing.T) {
	t.Parallel()
	s := openShop(t, rest.Options{})
	for _, member := range []string{
		`"target_cpm": {"amount_micros": 30000000}`, `"consent_context": {"gpp_string": "x"}`, `"audience_plan": {}`,
	} {
		body := `{"product_id": "ctv-sports", "deal_type": "PD", ` + member + `}`
		if got := s.must(422, "POST", "/api/v1/quotes", s.buyer, body); !got.names("idempotency_key") {
			t.Errorf("%s without a key: %s", member, got.text)
		}
		s.must(201, "POST", "/api/v1/quotes", s.buyer, body, "Idempotency-Key", member[1:8])
	}
	s.must(201, "POST", "/api/v1/quotes", s.buyer, `{"product_id": "ctv-sports", "deal_type": "PD", "target_cpm": 30, "consent_context": null}`)
}

func TestLinearTVIsRefusedStructurally(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		for _, member := range []string{`"media_type": "linear_tv"`, `"linear_tv": {"networks": ["NBC"]}`} {
			got := s.must(422, "POST", "/api/v1/quotes", s.buyer, `{"product_id": "ctv-sports", "deal_type": "PG", "idempotency_key": "k", `+member+`}`)
			if got.word("detail.error") != "unsupported_capability" || !strings.Contains(got.text, `"path":"$.media_type"`) {
				t.Errorf("%s: %s", member, got.text)
			}
		}
	})
}

func TestMoneyOnTheWireKeepsItsDigits(t *testing.T) {
	t.Parallel()
	s := openShop(t, rest.Options{})
	s.must(201, "POST", "/api/v1/products", s.operator, `{"product_id": "gulf", "name": "Gulf", "inventory_type": "ctv", "deal_types": ["PD"], "currency": "KWD"}`)
	s.must(200, "PUT", "/api/v1/rate-card", s.operator, `{"entries": [{"inventory_type": "ctv", "base_cpm": 12.345, "currency": "KWD"}]}`)
	card := s.must(200, "GET", "/api/v1/rate-card", s.operator, nil)
	if !strings.Contains(card.text, `"base_cpm":12.345,`) {
		t.Errorf("12.345 became %s", card.text)
	}
}

// volatile matches what differs from run to run.
var volatile = regexp.MustCompile(`(qt-|ORD-|evt-|key-|req-)[0-9a-zA-Z]+|PRLY-[0-9A-Z]{5}-[0-9A-Z]{5}`)

// golden holds an answer against testdata. Run with PARLEY_UPDATE_GOLDEN=1 to write the files anew, and read the diff.
func golden(t *testing.T, name string, answer reply) {
	t.Helper()
	var formatted strings.Builder
	encoder := json.NewEncoder(&formatted)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(answer.body); err != nil {
		t.Fatal(err)
	}
	got := volatile.ReplaceAllStringFunc(formatted.String(), func(id string) string {
		kind, _, _ := strings.Cut(id, "-")
		return kind + "-ID"
	})
	path := filepath.Join("testdata", name+".json")
	if os.Getenv("PARLEY_UPDATE_GOLDEN") != "" {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s differs (-file +answer):\n%s", path, diff)
	}
	if answer.header.Get("Content-Type") != "application/json" || answer.header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("%s was answered with the headers %v", name, answer.header)
	}
}
