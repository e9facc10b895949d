package main_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"parley"
)

const gatedRules = `[{"name": "Large deals", "gate": "deal_booking", "condition": "deal_value >= 1000", "role": "finance", "timeout": "2d"}]`

// shownApproval is an approval as the API and --json show it.
type shownApproval struct {
	ApprovalID string `json:"approval_id"`
	Status     string `json:"status"`
	Request    struct {
		RuleID string `json:"rule_id"`
		DealID string `json:"deal_id"`
	} `json:"request"`
	Response *struct {
		DecidedBy string `json:"decided_by"`
	} `json:"response"`
	Outcome *struct {
		Result string `json:"result"`
	} `json:"outcome"`
}

// gated prepares a place where a configured rule holds every deal, and answers a buyer's key and an operator's.
func (at *place) gated(t *testing.T) (buyer, operator string) {
	t.Helper()
	at.write(t, "gate.json", gatedRules)
	at.environ = append(at.environ, "PARLEY_APPROVAL_RULES=gate.json")
	at.write(t, "catalog.csv", crashCatalog)
	at.must(t, "catalog", "import", "catalog.csv")
	return at.createKey(t, "--role", "buyer", "--label", "B", "--agency", "b", "--seat", "seat-b"),
		at.createKey(t, "--role", "operator", "--label", "F", "--roles", "finance")
}

const heldImpressions = 100_000

// hold books a quote that the gate holds, and answers the deal's id.
func (s *server) hold(t *testing.T, buyer string) string {
	t.Helper()
	start := parley.DateOf(parley.SystemClock(), parley.SystemClock().Location()) + 10
	var quote struct {
		QuoteID string `json:"quote_id"`
	}
	s.ask(t, http.StatusCreated, buyer, "POST", "/api/v1/quotes", map[string]any{
		"product_id": "wide", "deal_type": "PG", "impressions": heldImpressions, "flight_start": start, "flight_end": start + 6,
	}, &quote)
	var deal struct {
		DealID string `json:"deal_id"`
		Status string `json:"status"`
	}
	s.ask(t, http.StatusAccepted, buyer, "POST", "/api/v1/deals", map[string]any{"quote_id": quote.QuoteID}, &deal)
	if deal.Status != "proposed" {
		t.Fatalf("a held deal is %s", deal.Status)
	}
	return deal.DealID
}

