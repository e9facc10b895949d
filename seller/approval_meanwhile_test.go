package seller_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"parley"
	"parley/seller"
	"parley/storage"
)

// An answer that is planned is one of these, of the matrix below.
type plannedAnswer struct {
	name     string
	decision string
	two      bool // two people have to say yes
	second   bool // the first of them has
}

var plannedAnswers = []plannedAnswer{
	{name: "no", decision: "reject"},
	{name: "no of two", decision: "reject", two: true},
	{name: "no after the first yes", decision: "reject", two: true, second: true},
	{name: "first yes", decision: "approve", two: true},
	{name: "second yes", decision: "approve", two: true, second: true},
	{name: "yes", decision: "approve"},
	{name: "counter", decision: "counter"},
}

// underway is a question whose answer is planned, with what a test does to it meanwhile.
type underway struct {
	*desk
	name    string
	answer  plannedAnswer
	id      string
	buyer   seller.Call
	agency  string // of the buyer
	admin   seller.Call
	planner seller.Call
	first   seller.Call // who said the first yes, or may
	change  string      // that is asked about
	end     func() error
	due     time.Time
}

// What becomes of an answer that is planned.
const (
	wasCarriedOut = "carried out" // as it was planned
	saidWhy       = "says why"    // the approval says why it was not
	wasTakenBack  = "taken back"  // by somebody
)

// meanwhiles are the ways in which an approval, or what it is about, is decided or moved. refused tells that the other is, since somebody
// has answered already.
var meanwhiles = []struct {
	name    string
	do      func(u underway) error
	refused bool
	becomes func(p plannedAnswer) string // nil: it is carried out
	each    bool                         // of whatever is asked about; else of a proposal alone
	applies func(u underway) bool
}{
	{name: "somebody approves", refused: true, each: true, do: func(u underway) error { return u.decide(u.admin, u.id, "approve", nil) }},
	{name: "somebody rejects", refused: true, do: func(u underway) error { return u.decide(u.admin, u.id, "reject", nil) }},
	{name: "somebody counters", refused: true, do: func(u underway) error {
		return u.decide(u.admin, u.id, "counter", &parley.Modifications{CounterCPM: of[int64](12_100_000)})
	}},
	{name: "somebody approves and carries out", refused: true, do: func(u underway) error { return u.decideAndResume(u.admin, u.id, "approve") }},
	{name: "somebody rejects and carries out", refused: true, each: true, do: func(u underway) error { return u.decideAndResume(u.admin, u.id, "reject") }},
	{name: "at the terminal", refused: true, do: func(u underway) error { return u.decideAndResume(seller.Terminal("test"), u.id, "approve") }},
	{name: "among many", refused: true, do: func(u underway) error {
		return must(u.service.DecideAll(context.Background(), u.admin, []seller.DecisionRequest{{ApprovalID: u.id, Decision: "reject"}}, true))[0].Err
	}},
	{name: "on the page", refused: true, do: func(u underway) error { return u.plan(u.admin, u.id, "approve") }},
	{name: "the same person approves", refused: true, do: func(u underway) error { return u.decideAndResume(u.planner, u.id, "approve") }},
	{name: "the same person rejects", refused: true, do: func(u underway) error { return u.decideAndResume(u.planner, u.id, "reject") }},
	{
		name: "who said the first yes rejects", refused: true, do: func(u underway) error { return u.decideAndResume(u.first, u.id, "reject") },
		applies: func(u underway) bool { return u.answer.second },
	},
	{
		name: "who said the first yes takes back", do: func(u underway) error { return u.takeBack(u.first, u.id) },
		becomes: always(wasTakenBack), applies: func(u underway) bool { return u.answer.second },
	},
	{name: "somebody takes back", do: func(u underway) error { return u.takeBack(u.admin, u.id) }, becomes: always(wasTakenBack)},
	{
		name: "the change is reviewed", refused: true, each: true,
		do:      func(u underway) error { _, err := u.review(u.admin, u.change, "reject"); return err },
		applies: func(u underway) bool { return u.change != "" },
	},
	{name: "it is resumed", refused: true, do: func(u underway) error { _, err := u.resume(u.admin, u.id); return err }},
	{name: "its time is over", each: true, do: func(u underway) error {
		u.clock.Move(u.due.Add(-time.Second).Sub(u.clock.Read()))
		_, err := u.service.SweepApprovals(context.Background())
		return err
	}},
	{name: "somebody is assigned", do: func(u underway) error {
		_, err := u.service.AssignApproval(context.Background(), u.admin, u.id, u.keyID(u.admin), keep(new(parley.Approval)))
		return err
	}},
	{name: "it is snoozed", do: func(u underway) error {
		_, err := u.service.SnoozeApproval(context.Background(), u.admin, u.id, u.clock.Read().Add(3*time.Second), keep(new(parley.Approval)))
		return err
	}},
	{name: "somebody comments", do: func(u underway) error {
		_, err := u.service.CommentApproval(context.Background(), u.admin, u.id, "Hm.", keep(new(parley.ApprovalComment)))
		return err
	}},
	{name: "the key is revoked", becomes: always(saidWhy), do: func(u underway) error {
		_, err := u.service.RevokeKey(context.Background(), u.admin, u.keyID(u.planner), keep(new(parley.Key)))
		return err
	}},
	{name: "the buyer is paused", do: func(u underway) error {
		u.setStanding(u.accountNamed(parley.AccountAgency, u.agency).ID, parley.AccountPaused)
		return nil
	}},
	{name: "the buyer is blocked", each: true, becomes: unlessNo(saidWhy), do: func(u underway) error {
		u.setStanding(u.accountNamed(parley.AccountAgency, u.agency).ID, parley.AccountBlocked)
		return nil
	}},
	{
		name: "it ends", each: true, becomes: always(saidWhy), do: func(u underway) error { return u.end() },
		applies: func(u underway) bool { return u.end != nil },
	},
	{name: "the rules are gone", do: func(u underway) error {
		rules := must(u.service.ApprovalRules().List(context.Background(), u.admin, storage.Page{Limit: 50}))
		for _, rule := range rules.Items {
			must(u.service.ApprovalRules().Delete(context.Background(), u.admin, rule.ID, nil, keep(new(parley.ApprovalRule))))
		}
		return nil
	}},
}

