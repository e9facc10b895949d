package rest_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"parley"
	"parley/internal/racedetector"
	"parley/rest"
	"parley/seller"
)

// gate puts an approval rule in force, written as JSON, and answers its id.
func (s *shop) gate(rule string) string {
	s.t.Helper()
	return s.must(201, "POST", "/api/v1/approval-rules", s.operator, rule).word("rule_id")
}

// hold books a quote of the buyer's that a rule stops, and answers the deal and its approval.
func (s *shop) hold() (dealID, approvalID string) {
	s.t.Helper()
	quote := s.must(201, "POST", "/api/v1/quotes", s.buyer, guaranteed)
	deal := s.must(202, "POST", "/api/v1/deals", s.buyer, map[string]any{"quote_id": quote.word("quote_id")})
	waiting := s.must(200, "GET", "/approvals?deal_id="+deal.word("deal_id"), s.operator, nil)
	return deal.word("deal_id"), waiting.row("approvals", 0).word("approval_id")
}

// propose submits a proposal for ten days of guaranteed impressions at the buyer's price, and answers it.
func (s *shop) propose(key string, price string, impressions int64) reply {
	s.t.Helper()
	return s.must(201, "POST", "/proposals", key, fmt.Sprintf(`{"product_id": "ctv-sports", "deal_type": "PG", "price": %s,
		"impressions": %d, "start_date": "2026-08-01", "end_date": "2026-08-10"}`, price, impressions))
}

func day(text string) parley.Date {
	d, err := parley.ParseDate(text)
	if err != nil {
		panic(err)
	}
	return d
}

// row is one row of a list.
func (r reply) row(plural string, i int) reply {
	rows, _ := r.body[plural].([]any)
	if i >= len(rows) {
		return reply{text: r.text}
	}
	row, _ := rows[i].(map[string]any)
	return reply{status: r.status, text: r.text, body: row}
}

