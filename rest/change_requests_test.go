package rest_test

import (
	"cmp"
	"fmt"
	"strings"
	"testing"

	"parley/internal/racedetector"
	"parley/rest"
)

// bookedDeal books a million guaranteed impressions over August at 31.50, with an order.
func (s *shop) bookedDeal() (dealID, orderID string) {
	s.t.Helper()
	quote := s.must(201, "POST", "/api/v1/quotes", s.buyer, guaranteed)
	dealID = s.must(201, "POST", "/api/v1/deals", s.buyer, map[string]any{"quote_id": quote.word("quote_id")}).word("deal_id")
	orderID = s.must(201, "POST", "/api/v1/orders", s.buyer, map[string]any{"deal_id": dealID}).word("order_id")
	return dealID, orderID
}

func (s *shop) askChange(status int, dealID, members string) reply {
	s.t.Helper()
	return s.must(status, "POST", "/api/v1/change-requests", s.buyer, fmt.Sprintf(`{"deal_id": %q, "reason": "a test", %s}`, dealID, members))
}

func TestMinorChangeIsAppliedByItsBuyer(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		dealID, _ := s.bookedDeal()
		asked := s.askChange(201, dealID, `"change_type": "flight_dates", "proposed_values": {"flight_end": "2026-09-02"},
			"diffs": [{"field": "flight_end", "old_value": "2026-08-31", "new_value": "2026-09-02"}]`)
		check(t, asked, map[string]string{
			"status": "approved", "severity": "minor", "approved_by": "system", "approval_id": "null", "change_request.status": "approved",
			"availability_check.available": "", "pricing_impact.difference.amount_micros": "0",
		})
		if asked.at("availability_check.available") != true {
			t.Errorf("availability: %s", asked.text)
		}
		id := asked.word("change_request_id")
		s.must(404, "GET", "/api/v1/change-requests/"+id, s.rival, nil)
		s.must(404, "POST", "/api/v1/change-requests/"+id+"/apply", s.rival, nil)
		applied := s.must(200, "POST", "/api/v1/change-requests/"+id+"/apply", s.buyer, nil)
		check(t, applied, map[string]string{"status": "applied", "before.flight_end": "2026-08-31", "before.impressions": "1000000", "failure_reason": "null"})
		check(t, s.must(200, "GET", "/api/v1/deals/"+dealID, s.buyer, nil), map[string]string{
			"terms.flight_end": "2026-09-02", "status": "booked", "pricing.final_cpm": "31.50",
		})
		again := s.must(200, "POST", "/api/v1/change-requests/"+id+"/apply", s.buyer, nil)
		if again.word("applied_at") != applied.word("applied_at") {
			t.Errorf("applied twice: %s", again.text)
		}
		check(t, s.must(200, "GET", "/api/v1/change-requests?deal_id="+dealID, s.buyer, nil), map[string]string{"total_count": "1"})
		check(t, s.must(200, "GET", "/api/v1/change-requests", s.rival, nil), map[string]string{"total_count": "0"})
	})
}

