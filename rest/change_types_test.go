package rest_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"parley"
	"parley/internal/racedetector"
)

// proposedTerms are values of every member of a change request's terms, that each can be asked for of a bookedDeal.
var proposedTerms = map[string]string{
	"flight_start": `"2026-08-02"`, "start_date": `"2026-08-02"`, "flight_end": `"2026-09-05"`, "end_date": `"2026-09-05"`,
	"impressions": `5000000`, "price": `30.25`, "cpm": `30.25`, "final_cpm": `30.25`, "cancel_pct": `0.5`, "effective_date": `"2026-08-20"`,
}

// settable are the members that every type of change sets but a cancellation, which has its own.
var settable = []string{"flight_start", "flight_end", "start_date", "end_date", "impressions", "price", "cpm", "final_cpm"}

// termsOfTypes says in words of their own which members each type of change sets.
var termsOfTypes = map[parley.ChangeType][]string{
	parley.ChangeFlightDates: settable, parley.ChangeImpressions: settable, parley.ChangePricing: settable, parley.ChangeCreative: settable,
	parley.ChangeTargeting: settable, parley.ChangeMakegood: settable, parley.ChangeOther: settable,
	parley.ChangeCancellation: {"cancel_pct", "effective_date"},
}

// neededTerms are the members of which a request of a type has one at least.
var neededTerms = map[parley.ChangeType][]string{
	parley.ChangeFlightDates: {"flight_start", "flight_end", "start_date", "end_date"}, parley.ChangeImpressions: {"impressions"},
	parley.ChangePricing: {"price", "cpm", "final_cpm"}, parley.ChangeCancellation: {"cancel_pct", "effective_date"},
}

// changeOf is a request of a type, with terms beside those that it needs.
func changeOf(kind parley.ChangeType, members ...string) string {
	if needed := neededTerms[kind]; len(needed) > 0 && !slices.ContainsFunc(members, func(m string) bool { return slices.Contains(needed, m) }) {
		members = append(members, needed[0])
	}
	values := make([]string, len(members))
	for i, member := range members {
		values[i] = fmt.Sprintf("%q: %s", member, proposedTerms[member])
	}
	body := fmt.Sprintf(`"change_type": %q, "proposed_values": {%s}`, kind, strings.Join(values, ", "))
	if kind == parley.ChangeMakegood {
		body += `, "makegood": {"notes": "short"}`
	}
	return body
}

// TestEachTypeOfChangeSetsItsOwnTerms asks for every type of change with every term, by each way of naming it.
func TestEachTypeOfChangeSetsItsOwnTerms(t *testing.T) {
	t.Parallel()
	racedetector.Serial(t)
	if len(proposedTerms) != len(parley.TermMembers) || len(termsOfTypes) != len(parley.ChangeTypes) {
		t.Fatal("not every term or type is tried")
	}
	onEach(t, func(t *testing.T, s *shop) {
		dealID, _ := s.bookedDeal()
		deal := func() string { return s.must(200, "GET", "/api/v1/deals/"+dealID, s.buyer, nil).text }
		for _, kind := range parley.ChangeTypes {
			for _, member := range parley.TermMembers {
				own := slices.Contains(termsOfTypes[kind], member)
				for way, c := range map[string]struct{ body, path string }{
					"proposed": {changeOf(kind, member), "proposed_values." + member},
					"as a difference": {
						changeOf(kind) + fmt.Sprintf(`, "diffs": [{"field": %q, "new_value": %s}]`, member, proposedTerms[member]), "diffs[0].new_value",
					},
				} {
					for name, caller := range map[string]string{"buyer": s.buyer, "operator": s.operator} {
						got := s.call("POST", "/api/v1/change-requests", caller, fmt.Sprintf(`{"deal_id": %q, "reason": "a test", %s}`, dealID, c.body))
						switch {
						case own && got.status != 201:
							t.Errorf("%s with its own %s, %s, by the %s: %d %s", kind, member, way, name, got.status, got.text)
						case !own && (got.status != 422 || !got.names(c.path) || !strings.Contains(got.text, "change_type")):
							t.Errorf("%s with %s, %s, by the %s: %d %s", kind, member, way, name, got.status, got.text)
						}
					}
				}
			}
		}
		all := s.call("POST", "/api/v1/change-requests", s.buyer, fmt.Sprintf(`{"deal_id": %q, %s}`, dealID,
			changeOf(parley.ChangeCancellation, "cancel_pct", "impressions", "price", "flight_end")))
		if all.status != 422 || !all.names("proposed_values.impressions") || !all.names("proposed_values.price") || !all.names("proposed_values.flight_end") || all.names("proposed_values.cancel_pct") {
			t.Errorf("a cancellation with all terms: %d %s", all.status, all.text)
		}
		if now := deal(); !strings.Contains(now, `"impressions":1000000`) || !strings.Contains(now, `"status":"booked"`) {
			t.Errorf("the deal is %s", now)
		}
	})
}