func TestHeldBookingIsDecidedAndResumed(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		rule := s.gate(`{"name": "Large deals", "gate": "deal_booking", "condition": "deal_value >= 1000", "role": "finance", "timeout": "90m"}`)
		dealID, id := s.hold()
		read := s.must(200, "GET", "/approvals/"+id, s.viewer, nil)
		for path, want := range map[string]string{
			"status": "pending", "request.gate": "deal_booking", "request.rule_id": rule, "request.rule_name": "Large deals",
			"request.role": "finance", "request.deal_id": dealID, "request.expires_at": "2026-07-01T13:30:00Z",
			"request.case.currency": "USD", "request.case.deal_type": "PG", "request.case.buyer_tier": "agency",
		} {
			if got := read.word(path); got != want {
				t.Errorf("%s is %q, want %q", path, got, want)
			}
		}
		if row := s.must(200, "GET", "/approvals", s.viewer, nil).row("approvals", 0); row.word("approval_id") != id || row.at("response") != nil {
			t.Errorf("the list has %s", row.text)
		}
		// Not decided: nothing to resume. Without the rule's role: no decision.
		early := s.must(409, "POST", "/approvals/"+id+"/resume", s.operator, nil)
		if early.word("detail.status") != "pending" || early.word("detail.error") != "contention" {
			t.Errorf("resumed early: %s", early.text)
		}
		decides := s.must(422, "POST", "/approvals/"+id+"/resume", s.operator, `{"decision": "approve"}`)
		if message := decides.word("detail.message"); !strings.Contains(message, "/decide takes it") || !strings.Contains(message, `"resume": true`) {
			t.Errorf("resumed with a decision: %s", decides.text)
		}
		approver := s.key(seller.KeyRequest{Role: parley.RoleOperator, Label: "a", Scopes: []parley.Scope{parley.ScopeApprover}})
		s.must(403, "POST", "/approvals/"+id+"/decide", approver, `{"decision": "approve"}`)
		finance := s.key(seller.KeyRequest{Role: parley.RoleOperator, Label: "f", Scopes: []parley.Scope{parley.ScopeFinance}})
		other := s.must(409, "POST", "/approvals/"+id+"/decide", finance, `{"decision": "approve", "expected": {"effect": "counter"}}`)
		if would, _ := other.body["detail"].(map[string]any)["would"].(map[string]any); would["effect"] != "accept" || would["impressions"] == nil || would["granted_before"] == nil {
			t.Errorf("what it would do is %v: %s", would, other.text)
		}
		s.must(409, "POST", "/approvals/"+id+"/decide", finance, `{"decision": "approve", "expected": {"effect": "accept", "deal_value": 1}}`)
		s.must(422, "POST", "/approvals/"+id+"/decide", finance, `{"decision": "approve", "expected": {"price": {"amount_micros": 1, "currency": "JPY"}}}`)
		s.must(422, "POST", "/approvals/"+id+"/decide", finance, `{"decision": "approve", "expected": {}}`)
		if wrong := s.call("POST", "/approvals/"+id+"/decide", finance, `{"decision": "approve", "expected": {"effect": "accept", "flight_start": "x"}}`); wrong.status < 400 || wrong.status > 422 || !strings.Contains(wrong.text, `"expected.flight_start"`) {
			t.Errorf("a date that is none: %d %s", wrong.status, wrong.text)
		}
		s.must(409, "POST", "/approvals/"+id+"/decide", finance, `{"decision": "approve", "expected": {"granted_before": ["cr-1"]}}`)
		decided := s.must(200, "POST", "/approvals/"+id+"/decide", finance, `{"decision": "approve", "reason": "good for us", "expected": {"effect": "accept"}}`, "Idempotency-Key", "k")
		if decided.word("status") != "approved" || decided.word("response.decision") != "approved" ||
			!strings.HasPrefix(decided.word("response.decided_by"), "operator:key-") || decided.at("outcome") != nil {
			t.Errorf("decided: %s", decided.text)
		}
		if again := s.must(200, "POST", "/approvals/"+id+"/decide", finance, `{"decision": "approve", "reason": "good for us", "expected": {"effect": "accept"}}`, "Idempotency-Key", "k"); again.text != decided.text {
			t.Errorf("repeated under its key: %s", again.text)
		}
		twice := s.must(409, "POST", "/approvals/"+id+"/decide", finance, `{"decision": "reject"}`)
		if twice.word("detail.status") != "approved" {
			t.Errorf("decided twice: %s", twice.text)
		}
		if deal := s.must(200, "GET", "/api/v1/deals/"+dealID, s.buyer, nil); deal.word("status") != "proposed" {
			t.Errorf("decided and not resumed, the deal is %s", deal.word("status"))
		}
		resumed := s.must(200, "POST", "/approvals/"+id+"/resume", approver, nil)
		if resumed.word("outcome.result") != "booked" || resumed.word("outcome.deal_id") != dealID {
			t.Errorf("resumed: %s", resumed.text)
		}
		if deal := s.must(200, "GET", "/api/v1/deals/"+dealID, s.buyer, nil); deal.word("status") != "booked" {
			t.Errorf("resumed, the deal is %s", deal.word("status"))
		}
		for path, want := range map[string]string{
			"/approvals": "0", "/approvals?status=approved": "1", "/approvals?status=approved&gate=order_submission": "0",
			"/approvals?status=approved&gate=deal_booking&limit=1": "1",
		} {
			if got := s.must(200, "GET", path, s.viewer, nil).word("total_count"); got != want {
				t.Errorf("%s has %s rows, want %s", path, got, want)
			}
		}
		s.must(422, "GET", "/approvals?status=lost", s.viewer, nil)
	})
}