func TestCriticalChangeIsReviewed(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		dealID, orderID := s.bookedDeal()
		// It calls itself a matter of creatives, and carries a price.
		asked := s.askChange(201, dealID, `"change_type": "creative", "severity": "minor", "proposed_values": {"creative_id": "c-2", "price": 30.25}`)
		check(t, asked, map[string]string{
			"status": "pending_approval", "severity": "critical", "pricing_impact.current_value.amount_micros": "31500000000",
			"pricing_impact.proposed_value.amount_micros": "30250000000",
		})
		id := asked.word("change_request_id")
		s.must(409, "POST", "/api/v1/change-requests/"+id+"/apply", s.buyer, nil)
		s.must(403, "POST", "/api/v1/change-requests/"+id+"/review", s.buyer, `{"decision": "approve"}`)
		s.must(403, "POST", "/api/v1/change-requests/"+id+"/review", s.viewer, `{"decision": "approve"}`)
		inbox := s.must(200, "GET", "/approvals?gate=change_request", s.operator, nil)
		if inbox.word("total_count") != "1" || !strings.Contains(inbox.text, id) {
			t.Errorf("the desk's inbox: %s", inbox.text)
		}
		reviewed := s.must(200, "POST", "/api/v1/change-requests/"+id+"/review", s.operator, `{"decision": "approve", "reason": "agreed"}`)
		check(t, reviewed, map[string]string{"status": "approved"})
		s.must(409, "POST", "/api/v1/change-requests/"+id+"/review", s.operator, `{"decision": "reject"}`)
		check(t, s.must(200, "POST", "/api/v1/change-requests/"+id+"/apply", s.buyer, nil), map[string]string{
			"status": "applied", "before.price": "31.50", "approved_by": "seller",
		})
		deal := s.must(200, "GET", "/api/v1/deals/"+dealID, s.buyer, nil)
		check(t, deal, map[string]string{"pricing.final_cpm": "30.25", "openrtb_params.bidfloor": "30.25"})

		// Under the floor of 20.00 the desk itself cannot go, and the buyer hears nothing of it.
		low := s.askChange(201, dealID, `"change_type": "pricing", "proposed_values": {"price": {"amount_micros": 19990000, "currency": "USD"}}`)
		refused := s.must(422, "POST", "/api/v1/change-requests/"+low.word("change_request_id")+"/review", s.operator, `{"decision": "approve"}`)
		if !strings.Contains(refused.word("detail.message"), "floor") {
			t.Errorf("the desk was refused with %s", refused.text)
		}
		rejected := s.must(200, "POST", "/api/v1/change-requests/"+low.word("change_request_id")+"/review", s.operator, `{"decision": "reject", "reason": "not for the buyer", "message_to_buyer": "too low"}`)
		check(t, rejected, map[string]string{"status": "rejected", "rejection_reason": "too low"})

		// Cancelling by the order ends deal and order, and gives the inventory back.
		before := s.reserved()
		cancel := s.must(201, "POST", "/api/v1/change-requests", s.buyer, fmt.Sprintf(
			`{"change_type": "cancellation", "order_id": %q, "proposed_values": {"cancel_pct": 1.0}, "reason": "Advertiser pause"}`, orderID))
		check(t, cancel, map[string]string{"severity": "critical", "status": "pending_approval", "deal_id": dealID})
		s.must(200, "POST", "/api/v1/change-requests/"+cancel.word("change_request_id")+"/review", s.operator, `{"decision": "approve"}`)
		gone := s.must(200, "POST", "/api/v1/change-requests/"+cancel.word("change_request_id")+"/apply", s.operator, nil)
		check(t, gone, map[string]string{"status": "applied", "before.orders." + orderID: "draft"})
		check(t, s.must(200, "GET", "/api/v1/deals/"+dealID, s.buyer, nil), map[string]string{"status": "cancelled"})
		check(t, s.must(200, "GET", "/api/v1/orders/"+orderID, s.buyer, nil), map[string]string{"status": "cancelled"})
		if now := s.reserved(); before != 1_000_000 || now != 0 {
			t.Errorf("reserved %d, after the cancelling %d", before, now)
		}
		s.askChange(409, dealID, `"change_type": "other"`)
	})
}

// TestDealShowsWhatIsAskedOfIt reads a deal, alone and in its list, with a request that waits and one that was taken on.
func TestDealShowsWhatIsAskedOfIt(t *testing.T) {
	t.Parallel()
	racedetector.AtOnce(t)
	s := openShop(t, rest.Options{})
	dealID, _ := s.bookedDeal()
	work := s.askChange(201, dealID, `"change_type": "creative", "proposed_values": {"creative_id": "c-1"}`)
	id := work.word("change_request_id")
	check(t, work, map[string]string{"status": "pending_approval", "severity": "minor", "asked_by": "buyer"})
	s.must(200, "POST", "/api/v1/change-requests/"+id+"/review", s.operator, `{"decision": "approve"}`)
	s.must(409, "POST", "/api/v1/change-requests/"+id+"/apply", s.buyer, nil)
	shown := `"changes":[{"change_request_id":"` + id + `","change_type":"creative","severity":"minor","status":"approved"`
	for _, path := range []string{"/api/v1/deals/" + dealID, "/api/v1/deals"} {
		got := s.must(200, "GET", path, s.buyer, nil)
		if !strings.Contains(got.text, shown) || !strings.Contains(got.text, `"approved_by":"seller","approved_at":"2`) {
			t.Errorf("%s shows %s", path, got.text)
		}
	}
}