func always(end string) func(plannedAnswer) string { return func(plannedAnswer) string { return end } }

func unlessNo(end string) func(plannedAnswer) string {
	return func(p plannedAnswer) string {
		if p.decision == "reject" {
			return wasCarriedOut
		}
		return end
	}
}

// asks are what can be asked about. Each answers the approval, and has u know how what it is about ends otherwise; plans are those of the
// answers above that are tried on it.
var asks = []struct {
	name  string
	open  func(u *underway, impressions int64) string
	plans func(p plannedAnswer) bool
}{
	{"a proposal", func(u *underway, impressions int64) string {
		p := u.submit(u.buyer, propose(12_000_000, impressions))
		u.end = func() error { return u.withdraw(u.buyer, p.ID) }
		return p.ApprovalID
	}, func(plannedAnswer) bool { return true }},
	{"a booking", func(u *underway, impressions int64) string {
		deal := must(u.book(u.buyer, u.quote(u.buyer, ask(impressions)).ID))
		u.end = func() error { _, err := u.cancel(u.admin, deal.ID); return err }
		return u.asked(deal.ID)[0].ID
	}, func(p plannedAnswer) bool { return p.decision != "counter" }},
	{"a price agreed over a quote", func(u *underway, impressions int64) string {
		id, price := u.quote(u.buyer, ask(impressions)).ID, parley.Money{Micros: 8_500_000}
		must(u.say(u.buyer, seller.Message{QuoteID: id, Action: "counter", Price: &price}))
		agreed := must(u.say(u.buyer, seller.Message{QuoteID: id, Action: "accept"}))
		u.end = func() error { _, err := u.say(u.buyer, seller.Message{QuoteID: id, Action: "reject"}); return err }
		return agreed.Negotiation.ApprovalID
	}, func(plannedAnswer) bool { return true }},
	{"an order", func(u *underway, _ int64) string {
		_, order, approval := u.gatedOrder(u.buyer)
		u.end = func() error { _, err := u.move(u.buyer, order, parley.OrderCancelled); return err }
		return approval
	}, func(p plannedAnswer) bool { return !p.two && p.decision != "counter" }},
	{"a change", func(u *underway, _ int64) string {
		deal := u.dealOf(u.buyer, 1000)
		c := u.mustAsk(u.buyer, seller.ChangeInput{Type: parley.ChangeOther, DealID: deal.ID, Reason: "plans", Proposed: json.RawMessage(`{}`)})
		u.change = c.ID
		return c.ApprovalID
	}, func(p plannedAnswer) bool { return !p.two && p.decision != "counter" }},
}