func TestRejectedAndTimedOutBookingsReleaseTheirInventory(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		s.gate(`{"name": "all", "gate": "deal_booking", "timeout": "1h"}`)
		rejected, id := s.hold()
		done := s.must(200, "POST", "/approvals/"+id+"/decide", s.operator, `{"decision": "reject", "reason": "the advertiser is in arrears", "resume": true}`)
		if done.word("outcome.result") != "rejected" || done.at("resumed_at") == nil {
			t.Errorf("rejected at once: %s", done.text)
		}
		lapsed, late := s.hold()
		s.clock.Move(time.Hour)
		for action, body := range map[string]string{"decide": `{"decision": "approve"}`, "resume": `{}`} {
			if got := s.must(409, "POST", "/approvals/"+late+"/"+action, s.operator, body); got.word("detail.status") != "timed_out" {
				t.Errorf("%s after the timeout: %s", action, got.text)
			}
		}
		if listed := s.must(200, "GET", "/approvals?status=timed_out", s.viewer, nil).row("approvals", 0); listed.word("approval_id") != late || listed.at("response") != nil {
			t.Errorf("timed out before a sweep: %s", listed.text)
		}
		if n, err := s.service.SweepApprovals(context.Background()); n != 1 || err != nil {
			t.Fatalf("swept %d: %v", n, err)
		}
		for deal, want := range map[string]string{rejected: "rejected", lapsed: "expired"} {
			if got := s.must(200, "GET", "/api/v1/deals/"+deal, s.buyer, nil).word("status"); got != want {
				t.Errorf("deal %s is %s, want %s", deal, got, want)
			}
		}
		if n := s.reserved(); n != 0 {
			t.Errorf("%d impressions are still reserved", n)
		}
	})
}

// reserved is what the ledger holds of the guaranteed product in August 2026.
func (s *shop) reserved() int64 {
	s.t.Helper()
	capacity, err := s.service.Capacity(context.Background(), seller.Terminal("test"), "ctv-sports",
		parley.Flight{Start: day("2026-07-01"), End: day("2026-09-30")})
	if err != nil {
		s.t.Fatal(err)
	}
	var sum int64
	for _, d := range capacity.Days {
		sum += d.Reserved
		if d.Capacity != nil && d.Reserved > *d.Capacity {
			s.t.Errorf("%s: %d of %d are sold", d.Day, d.Reserved, *d.Capacity)
		}
	}
	return sum
}

func TestFiftyOperatorsDecideOnce(t *testing.T) {
	t.Parallel()
	racedetector.AtOnce(t)
	onEach(t, func(t *testing.T, s *shop) {
		s.gate(`{"name": "all", "gate": "deal_booking"}`)
		dealID, id := s.hold()
		keys := make([]string, 50)
		for i := range keys {
			keys[i] = s.key(seller.KeyRequest{Role: parley.RoleOperator, Label: fmt.Sprintf("operator %d", i), Scopes: []parley.Scope{parley.ScopeAdmin}})
		}
		decided := map[int]int{}
		winner := ""
		for _, got := range fifty(func(i int) reply {
			return s.call("POST", "/approvals/"+id+"/decide", keys[i], fmt.Sprintf(`{"decision": %q, "reason": "operator %d"}`, []string{"approve", "reject"}[i%2], i))
		}) {
			decided[got.status]++
			switch got.status {
			case 200:
				winner = got.word("response.reason")
			case 409:
				checkEnvelope(t, got)
			}
		}
		if decided[200] != 1 || decided[409] != 49 {
			t.Fatalf("50 decisions were answered %v", decided)
		}
		outcomes := map[string]bool{}
		for _, got := range fifty(func(i int) reply { return s.call("POST", "/approvals/"+id+"/resume", keys[i], nil) }) {
			if got.status != 200 {
				t.Fatalf("resuming was answered %d %s", got.status, got.text)
			}
			outcomes[got.text] = true
		}
		if len(outcomes) != 1 {
			t.Errorf("50 resumptions had %d results", len(outcomes))
		}
		read := s.must(200, "GET", "/approvals/"+id, s.viewer, nil)
		if read.word("response.reason") != winner {
			t.Errorf("the decision kept is of %s, the one acknowledged of %s", read.word("response.reason"), winner)
		}
		events := s.must(200, "GET", "/events?limit=500&deal_id="+dealID, s.operator, nil)
		if n := strings.Count(events.text, "approval.granted") + strings.Count(events.text, "approval.denied"); n != 1 {
			t.Errorf("%d events of a decision: %s", n, events.text)
		}
		if n := strings.Count(events.text, "deal.booked") + strings.Count(events.text, "deal.rejected"); n != 1 {
			t.Errorf("%d events of its application: %s", n, events.text)
		}
		booked := s.must(200, "GET", "/api/v1/deals/"+dealID, s.buyer, nil).word("status") == "booked"
		if (s.reserved() > 0) != booked {
			t.Errorf("booked is %v, and %d impressions are reserved", booked, s.reserved())
		}
	})
}