func TestChangesThatAreRefused(t *testing.T) {
	t.Parallel()
	s := openShop(t, rest.Options{})
	dealID, orderID := s.bookedDeal()
	otherDeal, _ := s.bookedDeal()
	for name, c := range map[string]struct {
		body   string
		status int
		says   string
	}{
		"no type":           {`"proposed_values": {}`, 422, "change_type"},
		"unknown type":      {`"change_type": "wish"`, 422, "change_type"},
		"no dates":          {`"change_type": "flight_dates"`, 422, "proposed_values.flight_start"},
		"a bad date":        {`"change_type": "flight_dates", "proposed_values": {"flight_end": "soon"}`, 422, "proposed_values.flight_end"},
		"end before start":  {`"change_type": "flight_dates", "proposed_values": {"flight_end": "2026-07-31"}`, 422, "proposed_values.flight_end"},
		"in the past":       {`"change_type": "flight_dates", "proposed_values": {"flight_start": "2026-06-01"}`, 422, "proposed_values.flight_start"},
		"no volume":         {`"change_type": "impressions", "proposed_values": {"impressions": 0}`, 422, "proposed_values.impressions"},
		"below the minimum": {`"change_type": "impressions", "proposed_values": {"impressions": 9999}`, 422, "minimum"},
		"half a volume":     {`"change_type": "impressions", "proposed_values": {"impressions": 1.5}`, 422, "proposed_values.impressions"},
		"price 0":           {`"change_type": "pricing", "proposed_values": {"price": 0}`, 422, "proposed_values.price"},
		"a float of micros": {`"change_type": "pricing", "proposed_values": {"price": {"amount_micros": 20000000.0}}`, 422, "valid integer"},
		"another currency":  {`"change_type": "pricing", "proposed_values": {"price": {"amount_micros": 20000000, "currency": "EUR"}}`, 422, "USD"},
		"cancelling more":   {`"change_type": "cancellation", "proposed_values": {"cancel_pct": 1.5}`, 422, "cancel_pct"},
		"makegood":          {`"change_type": "makegood"`, 422, "requires makegood details"},
		"makegood of text":  {`"change_type": "makegood", "makegood": "spots"`, 422, "makegood"},
		"makegood's notes":  {`"change_type": "makegood", "makegood": {"notes": 7}`, 422, "makegood.notes"},
		"a daypart as text": {`"change_type": "makegood", "makegood": {"preferred_dayparts": "primetime"}`, 422, "makegood.preferred_dayparts"},
		"dayparts of none":  {`"change_type": "makegood", "makegood": {"preferred_dayparts": ["primetime", null]}`, 422, "makegood.preferred_dayparts"},
		"another's order":   {`"change_type": "other", "order_id": "ORD-X"`, 404, "order"},
		"a stale value": {
			`"change_type": "impressions", "proposed_values": {"impressions": 20000}, "diffs": [{"field": "impressions", "old_value": 999999}]`, 409, "1000000",
		},
	} {
		got := s.askChange(c.status, dealID, c.body)
		if !strings.Contains(got.text, c.says) {
			t.Errorf("%s: %s", name, got.text)
		}
	}
	s.must(422, "POST", "/api/v1/change-requests", s.buyer, `{"change_type": "other"}`)
	s.must(404, "POST", "/api/v1/change-requests", s.rival, fmt.Sprintf(`{"change_type": "other", "deal_id": %q}`, dealID))
	s.must(422, "POST", "/api/v1/change-requests", s.buyer, fmt.Sprintf(`{"change_type": "other", "deal_id": %q, "order_id": %q}`, otherDeal, orderID))
}