// TestNoAnswerVanishes plans each answer to each kind of question, and has everything else happen to it in the time in which it can be
// taken back: it is carried out then, or somebody took it back, or the approval says why it was not.
func TestNoAnswerVanishes(t *testing.T) {
	t.Parallel()
	const one, two = 2000, 3000 // impressions of what one and what two people are asked about
	onEach(t, func(t *testing.T, d *desk) {
		d.sell(video(at120))
		for _, gate := range []parley.Gate{parley.GateProposalDecision, parley.GateNegotiationAccept, parley.GateDealBooking} {
			d.gate(parley.ApprovalRule{Gate: gate, Condition: "impressions == 2000", Timeout: 4 * time.Second})
			d.gate(parley.ApprovalRule{
				Gate: gate, Condition: "impressions == 3000", Role: parley.ScopeApprover, SecondRole: parley.ScopeFinance,
				Timeout: 4 * time.Second, OnTimeout: parley.TimeoutEscalates, EscalateTo: parley.ScopeLegal,
			})
		}
		d.gate(parley.ApprovalRule{Gate: parley.GateOrderSubmission, Timeout: 4 * time.Second})
		d.gate(parley.ApprovalRule{Gate: parley.GateChangeRequest, Timeout: 4 * time.Second})
		approver, finance, admin := d.operator(parley.ScopeApprover), d.operator(parley.ScopeFinance), d.operator()
		for n, meanwhile := range meanwhiles {
			agency := fmt.Sprintf("agency-%d", n)
			buyer := d.buyer(parley.Identity{AgencyID: agency, SeatID: "seat-of-" + agency})
			var all []underway
			for i, asked := range asks {
				if i > 0 && !meanwhile.each {
					continue
				}
				for _, answer := range plannedAnswers {
					u := underway{
						desk: d, name: asked.name + ", " + answer.name + ", " + meanwhile.name, answer: answer, buyer: buyer, agency: agency,
						admin: admin, planner: approver, first: finance,
					}
					if !asked.plans(answer) {
						continue
					}
					if meanwhile.name == "the key is revoked" {
						u.planner = d.operator(parley.ScopeApprover)
					}
					impressions := int64(one)
					if answer.two {
						impressions = two
					}
					if u.id = asked.open(&u, impressions); u.id == "" {
						t.Fatalf("%s: it does not wait", u.name)
					}
					if meanwhile.applies == nil || meanwhile.applies(u) {
						u.planned()
						all = append(all, u)
					}
				}
			}
			if len(all) == 0 {
				t.Errorf("%s is tried on nothing", meanwhile.name)
			}
			for _, u := range all {
				err := meanwhile.do(u)
				switch {
				case meanwhile.refused && !parley.Is(err, parley.CodeConflict):
					t.Errorf("%s: answered with %v, where somebody has answered already", u.name, err)
				case !meanwhile.refused && err != nil:
					t.Errorf("%s: %v", u.name, err)
				}
			}
			d.clock.Move(all[len(all)-1].due.Sub(d.clock.Read()))
			d.carryOut()
			for _, u := range all {
				want := wasCarriedOut
				if meanwhile.becomes != nil {
					want = meanwhile.becomes(u.answer)
				}
				if became := u.became(); became != want {
					t.Errorf("%s: it is %s, not %s: %s", u.name, became, want, d.acts(u.id))
				}
			}
		}
	})
}

// planned has the answer be planned.
func (u *underway) planned() {
	u.t.Helper()
	if u.answer.second {
		must(0, u.decide(u.first, u.id, "approve", nil))
	}
	request := seller.DecisionRequest{ApprovalID: u.id, Decision: u.answer.decision, Reason: "because"}
	if u.answer.decision == "counter" {
		request.Modifications = &parley.Modifications{CounterCPM: of[int64](12_200_000)}
	}
	if _, err := u.service.PlanDecision(context.Background(), u.planner, request, keep(new(parley.Approval))); err != nil {
		u.t.Fatalf("%s: planned: %v", u.name, err)
	}
	u.due = u.clock.Read().Add(seller.TakeBackTime)
}

// became tells what became of the answer that was planned, by the record and by the approval itself.
func (u underway) became() string {
	u.t.Helper()
	acts, a := strings.Fields(u.acts(u.id)), u.approval(u.id)
	acts = acts[slices.Index(acts, "plan")+1:]
	planner := "operator:" + u.keyID(u.planner)
	says := a.PlannedFor == nil && a.Planned != nil && a.Planned.By == planner && a.Planned.Failure != ""
	switch {
	case slices.Contains(acts, "take_back"):
		return wasTakenBack
	case slices.Contains(acts, "drop_plan") && says:
		return saidWhy
	case u.answer.name == "first yes" && slices.Contains(acts, "endorse") && a.FirstBy == planner,
		slices.Contains(acts, "decide") && a.DecidedBy == planner && a.ResumedAt != nil && a.Reason == "because" &&
			strings.HasPrefix(string(a.Status), strings.TrimSuffix(u.answer.decision, "e")):
		return wasCarriedOut
	}
	return "lost, " + string(a.Status)
}
