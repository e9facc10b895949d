package seller_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"parley"
	"parley/internal/racedetector"
	"parley/seller"
	"parley/storage"
)

// TestTwoPeopleHaveToSayYes tries every order in which people answer a question that names two roles: each yes or no by whoever has
// the one, the other or both, and what the question is after each.
func TestTwoPeopleHaveToSayYes(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		d.sell(video())
		d.gate(parley.ApprovalRule{Gate: parley.GateProposalDecision, Role: parley.ScopeApprover, SecondRole: parley.ScopeFinance, Timeout: time.Hour})
		buyer := d.buyer(acme)
		people := map[string]seller.Call{
			"approver": d.operator(parley.ScopeApprover), "approver 2": d.operator(parley.ScopeApprover), "finance": d.operator(parley.ScopeFinance),
			"both": d.operator(parley.ScopeApprover, parley.ScopeFinance), "admin": d.operator(parley.ScopeAdmin), "legal": d.operator(parley.ScopeLegal),
		}
		for _, way := range []struct{ said, ends string }{
			{"approver yes, approver forbidden, approver 2 forbidden, finance yes", "approved: request endorse decide resume"},
			{"finance yes, finance forbidden, both yes", "approved: request endorse decide resume"},
			{"both yes, both forbidden, approver yes", "approved: request endorse decide resume"},
			{"both yes, finance yes", "approved: request endorse decide resume"},
			{"admin yes, admin forbidden, approver 2 yes", "approved: request endorse decide resume"},
			{"legal forbidden, approver yes, legal forbidden, admin yes", "approved: request endorse decide resume"},
			{"approver yes, finance no", "rejected: request endorse decide resume"},
			{"both yes, both no", "rejected: request endorse decide resume"},
			{"finance no", "rejected: request decide resume"},
			{"approver yes, time", "timed_out: request endorse time_out resume"},
			{"time", "timed_out: request time_out resume"},
		} {
			id := d.submit(buyer, propose(10_800_000, 1_000_000)).ApprovalID
			steps := strings.Split(way.said, ", ")
			for i, step := range steps {
				cut := strings.LastIndex(step, " ")
				if cut < 0 {
					d.clock.Move(2 * time.Hour)
					if _, err := d.service.SweepApprovals(context.Background()); err != nil {
						t.Fatal(err)
					}
					continue
				}
				who, answer := people[step[:cut]], step[cut+1:]
				decision := "approve"
				if answer == "no" {
					decision = "reject"
				}
				var said parley.Approval
				_, err := d.service.DecideAndResume(context.Background(), who, seller.DecisionRequest{ApprovalID: id, Decision: decision, Reason: "because"}, keep(&said))
				switch {
				case answer == "forbidden":
					wantCode(t, err, parley.CodeForbidden)
				case err != nil:
					t.Fatalf("%s: %s: %v", way.said, step, err)
				case i < len(steps)-1 && said.Status != parley.ApprovalPending:
					t.Errorf("%s: after %s it is %s", way.said, step, said.Status)
				}
			}
			a := d.approval(id)
			if got := string(a.Status) + ": " + d.acts(id); got != way.ends {
				t.Errorf("%s: it ended %s, not %s", way.said, got, way.ends)
			}
			if a.Status == parley.ApprovalApproved && (a.FirstBy == "" || a.FirstBy == a.DecidedBy) {
				t.Errorf("%s: approved by %q and %q", way.said, a.FirstBy, a.DecidedBy)
			}
			if a.ResumedAt == nil {
				t.Errorf("%s: nothing came of it", way.said)
			}
		}
		// Of all this a buyer reads nothing but the question and how it ended.
		seen, err := d.service.Events(context.Background(), buyer, seller.EventFilter{Type: parley.EventApprovalEndorsed, Page: storage.Page{Limit: 5}})
		if err != nil || len(seen.Items) != 0 {
			t.Errorf("the buyer sees %+v, %v", seen.Items, err)
		}
	})
}