// TestMakegoodsAreWhole: what a makegood is answered with has its notes and its dayparts, whatever was sent of them.
func TestMakegoodsAreWhole(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		dealID, _ := s.bookedDeal()
		for sent, want := range map[string]string{
			`{}`: "map[notes: preferred_dayparts:[]]", `{"shortfall_grps": 8.5}`: "map[notes: preferred_dayparts:[] shortfall_grps:8.5]",
			`{"notes": null, "preferred_dayparts": null}`:               "map[notes: preferred_dayparts:[]]",
			`{"notes": "week 2", "preferred_dayparts": ["late_night"]}`: "map[notes:week 2 preferred_dayparts:[late_night]]",
		} {
			asked := s.askChange(201, dealID, `"change_type": "makegood", "makegood": `+sent)
			read := s.must(200, "GET", "/api/v1/change-requests/"+asked.word("change_request_id"), s.buyer, nil)
			for _, got := range []reply{asked, read} {
				if told := fmt.Sprint(got.at("change_request.makegood")); told != want {
					t.Errorf("%s is answered %s, want %s", sent, told, want)
				}
			}
		}
	})
}

// TestContractChangeRequests replays the contract's vectors on a deal and an order of the shop's.
func TestContractChangeRequests(t *testing.T) {
	t.Parallel()
	s := openShop(t, rest.Options{})
	dealID, orderID := s.bookedDeal()
	for _, v := range vectors(t, "protocol/ChangeRequestCreate") {
		t.Run(v.Name, func(t *testing.T) {
			body := strings.NewReplacer("deal-ltv-002", dealID, "ord-001", orderID).Replace(string(v.Data))
			got := s.call("POST", "/api/v1/change-requests", s.buyer, body)
			if v.Mode == "invalid" {
				if got.status != 422 || !strings.Contains(got.text, v.ExpectedError) {
					t.Errorf("answered %d %s, not with %q", got.status, got.text, v.ExpectedError)
				}
				return
			}
			if got.status != 201 {
				t.Fatalf("answered %d %s", got.status, got.text)
			}
			for i := range vectors(t, "protocol/ChangeRequestResponse") {
				want, _ := example(t, "protocol/ChangeRequestResponse", i, "change_request").(map[string]any)
				for _, name := range []string{"proposed_values", "makegood"} {
					want[name] = nil // what these hold is the sender's own
				}
				sameShape(t, "change_request", any(want), got.at("change_request"))
			}
		})
	}
}

// TestACancellationThatARuleHolds is answered 202, names what waits, and is carried out once it is granted.
func TestACancellationThatARuleHolds(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		dealID, orderID := s.bookedDeal()
		colleague := s.must(201, "POST", "/auth/api-keys/operator", s.operator, `{"label": "another", "roles": ["approver"]}`).word("api_key")
		s.gate(`{"name": "Ends", "gate": "change_request", "condition": "deal_value >= 10000"}`)
		path := "/api/v1/deals/" + dealID + "/cancel"
		s.must(403, "POST", path, s.buyer, nil)
		for range 2 {
			held := s.must(202, "POST", path, s.operator, `{"reason": "Withdrawn"}`)
			check(t, held, map[string]string{"status": "booked"})
			check(t, held.row("changes", 0), map[string]string{"change_type": "cancellation", "status": "pending_approval", "asked_by": "seller"})
		}
		waiting := s.must(200, "GET", "/approvals?deal_id="+dealID, s.operator, nil)
		id := s.must(200, "GET", "/api/v1/deals/"+dealID, s.operator, nil).row("changes", 0).word("approval_id")
		if check(t, waiting, map[string]string{"total_count": "1"}); waiting.row("approvals", 0).word("approval_id") != id {
			t.Errorf("the deal names %q: %s", id, waiting.text)
		}
		s.must(200, "POST", "/approvals/"+id+"/decide", colleague, `{"decision": "approve", "reason": "Fine"}`)
		s.must(200, "POST", "/approvals/"+id+"/resume", colleague, nil)
		check(t, s.must(200, "POST", path, s.operator, nil), map[string]string{"status": "cancelled"})
		check(t, s.must(200, "GET", "/api/v1/orders/"+orderID, s.buyer, nil), map[string]string{"status": "cancelled"})
	})
}

