package seller_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"parley"
	"parley/seller"
)

// rule is a rule at a gate for one role.
func rule(name string, gate parley.Gate, role parley.Scope, priority int, condition string) parley.ApprovalRule {
	return parley.ApprovalRule{Name: name, Gate: gate, Role: role, Priority: priority, Condition: condition}
}

// grant approves the one question that waits, with the role that it names, and answers what carrying that out did.
func (d *desk) grant(role parley.Scope) parley.Approval {
	d.t.Helper()
	asked := d.pending()
	if asked.Role != role {
		d.t.Fatalf("the rule %s asks %s, want %s", asked.RuleName, asked.Role, role)
	}
	var a parley.Approval
	_, err := d.service.DecideAndResume(context.Background(), d.operator(role),
		seller.DecisionRequest{ApprovalID: asked.ID, Decision: "approve", Reason: "internal words"}, keep(&a))
	if err != nil {
		d.t.Fatal(err)
	}
	return a
}

func (d *desk) nothingWaits() {
	d.t.Helper()
	waiting, err := d.service.Approvals(context.Background(), seller.Terminal("test"), seller.ApprovalFilter{})
	if err != nil || len(waiting.Items) != 0 {
		d.t.Fatalf("%d approvals wait (%v), want none", len(waiting.Items), err)
	}
}

// TestEveryMatchingRuleIsAsked takes each gate past three rules, of which the last asked is one that was made meanwhile.
func TestEveryMatchingRuleIsAsked(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	for gate, flow := range map[parley.Gate]func(t *testing.T, d *desk, buyer seller.Call) (state func() string, waits, done string){
		parley.GateProposalDecision: func(t *testing.T, d *desk, buyer seller.Call) (func() string, string, string) {
			p := d.submit(buyer, propose(10_800_000, 1_000_000))
			return func() string {
				read, err := d.service.Proposal(ctx, buyer, p.ID)
				if err != nil {
					t.Fatal(err)
				}
				return string(read.Status)
			}, "pending_approval", "accepted"
		},
		parley.GateNegotiationAccept: func(t *testing.T, d *desk, buyer seller.Call) (func() string, string, string) {
			quote := d.quote(buyer, ask(1_000_000))
			turn, err := d.say(buyer, seller.Message{QuoteID: quote.ID, Action: "counter", Price: &parley.Money{Micros: 10_700_000}})
			if err != nil {
				t.Fatal(err)
			}
			return func() string {
				read, err := d.service.Negotiation(ctx, buyer, turn.Negotiation.ID)
				if err != nil {
					t.Fatal(err)
				}
				return string(read.Status)
			}, "pending_approval", "accepted"
		},
		parley.GateDealBooking: func(t *testing.T, d *desk, buyer seller.Call) (func() string, string, string) {
			deal, err := d.book(buyer, d.quote(buyer, ask(1_000_000)).ID)
			if err != nil {
				t.Fatal(err)
			}
			return func() string {
				read, err := d.service.Deal(ctx, buyer, deal.ID)
				if err != nil {
					t.Fatal(err)
				}
				return string(read.Status)
			}, "proposed", "booked"
		},
		parley.GateOrderSubmission: func(t *testing.T, d *desk, buyer seller.Call) (func() string, string, string) {
			deal, err := d.book(buyer, d.quote(buyer, ask(1_000_000)).ID)
			if err != nil {
				t.Fatal(err)
			}
			var order parley.Order
			if _, err := d.service.CreateOrder(ctx, buyer, seller.OrderRequest{DealID: deal.ID}, keep(&order)); err != nil {
				t.Fatal(err)
			}
			request := seller.TransitionRequest{OrderID: order.ID, To: parley.OrderSubmitted}
			if _, err := d.service.TransitionOrder(ctx, buyer, request, keep(&order)); err != nil {
				t.Fatal(err)
			}
			return func() string {
				read, err := d.service.Order(ctx, buyer, order.ID)
				if err != nil {
					t.Fatal(err)
				}
				return string(read.Status)
			}, "pending_approval", "approved"
		},
		parley.GateChangeRequest: func(t *testing.T, d *desk, buyer seller.Call) (func() string, string, string) {
			deal, err := d.book(buyer, d.quote(buyer, ask(1_000_000)).ID)
			if err != nil {
				t.Fatal(err)
			}
			more := int64(2_000_000)
			input := seller.ChangeInput{Type: parley.ChangeImpressions, DealID: deal.ID, Terms: parley.ChangeTerms{Impressions: &more}}
			var change parley.ChangeRequest
			if _, err := d.service.RequestChange(ctx, buyer, input, keep(&change)); err != nil {
				t.Fatal(err)
			}
			return func() string {
				read, err := d.service.Change(ctx, buyer, change.ID)
				if err != nil {
					t.Fatal(err)
				}
				return string(read.Status)
			}, "pending_approval", "approved"
		},
	} {
		t.Run(string(gate), func(t *testing.T) {
			onEach(t, func(t *testing.T, d *desk) {
				d.sell(video())
				d.gate(rule("desk", gate, parley.ScopeApprover, 1, "deal_value >= 1000"))
				d.gate(rule("money", gate, parley.ScopeFinance, 9, `currency == "USD" && deal_value >= 10000`))
				d.gate(rule("others", gate, parley.ScopeAdmin, 5, `currency == "EUR" && deal_value >= 10`))
				state, waits, done := flow(t, d, d.buyer(acme))
				is := func(want string) {
					t.Helper()
					if got := state(); got != want {
						t.Fatalf("it is %s, want %s", got, want)
					}
				}
				is(waits)
				d.grant(parley.ScopeFinance)
				is(waits)
				// A rule that is new by then, and less urgent, is asked as well.
				d.gate(rule("law", gate, parley.ScopeLegal, 0, "deal_value >= 1000"))
				if a := d.grant(parley.ScopeApprover); a.ResumedAt == nil || string(a.Outcome) == "" {
					t.Errorf("carried out: %v, %s", a.ResumedAt, a.Outcome)
				}
				is(waits)
				d.grant(parley.ScopeLegal)
				is(done)
				d.nothingWaits()
			})
		})
	}
}