// fifty calls at once.
func fifty(call func(i int) reply) []reply {
	replies := make([]reply, 50)
	start := make(chan struct{})
	var group sync.WaitGroup
	for i := range replies {
		group.Go(func() {
			<-start
			replies[i] = call(i)
		})
	}
	close(start)
	group.Wait()
	return replies
}

func TestBulkDecision(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		s.gate(`{"name": "all", "gate": "deal_booking"}`)
		_, first := s.hold()
		_, second := s.hold()
		s.must(200, "POST", "/approvals/"+second+"/decide", s.operator, `{"decision": "approve"}`)
		body := map[string]any{"approval_ids": []string{first, second, "apr-unknown"}, "decision": "approve", "resume": true}
		got := s.must(200, "POST", "/approvals/decide", s.operator, body)
		if got.word("decided") != "1" || got.row("results", 0).word("approval.outcome.result") != "booked" {
			t.Errorf("decided %s", got.text)
		}
		if row := got.row("results", 1); row.word("error.error") != "contention" || row.at("approval") != nil {
			t.Errorf("decided before: %s", got.text)
		}
		if row := got.row("results", 2); row.word("error.error") != "not_found" {
			t.Errorf("unknown: %s", got.text)
		}
		if again := s.must(200, "POST", "/approvals/decide", s.operator, body); again.word("decided") != "0" {
			t.Errorf("repeated: %s", again.text)
		}
		s.must(403, "POST", "/approvals/decide", s.viewer, body)
		s.must(422, "POST", "/approvals/decide", s.operator, `{"approval_ids": [], "decision": "approve"}`)
		s.must(422, "POST", "/approvals/decide", s.operator, map[string]any{"approval_ids": make([]string, 101), "decision": "approve"})
	})
}

func TestCounterOfTheDesk(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		s.gate(`{"name": "PG", "gate": "proposal_decision", "condition": "deal_type == 'PG'"}`)
		proposal := s.propose(s.buyer, "35.00", 1_000_000)
		path := "/approvals/" + proposal.word("approval_id") + "/decide"
		for body, field := range map[string]string{
			`{"decision": "counter"}`: "modifications",
			`{"decision": "approve", "modifications": {"counter_cpm": 30}}`:                                             "modifications",
			`{"decision": "counter", "modifications": {"counter_cpm": 19.99}}`:                                          "modifications.counter_cpm",
			`{"decision": "counter", "modifications": {"counter_cpm": 30.001}}`:                                         "modifications.counter_cpm",
			`{"decision": "counter", "modifications": {"counter_cpm": {"amount_micros": 30000000, "currency": "EUR"}}}`: "modifications.counter_cpm",
			`{"decision": "counter", "modifications": {"impressions": 0}}`:                                              "modifications.impressions",
			`{"decision": "counter", "modifications": {"flight_start": "2026-08-05", "flight_end": "2026-08-04"}}`:      "modifications.flight_end",
			`{"decision": "counter", "modifications": {"flight_start": "2026-08-11"}}`:                                  "modifications.flight_start",
			`{"decision": "maybe"}`: "decision",
		} {
			if got := s.must(422, "POST", path, s.operator, body); !got.names(field) {
				t.Errorf("%s does not name %s: %s", body, field, got.text)
			}
		}
		got := s.must(200, "POST", path, s.operator, `{"decision": "counter", "reason": "Q4 is tight", "resume": true,
			"modifications": {"counter_cpm": {"amount_micros": 33000000, "currency": "USD"}, "impressions": 900000, "note": "What is left."}}`)
		if got.word("response.modifications.counter_cpm") != "33.00" || got.word("outcome.result") != "countered" {
			t.Errorf("countered: %s", got.text)
		}
		read := s.must(200, "GET", "/proposals/"+proposal.word("proposal_id"), s.buyer, nil)
		check(t, read, map[string]string{
			"status": "counter_offered", "counter_terms.proposed_price": "33.00", "counter_terms.max_impressions": "900000",
		})
		if !strings.HasSuffix(read.word("counter_terms.reason"), "What is left.") {
			t.Errorf("the buyer reads %s", read.text)
		}
	})
}