// TestWhatAChangeDoesNothingWith has buyers and operators propose what is misspelt, what no change moves and what is for people.
func TestWhatAChangeDoesNothingWith(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		dealID, _ := s.bookedDeal()
		for name, test := range map[string]struct {
			members string
			unknown string // where, and for operators what was meant; empty: all is known
			meant   string
			status  int // of a buyer; 0: 201
		}{
			"misspelt":                {`"flight_dates", "proposed_values": {"flght_end": "2026-09-01", "flight_start": "2026-08-02"}`, "proposed_values.flght_end", "did you mean flight_end?", 0},
			"misspelt, and missing":   {`"flight_dates", "proposed_values": {"flightEnd": "2026-09-01"}`, "proposed_values.flightEnd", "did you mean flight_end?", 422},
			"unsupported":             {`"pricing", "proposed_values": {"price": 30.25, "bidding_strategy": "x"}`, "proposed_values.bidding_strategy", "is not a term", 0},
			"empty":                   {`"pricing", "proposed_values": {"price": 30.25, "": 1}`, "proposed_values.", "is not a term", 0},
			"misspelt in diffs":       {`"pricing", "proposed_values": {"price": 30.25}, "diffs": [{"field": "impresions", "new_value": 9}]`, "diffs[0].field", "did you mean impressions?", 0},
			"misspelt as it was":      {`"pricing", "proposed_values": {"price": 30.25}, "diffs": [{"field": "prise", "old_value": 9}]`, "diffs[0].field", "did you mean price?", 0},
			"work with its own words": {`"targeting", "proposed_values": {"geo_targets": ["CA"], "impression_cap": 3}`, "", "", 0},
			"work, written otherwise": {`"other", "proposed_values": {"Flight-End": "2026-09-01"}`, "proposed_values.Flight-End", "did you mean flight_end?", 0},
			"creatives":               {`"flight_dates", "proposed_values": {"flight_end": "2026-09-01", "creative_id": "c", "notes": "n", "reason": "r"}`, "", "", 0},
			"its own product":         {`"flight_dates", "proposed_values": {"flight_end": "2026-09-02", "product_id": "ctv-sports", "deal_type": "programmatic_guaranteed", "currency": "USD"}`, "", "", 0},
		} {
			body := fmt.Sprintf(`{"deal_id": %q, "reason": "a test", "change_type": %s}`, dealID, test.members)
			asked := s.call("POST", "/api/v1/change-requests", s.buyer, body)
			if told := asked.header.Get("Ignored-Fields"); asked.status != cmp.Or(test.status, 201) || told != test.unknown {
				t.Errorf("%s, by a buyer: %d, ignored %q, want %q: %s", name, asked.status, told, test.unknown, asked.text)
			}
			refused := s.call("POST", "/api/v1/change-requests", s.operator, body)
			if test.unknown == "" && refused.status != 201 || test.unknown != "" && (refused.status != 422 || !refused.names(test.unknown) || !strings.Contains(refused.text, test.meant)) {
				t.Errorf("%s, by an operator: %d %s", name, refused.status, refused.text)
			}
		}
		if minor := s.askChange(201, dealID, `"change_type": "flight_dates", "proposed_values": {"flight_end": "2026-09-01", "currency": "usd"}`); minor.word("severity") != "minor" {
			t.Errorf("what is there already made it %s", minor.word("severity"))
		}
		for member, value := range map[string]string{"product_id": "display-home", "deal_type": "PD", "currency": "EUR"} {
			for _, caller := range []string{s.buyer, s.operator} {
				body := fmt.Sprintf(`{"deal_id": %q, "change_type": "flight_dates", "proposed_values": {"flight_end": "2026-09-01", %q: %q}}`, dealID, member, value)
				if got := s.must(422, "POST", "/api/v1/change-requests", caller, body); !got.names("proposed_values."+member) || !strings.Contains(got.text, "cannot be changed") {
					t.Errorf("another %s: %s", member, got.text)
				}
				body = fmt.Sprintf(`{"deal_id": %q, "change_type": "flight_dates", "proposed_values": {"flight_end": "2026-09-01"}, "diffs": [{"field": %q, "new_value": %q}]}`, dealID, member, value)
				if got := s.must(422, "POST", "/api/v1/change-requests", caller, body); !got.names("diffs[0].new_value") {
					t.Errorf("another %s, as a difference: %s", member, got.text)
				}
			}
			s.askChange(409, dealID, fmt.Sprintf(`"change_type": "flight_dates", "proposed_values": {"flight_end": "2026-09-01"}, "diffs": [{"field": %q, "old_value": %q}]`, member, value))
		}
	})
}