func TestApprovalsAtTheTerminal(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, at place) {
		buyer, operator := at.gated(t)
		if out := at.must(t, "approvals", "list"); out != "there are none\n" {
			t.Errorf("nothing waits: %q", out)
		}
		server := at.serve(t)
		var configured struct {
			Rules []struct {
				RuleID    string  `json:"rule_id"`
				Timeout   string  `json:"timeout"`
				CreatedAt *string `json:"created_at"`
			} `json:"approval_rules"`
		}
		server.ask(t, http.StatusOK, operator, "GET", "/api/v1/approval-rules/configured", nil, &configured)
		if rules := configured.Rules; len(rules) != 1 || rules[0].RuleID != "config:Large deals" || rules[0].Timeout != "2d" || rules[0].CreatedAt != nil {
			t.Errorf("the configured rules are %+v", rules)
		}
		server.ask(t, http.StatusForbidden, buyer, "GET", "/api/v1/approval-rules/configured", nil, nil)
		first, second := server.hold(t, buyer), server.hold(t, buyer)
		var listed []shownApproval
		list := func(args ...string) []shownApproval {
			t.Helper()
			listed = nil
			if err := json.Unmarshal([]byte(at.must(t, append([]string{"approvals", "list", "--json"}, args...)...)), &listed); err != nil {
				t.Fatal(err)
			}
			return listed
		}
		if list(); len(listed) != 2 || listed[0].Request.DealID != first || listed[0].Request.RuleID != "config:Large deals" {
			t.Fatalf("listed %+v", listed)
		}
		one, two := listed[0].ApprovalID, listed[1].ApprovalID
		table := at.must(t, "approvals", "list", "--gate", "deal_booking")
		for _, text := range []string{"WHO DECIDES", one, "finance", "wide"} {
			if !strings.Contains(table, text) {
				t.Errorf("the table does not show %s:\n%s", text, table)
			}
		}
		for _, paused := range []bool{true, false} {
			at.must(t, "catalog", map[bool]string{true: "pause", false: "resume"}[paused], "wide")
			for _, args := range [][]string{{"list"}, {"show", one}} {
				shown := at.must(t, append([]string{"approvals"}, args...)...)
				if refused := strings.Contains(shown, "Accept would be refused: the product is not offered at the moment"); refused != paused || refused == strings.Contains(shown, "Accept 1") {
					t.Errorf("of a product that is paused (%t), %v shows:\n%s", paused, args, shown)
				}
			}
		}
		if early := at.run(t, nil, "approvals", "resume", one); early.code != 1 || !strings.Contains(early.err, "not decided yet") {
			t.Errorf("resumed early: %d %s", early.code, early.err)
		}
		for expected, wrong := range map[string]struct {
			code int
			says string
		}{"": {2, "--expect is empty, so that nothing was decided"}, "Decline": {1, `it would do "Accept 1`}} {
			done := at.run(t, nil, "approvals", "decide", one, "approve", "--expect", expected)
			if done.code != wrong.code || !strings.Contains(done.err, wrong.says) || len(list()) != 2 {
				t.Errorf("expected %q: exit code %d, %s; %d wait", expected, done.code, done.err, len(listed))
			}
		}
		_, line, _ := strings.Cut(at.must(t, "approvals", "show", one), "\napprove ")
		would, _, _ := strings.Cut(line, "\n")
		decided := at.must(t, "approvals", "decide", one, "approve", "--expect", strings.TrimSpace(would), "--reason", "a good customer\x1b[2J")
		for _, text := range []string{"approved", "operator:terminal", `"a good customer\x1b[2J"`, "not yet", "100,000 impressions", first} {
			if !strings.Contains(decided, text) {
				t.Errorf("decided, and %q is not shown:\n%s", text, decided)
			}
		}
		if again := at.run(t, nil, "approvals", "decide", one, "reject"); again.code != 1 || !strings.Contains(again.err, "decided already") {
			t.Errorf("decided twice: %d %s", again.code, again.err)
		}
		resumed := at.must(t, "approvals", "resume", one)
		if again := at.must(t, "approvals", "resume", one); again != resumed || !strings.Contains(resumed, ": booked") {
			t.Errorf("resumed:\n%s\nand again:\n%s", resumed, again)
		}
		rejected := at.must(t, "approvals", "decide", two, "reject", "--reason", "in arrears", "--message-to-buyer", "Sold out.", "--resume")
		if !strings.Contains(rejected, "in arrears") || !strings.Contains(rejected, ": rejected, Sold out.") || at.must(t, "approvals", "show", two) != rejected {
			t.Errorf("rejected:\n%s", rejected)
		}
		for deal, want := range map[string]string{first: "booked", second: "rejected"} {
			if status := server.deal(t, buyer, deal); status != want {
				t.Errorf("deal %s is %s, want %s", deal, status, want)
			}
		}
		if list("--status", "rejected"); len(listed) != 1 || listed[0].ApprovalID != two {
			t.Errorf("listed %+v", listed)
		}
		for _, wrong := range []struct {
			args []string
			code int
			says string
		}{
			{[]string{"show", "apr-none"}, 1, "there is no approval"},
			{[]string{"decide", "apr-none", "approve"}, 1, "there is no approval"},
			{[]string{"decide", one, "maybe"}, 2, "approve"},
			{[]string{"decide", one, "approve", "--cpm", "1"}, 2, "modifications"},
			{[]string{"decide", one, "counter", "--cpm", "1.x"}, 2, "no amount"},
			{[]string{"decide", one, "counter"}, 2, "required with counter"},
			{[]string{"list", "--status", "lost"}, 2, "status"},
		} {
			if done := at.run(t, nil, append([]string{"approvals"}, wrong.args...)...); done.code != wrong.code || !strings.Contains(done.err, wrong.says) {
				t.Errorf("%v: exit code %d, %s", wrong.args, done.code, done.err)
			}
		}
		server.stop(t)
	})
}

func (s *server) deal(t *testing.T, key, id string) string {
	t.Helper()
	var deal struct {
		Status string `json:"status"`
	}
	s.ask(t, http.StatusOK, key, "GET", "/api/v1/deals/"+id, nil, &deal)
	return deal.Status
}