// TestAGrantCountsForTheRuleAsItWas changes a rule between its grant and the next step.
func TestAGrantCountsForTheRuleAsItWas(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]struct {
		edit func(*parley.ApprovalRule)
		role parley.Scope // asked at the booking; empty: nobody
	}{
		"the same":            {func(*parley.ApprovalRule) {}, ""},
		"another name":        {func(r *parley.ApprovalRule) { r.Name = "renamed" }, ""},
		"a higher role":       {func(r *parley.ApprovalRule) { r.Role = parley.ScopeFinance }, parley.ScopeFinance},
		"another condition":   {func(r *parley.ApprovalRule) { r.Condition = "deal_value >= 2000" }, parley.ScopeApprover},
		"no longer in force":  {func(r *parley.ApprovalRule) { r.Enabled = false }, ""},
		"does not meet it":    {func(r *parley.ApprovalRule) { r.Condition = "deal_value >= 20000000" }, ""},
		"moved to a new gate": {func(r *parley.ApprovalRule) { r.Gate = parley.GateDealBooking }, parley.ScopeApprover},
	} {
		t.Run(name, func(t *testing.T) {
			onEach(t, func(t *testing.T, d *desk) {
				d.sell(video())
				r := d.gate(rule("desk", parley.GateProposalDecision, parley.ScopeApprover, 1, "deal_value >= 1000"))
				buyer := d.buyer(acme)
				p := d.submit(buyer, propose(10_800_000, 1_000_000))
				d.grant(parley.ScopeApprover)
				change.edit(&r)
				if _, err := d.service.ApprovalRules().Replace(context.Background(), seller.Terminal("test"), r, nil, keep(&r)); err != nil {
					t.Fatal(err)
				}
				deal, err := d.bookProposal(buyer, p.ID)
				if err != nil {
					t.Fatal(err)
				}
				if change.role == "" {
					if deal.Status != parley.DealBooked {
						t.Errorf("%s", deal.Status)
					}
					return
				}
				if deal.Status != parley.DealProposed {
					t.Fatalf("%s", deal.Status)
				}
				d.grant(change.role)
			})
		})
	}
}

// TestARoleRaisedWhileItWaitsIsAsked lets the former role decide what it was asked, and then asks the new one.
func TestARoleRaisedWhileItWaitsIsAsked(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		d.sell(video())
		r := d.gate(rule("desk", parley.GateDealBooking, parley.ScopeApprover, 1, "deal_value >= 1000"))
		buyer := d.buyer(acme)
		deal, err := d.book(buyer, d.quote(buyer, ask(1_000_000)).ID)
		if err != nil {
			t.Fatal(err)
		}
		r.Role = parley.ScopeFinance
		if _, err := d.service.ApprovalRules().Replace(context.Background(), seller.Terminal("test"), r, nil, keep(&r)); err != nil {
			t.Fatal(err)
		}
		d.grant(parley.ScopeApprover)
		d.grant(parley.ScopeFinance)
		if read, err := d.service.Deal(context.Background(), buyer, deal.ID); err != nil || read.Status != parley.DealBooked {
			t.Errorf("%s, %v", read.Status, err)
		}
	})
}