// TestTwoPeopleAtOnce has many people say yes at the same time, on two nodes: the first of them is kept, a second one decides, and
// nobody is both.
func TestTwoPeopleAtOnce(t *testing.T) {
	t.Parallel()
	racedetector.AtOnce(t)
	onEach(t, func(t *testing.T, d *desk) {
		d.sell(video())
		d.gate(parley.ApprovalRule{Gate: parley.GateProposalDecision, Role: parley.ScopeApprover, SecondRole: parley.ScopeFinance})
		id := d.submit(d.buyer(acme), propose(10_800_000, 1_000_000)).ApprovalID
		elsewhere := d.node()
		both := d.operator(parley.ScopeApprover, parley.ScopeFinance)
		var people sync.WaitGroup
		for range 3 {
			for _, node := range []*desk{d, elsewhere} {
				people.Go(func() { _ = node.decide(both, id, "approve", nil) })
			}
		}
		people.Wait()
		if a := d.approval(id); a.Status != parley.ApprovalPending || a.FirstBy == "" {
			t.Fatalf("one person's yes, said six times, made it %+v", a)
		}
		for i, scope := range []parley.Scope{parley.ScopeFinance, parley.ScopeApprover, parley.ScopeFinance} {
			who, node := d.operator(scope), []*desk{d, elsewhere}[i%2]
			people.Go(func() { _ = node.decide(who, id, "approve", nil) })
		}
		people.Wait()
		a := d.approval(id)
		if a.Status != parley.ApprovalApproved || a.FirstBy == a.DecidedBy || a.SecondRole != "" {
			t.Errorf("it is %+v", a)
		}
		if acts := d.acts(id); acts != "request endorse decide" {
			t.Errorf("on the record is %s", acts)
		}
	})
}

// TestTheFirstYesCanBeTakenBack plans both, takes the first back within its time, and finds it kept after; a grant by one person
// does not count once the rule asks for two.
func TestTheFirstYesCanBeTakenBack(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		d.sell(video())
		d.gate(parley.ApprovalRule{Gate: parley.GateProposalDecision, Role: parley.ScopeApprover, SecondRole: parley.ScopeFinance})
		one, other := d.operator(parley.ScopeApprover), d.operator(parley.ScopeFinance)
		id := d.submit(d.buyer(acme), propose(10_800_000, 1_000_000)).ApprovalID
		_, err := d.service.PlanDecision(context.Background(), one,
			seller.DecisionRequest{ApprovalID: id, Decision: "approve", BuyerMessage: "Welcome"}, keep(new(parley.Approval)))
		wantCode(t, err, parley.CodeValidation)
		if err := d.plan(one, id, "approve"); err != nil {
			t.Fatal(err)
		}
		if err := d.takeBack(other, id); err != nil {
			t.Fatal(err)
		}
		d.clock.Move(seller.TakeBackTime)
		d.carryOut()
		if a := d.approval(id); a.FirstBy != "" {
			t.Fatalf("taken back, it is %+v", a)
		}
		for i, who := range []seller.Call{one, other} {
			if err := d.plan(who, id, "approve"); err != nil {
				t.Fatal(err)
			}
			wantCode(t, d.plan(other, id, "approve"), parley.CodeConflict)
			d.clock.Move(seller.TakeBackTime)
			d.carryOut()
			if a := d.approval(id); (a.Status == parley.ApprovalPending) != (i == 0) || a.Planned != nil || a.FirstAt == nil {
				t.Errorf("after yes %d it is %+v", i+1, a)
			}
		}
		if acts := d.acts(id); acts != "request plan take_back plan endorse plan decide resume" {
			t.Errorf("on the record is %s", acts)
		}
		if granted := d.approval(id); granted.RuleSecondRole != parley.ScopeFinance {
			t.Errorf("the question does not keep its rule's second role: %+v", granted)
		}
	})
}