// TestKilledWhileDeciding kills the server while operators decide and again while they resume. What was acknowledged
// stands, what was not can be asked for again, and every deal is booked or refused once, with its inventory.
func TestKilledWhileDeciding(t *testing.T) {
	t.Parallel()
	const deals = 24
	eachStore(t, func(t *testing.T, at place) {
		buyer, operator := at.gated(t)
		running := at.serve(t, "--rate-limit", "off")
		for range deals {
			running.hold(t, buyer)
		}
		var page struct {
			Approvals []shownApproval `json:"approvals"`
		}
		running.ask(t, http.StatusOK, operator, "GET", "/approvals", nil, &page)
		if len(page.Approvals) != deals {
			t.Fatalf("%d approvals wait", len(page.Approvals))
		}
		wanted := map[string]string{} // the decision by approval
		for i, a := range page.Approvals {
			wanted[a.ApprovalID] = []string{"approve", "approve", "reject"}[i%3]
		}
		decide := func(s *server, id string) (status int, err error) {
			status, _, err = s.call(operator, "POST", "/approvals/"+id+"/decide", map[string]any{"decision": wanted[id]})
			return status, err
		}
		acknowledged := killAfter(t, running, deals/2, wanted, decide)

		running = at.serve(t, "--rate-limit", "off")
		for id, decision := range wanted {
			var found shownApproval
			running.ask(t, http.StatusOK, operator, "GET", "/approvals/"+id, nil, &found)
			decided := map[string]string{"approve": "approved", "reject": "rejected"}[decision]
			if found.Status != decided && (acknowledged[id] || found.Status != "pending") {
				t.Errorf("an approval is %s; acknowledged %v, wanted %s", found.Status, acknowledged[id], decided)
			}
			if found.Status == "pending" {
				if status, err := decide(running, id); status != http.StatusOK || err != nil {
					t.Errorf("deciding again: %d, %v", status, err)
				}
			}
		}
		resume := func(s *server, id string) (status int, err error) {
			status, _, err = s.call(operator, "POST", "/approvals/"+id+"/resume", nil)
			return status, err
		}
		killAfter(t, running, deals/2, wanted, resume)

		running = at.serve(t, "--rate-limit", "off")
		for id := range wanted {
			if status, err := resume(running, id); status != http.StatusOK || err != nil {
				t.Errorf("resuming after the crash: %d, %v", status, err)
			}
		}
		booked := 0
		for _, a := range page.Approvals {
			want := "booked"
			if wanted[a.ApprovalID] == "reject" {
				want = "rejected"
			} else {
				booked++
			}
			if status := running.deal(t, buyer, a.Request.DealID); status != want {
				t.Errorf("deal %s is %s, want %s", a.Request.DealID, status, want)
			}
			var events struct {
				Events []struct {
					EventType string `json:"event_type"`
				} `json:"events"`
			}
			running.ask(t, http.StatusOK, operator, "GET", "/events?deal_id="+a.Request.DealID, nil, &events)
			counts := map[string]int{}
			for _, event := range events.Events {
				counts[event.EventType]++
			}
			if counts["approval.granted"]+counts["approval.denied"] != 1 || counts["deal.booked"]+counts["deal.rejected"] != 1 {
				t.Errorf("the events of deal %s: %v", a.Request.DealID, counts)
			}
		}
		if reserved := running.reserved(t, operator, "wide"); reserved != int64(booked)*heldImpressions {
			t.Errorf("%d impressions are reserved for %d deals of %d", reserved, booked, heldImpressions)
		}
		running.stop(t)
	})
}

// killAfter makes a call for each approval, all at once, and kills the server when some are acknowledged. It answers
// which were.
func killAfter(t *testing.T, s *server, enough int, approvals map[string]string, call func(*server, string) (int, error)) map[string]bool {
	t.Helper()
	var mu sync.Mutex
	var working sync.WaitGroup
	acknowledged := map[string]bool{}
	reached := make(chan struct{})
	for id := range approvals {
		working.Go(func() {
			status, err := call(s, id)
			if err != nil {
				return
			}
			mu.Lock()
			defer mu.Unlock()
			if status != http.StatusOK {
				t.Errorf("answered %d", status)
			}
			if acknowledged[id] = true; len(acknowledged) == enough {
				close(reached)
			}
		})
	}
	<-reached
	s.kill(t)
	working.Wait()
	return acknowledged
}

// reserved is what the ledger holds of a product in the coming weeks.
func (s *server) reserved(t *testing.T, key, product string) int64 {
	t.Helper()
	today := parley.DateOf(parley.SystemClock(), parley.SystemClock().Location())
	var capacity struct {
		Days []struct {
			Reserved int64 `json:"reserved"`
		} `json:"days"`
	}
	s.ask(t, http.StatusOK, key, "GET", fmt.Sprintf("/api/v1/products/%s/capacity?start_date=%s&end_date=%s", product, today, today+60), nil, &capacity)
	var sum int64
	for _, day := range capacity.Days {
		sum += day.Reserved
	}
	return sum
}

func TestMalformedApprovalRulesStopTheStart(t *testing.T) {
	t.Parallel()
	at := newPlace(t)
	at.write(t, "gate.yaml", "- name: Large deals\n  gate: deal_booking\n  condition: deal_valu >= 1000\n")
	done := at.run(t, nil, "serve", "--listen", "127.0.0.1:0", "--approval-rules", "gate.yaml")
	const want = `--approval-rules gate.yaml: rule 1 "Large deals" (line 3, column 3): condition line 1, column 1: unknown name deal_valu`
	if done.code != 2 || !strings.Contains(done.err, want) || done.out != "" {
		t.Errorf("exit code %d, %s", done.code, done.err)
	}
}