// TestAGrantOfAnotherDealGrantsNothing approves one deal and books its like.
func TestAGrantOfAnotherDealGrantsNothing(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		d.sell(video())
		d.gate(rule("desk", parley.GateDealBooking, parley.ScopeApprover, 1, ""))
		buyer := d.buyer(acme)
		for range 2 {
			deal, err := d.book(buyer, d.quote(buyer, ask(1_000_000)).ID)
			if err != nil || deal.Status != parley.DealProposed {
				t.Fatalf("%s, %v", deal.Status, err)
			}
			d.grant(parley.ScopeApprover)
		}
	})
}

// TestTheBuyerHearsTheMessageAndNotTheReason rejects at each gate, with a message and without.
func TestTheBuyerHearsTheMessageAndNotTheReason(t *testing.T) {
	t.Parallel()
	const inside, declined = "their credit is bad", "The publisher's deal desk declined."
	for message, want := range map[string]string{"Sold out for Q4.": "Sold out for Q4.", "": declined} {
		t.Run("message "+message, func(t *testing.T) {
			onEach(t, func(t *testing.T, d *desk) {
				ctx := context.Background()
				d.sell(video())
				buyer := d.buyer(acme)
				booked, err := d.book(buyer, d.quote(buyer, ask(1000)).ID)
				if err != nil {
					t.Fatal(err)
				}
				for _, gate := range []parley.Gate{parley.GateProposalDecision, parley.GateDealBooking, parley.GateOrderSubmission} {
					d.gate(rule(string(gate), gate, parley.ScopeApprover, 1, ""))
				}
				reject := func() {
					t.Helper()
					request := seller.DecisionRequest{ApprovalID: d.pending().ID, Decision: "reject", Reason: inside, BuyerMessage: message}
					if _, err := d.service.DecideAndResume(ctx, d.operator(), request, keep(new(parley.Approval))); err != nil {
						t.Fatal(err)
					}
				}
				deal, err := d.book(buyer, d.quote(buyer, ask(1_000_000)).ID)
				if err != nil {
					t.Fatal(err)
				}
				reject()
				if deal, err = d.service.Deal(ctx, buyer, deal.ID); err != nil || deal.StatusReason != want {
					t.Errorf("the deal: %q, %v", deal.StatusReason, err)
				}
				p := d.submit(buyer, propose(10_800_000, 1_000_000))
				reject()
				if p, err = d.service.Proposal(ctx, buyer, p.ID); err != nil || len(p.Errors) != 1 || p.Errors[0].Detail != want {
					t.Errorf("the proposal: %+v, %v", p.Errors, err)
				}
				var order parley.Order
				if _, err := d.service.CreateOrder(ctx, buyer, seller.OrderRequest{DealID: booked.ID}, keep(&order)); err != nil {
					t.Fatal(err)
				}
				request := seller.TransitionRequest{OrderID: order.ID, To: parley.OrderSubmitted}
				if _, err := d.service.TransitionOrder(ctx, buyer, request, keep(&order)); err != nil {
					t.Fatal(err)
				}
				reject()
				if order, err = d.service.Order(ctx, buyer, order.ID); err != nil || order.History[len(order.History)-1].Reason != want {
					t.Errorf("the order: %+v, %v", order.History, err)
				}
				d.neverSaid(buyer, inside)
			})
		})
	}
}

// neverSaid fails when an event that the buyer reads has the words.
func (d *desk) neverSaid(buyer seller.Call, words string) {
	d.t.Helper()
	events, err := d.service.Events(context.Background(), buyer, seller.EventFilter{})
	if err != nil || len(events.Items) == 0 {
		d.t.Fatalf("%d events, %v", len(events.Items), err)
	}
	told, err := json.Marshal(events.Items)
	if err != nil {
		d.t.Fatal(err)
	}
	if strings.Contains(string(told), words) {
		d.t.Errorf("the buyer reads %q in %s", words, told)
	}
}