func TestInventorySoldBetweenDecideAndResume(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		takes  int64
		result string
		status string
	}{
		"some of it": {6_000_000, "countered", "counter_offered"},
		"all of it":  {10_000_000, "rejected", "rejected"},
	} {
		t.Run(name, func(t *testing.T) {
			onEach(t, func(t *testing.T, s *shop) {
				s.gate(`{"name": "PG", "gate": "proposal_decision", "condition": "impressions == 5000000"}`)
				proposal := s.propose(s.buyer, "35.00", 5_000_000)
				approval := "/approvals/" + proposal.word("approval_id")
				s.must(200, "POST", approval+"/decide", s.operator, `{"decision": "approve"}`)
				quote := s.must(201, "POST", "/api/v1/quotes", s.rival, map[string]any{
					"product_id": "ctv-sports", "deal_type": "PG", "impressions": c.takes, "flight_start": "2026-08-01", "flight_end": "2026-08-10",
				})
				s.must(201, "POST", "/api/v1/deals", s.rival, map[string]any{"quote_id": quote.word("quote_id")})
				got := s.must(200, "POST", approval+"/resume", s.operator, nil)
				if got.word("outcome.result") != c.result || got.word("outcome.reason") == "" {
					t.Errorf("resumed: %s", got.text)
				}
				if read := s.must(200, "GET", "/proposals/"+proposal.word("proposal_id"), s.buyer, nil); read.word("status") != c.status {
					t.Errorf("the proposal is %s, want %s", read.text, c.status)
				}
				if n := s.reserved(); n != c.takes {
					t.Errorf("%d impressions are reserved, and %d were sold", n, c.takes)
				}
			})
		})
	}
}