// TestAChangeDoesWhatItSays applies each type of change, alone, and finds nothing else of the deal moved.
func TestAChangeDoesWhatItSays(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		for kind, moves := range map[parley.ChangeType][]string{
			parley.ChangeFlightDates: {"flight_start", "flight_end"}, parley.ChangeImpressions: {"impressions"}, parley.ChangePricing: {"price"},
			parley.ChangeCancellation: {"impressions", "status"},
		} {
			dealID, _ := s.bookedDeal()
			terms := func() map[string]string {
				deal := s.must(200, "GET", "/api/v1/deals/"+dealID, s.buyer, nil)
				return map[string]string{
					"flight_start": deal.word("terms.flight_start"), "flight_end": deal.word("terms.flight_end"), "status": deal.word("status"),
					"impressions": deal.word("terms.impressions"), "price": deal.word("pricing.final_cpm"),
				}
			}
			before := terms()
			members := neededTerms[kind][:min(2, len(neededTerms[kind]))]
			if kind != parley.ChangeFlightDates {
				members = members[:1]
			}
			asked := s.askChange(201, dealID, changeOf(kind, members...))
			id := asked.word("change_request_id")
			if asked.word("status") == "pending_approval" {
				s.must(200, "POST", "/api/v1/change-requests/"+id+"/review", s.operator, `{"decision": "approve"}`)
			}
			check(t, s.must(200, "POST", "/api/v1/change-requests/"+id+"/apply", s.buyer, nil), map[string]string{"status": "applied"})
			after := terms()
			var moved []string
			for _, name := range slices.Sorted(maps.Keys(before)) {
				if before[name] != after[name] {
					moved = append(moved, name)
				}
			}
			slices.Sort(moves)
			if !slices.Equal(moved, moves) {
				t.Errorf("%s moves %v, want %v", kind, moved, moves)
			}
		}
	})
}

// TestWhatAStandingLeavesOfChanges holds every type and term of change against the standing of the buyer's account: a blocked one can
// do nothing but give up, and a paused one gets no more than it has.
func TestWhatAStandingLeavesOfChanges(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		dealID, _ := s.bookedDeal()
		account := s.must(200, "GET", "/api/v1/accounts?kind=agency&search=agency-1", s.operator, nil).row("accounts", 0).word("account_id")
		enlarging := map[string]bool{"flight_end": true, "end_date": true, "impressions": true}
		for _, standing := range []string{"active", "paused", "blocked"} {
			s.must(200, "PATCH", "/api/v1/accounts/"+account, s.operator, fmt.Sprintf(`{"status": %q, "reason": "a test"}`, standing))
			for _, kind := range parley.ChangeTypes {
				for _, member := range append([]string{""}, parley.TermMembers...) {
					want, body := 201, changeOf(kind)
					if member != "" {
						body = changeOf(kind, member)
					}
					switch {
					case member != "" && !slices.Contains(termsOfTypes[kind], member):
						want = 422
					case standing == "blocked" && kind != parley.ChangeCancellation,
						standing == "paused" && (enlarging[member] || kind == parley.ChangeImpressions):
						want = 403
					}
					if got := s.call("POST", "/api/v1/change-requests", s.buyer, fmt.Sprintf(`{"deal_id": %q, "reason": "a test", %s}`, dealID, body)); got.status != want {
						t.Errorf("%s, %s with %q: %d, want %d: %s", standing, kind, member, got.status, want, got.text)
					}
				}
			}
			if standing != "active" {
				s.askChange(map[string]int{"paused": 201, "blocked": 403}[standing], dealID, `"change_type": "impressions", "proposed_values": {"impressions": 900000}`)
			}
		}
	})
}