func TestApprovalRules(t *testing.T) {
	t.Parallel()
	s := openShop(t, rest.Options{})
	made := s.must(201, "POST", "/api/v1/approval-rules", s.operator, `{"name": "Large deals", "gate": "deal_booking", "condition": "deal_value >= 10000"}`)
	for path, want := range map[string]string{"version": "1", "role": "approver", "timeout": "24h", "on_timeout": "reject"} {
		if made.word(path) != want {
			t.Errorf("%s is %q, want %q", path, made.word(path), want)
		}
	}
	path := "/api/v1/approval-rules/" + made.word("rule_id")
	read := s.must(200, "GET", path, s.viewer, nil)
	if read.text != made.text || read.header.Get("ETag") != `"v1"` {
		t.Errorf("made %s\nread %s", made.text, read.text)
	}
	// At once: what was let through is stopped, and the other way round.
	s.hold()
	off := strings.Replace(read.text, `"enabled":true`, `"enabled":false`, 1)
	s.must(200, "PUT", path, s.operator, off, "If-Match", `"v1"`)
	quote := s.must(201, "POST", "/api/v1/quotes", s.buyer, guaranteed)
	s.must(201, "POST", "/api/v1/deals", s.buyer, map[string]any{"quote_id": quote.word("quote_id")})
	stale := s.must(412, "PUT", path, s.operator, off)
	if stale.word("detail.current_version") != "2" {
		t.Errorf("a stale change: %s", stale.text)
	}
	s.must(412, "DELETE", path+"?version=1", s.operator, nil)
	s.must(200, "DELETE", path, s.operator, nil, "If-Match", `"v2"`)
	s.must(404, "GET", path, s.operator, nil)
	if history := s.must(200, "GET", path+"/history", s.viewer, nil); history.word("total_count") == "0" {
		t.Errorf("a deleted rule has no history: %s", history.text)
	}
	audit := s.must(200, "GET", "/api/v1/audit?resource=approval_rule", s.viewer, nil)
	if audit.word("total_count") != "3" {
		t.Errorf("audited: %s", audit.text)
	}
	for body, field := range map[string]string{
		`{"gate": "deal_booking"}`: "name", `{"name": "r", "gate": "front_door"}`: "gate",
		`{"name": "r", "gate": "deal_booking", "role": "viewer"}`:           "role",
		`{"name": "r", "gate": "deal_booking", "role": "delivery"}`:         "role",
		`{"name": "r", "gate": "deal_booking", "timeout": "soon"}`:          "timeout",
		`{"name": "r", "gate": "deal_booking", "timeout": "1ms"}`:           "timeout",
		`{"name": "r", "gate": "deal_booking", "on_timeout": "escalate"}`:   "escalate_to",
		`{"name": "r", "gate": "deal_booking", "condition": "price >"}`:     "condition",
		`{"name": "r", "gate": "deal_booking", "condition": "floor > 1"}`:   "condition",
		`{"name": "r", "gate": "deal_booking", "timeout": 86400}`:           "timeout",
		`{"name": "r", "gate": "deal_booking", "priority": 1, "enabled":1}`: "enabled",
	} {
		if got := s.must(422, "POST", "/api/v1/approval-rules", s.operator, body); !got.names(field) {
			t.Errorf("%s does not name %s: %s", body, field, got.text)
		}
	}
	broken := s.must(422, "POST", "/api/v1/approval-rules", s.operator, "{\"name\": \"r\", \"gate\": \"deal_booking\", \"condition\": \"price > 1 &&\\n  deal_valu > 2\"}")
	if broken.word("detail.line") != "2" || broken.word("detail.column") != "3" {
		t.Errorf("the position of the mistake: %s", broken.text)
	}
}

func TestTryingApprovalRules(t *testing.T) {
	t.Parallel()
	s := openShop(t, rest.Options{})
	low := s.gate(`{"name": "any discount", "gate": "proposal_decision", "condition": "discount_pct > 0"}`)
	high := s.gate(`{"name": "large", "gate": "deal_booking", "condition": "deal_value >= 10000", "priority": 9}`)
	s.gate(`{"name": "orders", "gate": "order_submission"}`)
	s.gate(`{"name": "off", "gate": "deal_booking", "enabled": false}`)
	try := func(gate, facts string) string {
		got := s.must(200, "POST", "/api/v1/approval-rules/test", s.viewer, `{"gate": "`+gate+`", "case": `+facts+`}`)
		rules, _ := got.body["rules"].([]any)
		if got.at("stopped") != (len(rules) > 0) {
			t.Errorf("stopped and rules disagree: %s", got.text)
		}
		var ids []string
		for i := range rules {
			ids = append(ids, got.row("rules", i).word("rule_id"))
		}
		return strings.Join(ids, " ")
	}
	for _, c := range []struct{ gate, facts, want string }{
		{"deal_booking", `{"price": 10, "impressions": 1000000}`, high},
		{"deal_booking", `{"price": 10, "impressions": 999999}`, ""},
		{"deal_booking", `{"price": 10, "ask": 12, "impressions": 1000000}`, high + " " + low}, // a later gate meets the earlier ones
		{"proposal_decision", `{"price": 10, "ask": 12, "impressions": 1000000}`, low},
		{"deal_booking", `{"price": {"amount_micros": 10000000, "currency": "EUR"}, "deal_value": 9999.99}`, ""},
		{"deal_booking", `{"price": 10, "deal_value": 10000}`, high},
	} {
		if got := try(c.gate, c.facts); got != c.want {
			t.Errorf("%s %s meets %q, want %q", c.gate, c.facts, got, c.want)
		}
	}
	s.must(422, "POST", "/api/v1/approval-rules/test", s.viewer, `{"gate": "deal_booking", "case": {"price": 900000, "impressions": 9000000000000000000}}`)
	s.must(403, "POST", "/api/v1/approval-rules/test", s.buyer, `{"gate": "deal_booking", "case": {"price": 1}}`)
}

func TestNegotiationProfiles(t *testing.T) {
	t.Parallel()
	s := openShop(t, rest.Options{})
	made := s.must(201, "POST", "/api/v1/negotiation-profiles", s.operator, `{"name": "Hold out", "strategy": "boulware", "exponent": 0.125,
		"tiers": ["agency"], "deal_types": ["PG"], "max_rounds": 2, "round_cap_pct": 1.25, "total_cap_pct": 10, "tolerance_pct": 0.5}`)
	for path, want := range map[string]string{
		"version": "1", "exponent": "0.125", "round_cap_pct": "1.25", "total_cap_pct": "10.0", "tolerance_pct": "0.5", "max_rounds": "2",
	} {
		if made.word(path) != want {
			t.Errorf("%s is %q, want %q: %s", path, made.word(path), want, made.text)
		}
	}
	if made.at("buyer_share_pct") != nil {
		t.Errorf("a limit that was not set: %s", made.text)
	}
	path := "/api/v1/negotiation-profiles/" + made.word("profile_id")
	read := s.must(200, "GET", path, s.viewer, nil)
	if read.text != made.text {
		t.Errorf("made %s\nread %s", made.text, read.text)
	}
	s.must(200, "PUT", path, s.operator, read.text)
	s.must(412, "PUT", path, s.operator, read.text)
	if list := s.must(200, "GET", "/api/v1/negotiation-profiles", s.viewer, nil); list.row("negotiation_profiles", 0).word("version") != "2" {
		t.Errorf("listed: %s", list.text)
	}
	s.must(200, "DELETE", path+"?version=2", s.operator, nil)
	s.must(404, "GET", path, s.operator, nil)
	if history := s.must(200, "GET", path+"/history", s.viewer, nil); history.word("total_count") == "0" {
		t.Errorf("no history: %s", history.text)
	}
	for body, field := range map[string]string{
		`{"name": "n", "strategy": "generous"}`: "strategy", `{"name": "n", "max_rounds": 0}`: "max_rounds", `{"name": "n", "total_cap_pct": 100}`: "total_cap_pct",
		`{"name": "n", "round_cap_pct": 101}`: "round_cap_pct", `{"name": "n", "exponent": 0.0001}`: "exponent", `{"name": "n", "exponent": 0.001}`: "exponent",
		`{"name": "n", "tolerance_pct": 100}`: "tolerance_pct", `{"name": "n", "deal_types": ["OPEN"]}`: "deal_types[0]", `{}`: "name", `{"name": ""}`: "name",
	} {
		if got := s.must(422, "POST", "/api/v1/negotiation-profiles", s.operator, body); !got.names(field) {
			t.Errorf("%s does not name %s: %s", body, field, got.text)
		}
	}
}

func TestOrderWaitsAtItsGate(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		s.gate(`{"name": "contracts", "gate": "order_submission", "role": "legal"}`)
		legal := s.key(seller.KeyRequest{Role: parley.RoleOperator, Label: "l", Scopes: []parley.Scope{parley.ScopeLegal}})
		for decision, want := range map[string]string{"approve": "approved", "reject": "rejected"} {
			quote := s.must(201, "POST", "/api/v1/quotes", s.buyer, guaranteed)
			deal := s.must(201, "POST", "/api/v1/deals", s.buyer, map[string]any{"quote_id": quote.word("quote_id")})
			order := s.must(201, "POST", "/api/v1/orders", s.buyer, map[string]any{"deal_id": deal.word("deal_id")})
			path := "/api/v1/orders/" + order.word("order_id")
			held := s.must(200, "POST", path+"/transition", s.buyer, `{"to_status": "submitted"}`)
			if held.word("status") != "pending_approval" {
				t.Fatalf("submitted: %s", held.text)
			}
			s.must(409, "POST", path+"/transition", s.operator, `{"to_status": "approved"}`) // not past the gate
			waiting := s.must(200, "GET", "/approvals?gate=order_submission", s.viewer, nil).row("approvals", 0)
			if waiting.word("request.order_id") != order.word("order_id") {
				t.Errorf("what waits is %s", waiting.text)
			}
			approval := "/approvals/" + waiting.word("approval_id")
			s.must(422, "POST", approval+"/decide", legal, `{"decision": "counter", "modifications": {"counter_cpm": 30}}`)
			done := s.must(200, "POST", approval+"/decide", legal, `{"decision": "`+decision+`", "resume": true}`)
			if done.word("outcome.order_id") != order.word("order_id") {
				t.Errorf("carried out: %s", done.text)
			}
			if got := s.must(200, "GET", path, s.buyer, nil).word("status"); got != want {
				t.Errorf("after %s the order is %s", decision, got)
			}
		}
	})
}

func TestEscalationHandsTheDecisionOver(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		s.gate(`{"name": "all", "gate": "deal_booking", "timeout": "1h", "on_timeout": "escalate", "escalate_to": "finance"}`)
		approver := s.key(seller.KeyRequest{Role: parley.RoleOperator, Label: "a", Scopes: []parley.Scope{parley.ScopeApprover}})
		finance := s.key(seller.KeyRequest{Role: parley.RoleOperator, Label: "f", Scopes: []parley.Scope{parley.ScopeFinance}})
		_, id := s.hold()
		s.must(403, "POST", "/approvals/"+id+"/decide", finance, `{"decision": "approve"}`)
		s.clock.Move(time.Hour)
		if n, err := s.service.SweepApprovals(context.Background()); n != 1 || err != nil {
			t.Fatalf("swept %d: %v", n, err)
		}
		read := s.must(200, "GET", "/approvals/"+id, s.viewer, nil)
		check(t, read, map[string]string{
			"status": "pending", "request.role": "finance", "request.expires_at": "2026-07-01T14:00:00Z", "request.on_timeout": "reject",
		})
		s.must(403, "POST", "/approvals/"+id+"/decide", approver, `{"decision": "approve"}`)
		s.must(200, "POST", "/approvals/"+id+"/decide", finance, `{"decision": "approve"}`)
	})
}

// TestWhatABuyerWithoutAKeyHasBookedIsNotKnown asks about the same proposal of a buyer with a key and of one without.
func TestWhatABuyerWithoutAKeyHasBookedIsNotKnown(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		s.gate(`{"name": "all", "gate": "proposal_decision"}`)
		for key, known := range map[string]bool{s.buyer: true, "": false} {
			id := s.propose(key, "40", 300_000).word("approval_id")
			facts := s.must(200, "GET", "/approvals/"+id, s.viewer, nil)
			for _, name := range []string{"value_today", "value_open"} {
				if got := facts.at("request.case." + name); (got != nil) != known {
					t.Errorf("%s of a buyer that is known, %v: %v\n%s", name, known, got, facts.text)
				}
			}
		}
	})
}
