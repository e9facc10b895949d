package seller_test

import (
	"context"
	"testing"
	"time"

	"parley"
	"parley/internal/racedetector"
	"parley/seller"
	"parley/storage"
)

// gate puts a rule in force.
func (d *desk) gate(rule parley.ApprovalRule) parley.ApprovalRule {
	d.t.Helper()
	rule.Enabled = true
	if rule.Name == "" {
		rule.Name = "large deals"
	}
	if _, err := d.service.ApprovalRules().Create(context.Background(), seller.Terminal("test"), rule, keep(&rule)); err != nil {
		d.t.Fatalf("create approval rule: %v", err)
	}
	return rule
}

// pending is the one approval that waits.
func (d *desk) pending() parley.Approval {
	d.t.Helper()
	waiting, err := d.service.Approvals(context.Background(), seller.Terminal("test"), storage.ApprovalFilter{Page: storage.Page{Limit: 10}})
	if err != nil || len(waiting.Items) != 1 {
		d.t.Fatalf("%d approvals wait (%v), want 1", len(waiting.Items), err)
	}
	return waiting.Items[0]
}

func (d *desk) decide(call seller.Call, id, decision string, m *parley.Modifications) error {
	_, err := d.service.Decide(context.Background(), call,
		seller.DecisionRequest{ApprovalID: id, Decision: decision, Reason: "because", Modifications: m}, keep(new(parley.Approval)))
	return err
}

func (d *desk) resume(call seller.Call, id string) (parley.Approval, error) {
	var a parley.Approval
	_, err := d.service.Resume(context.Background(), call, id, keep(&a))
	return a, err
}

func TestProposalWaitsForAPerson(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		ctx := context.Background()
		d.sell(video())
		d.gate(parley.ApprovalRule{Gate: parley.GateProposalDecision, Condition: "deal_value >= 10000"})
		buyer, desk := d.buyer(acme), d.operator(parley.ScopeApprover)

		small := d.submit(buyer, propose(10_800_000, 900_000))
		if small.Status != parley.ProposalAccepted {
			t.Errorf("9,720 USD: %s, want accepted", small.Status)
		}
		large := d.submit(buyer, propose(10_800_000, 1_000_000))
		if large.Status != parley.ProposalPendingApproval || large.ApprovalID == "" {
			t.Fatalf("10,800 USD: %s, want pending_approval", large.Status)
		}
		_, err := d.bookProposal(buyer, large.ID)
		wantCode(t, err, parley.CodeConflict)
		_, err = d.counter(buyer, large.ID, 10_000_000)
		wantCode(t, err, parley.CodeNegotiationClosed)
		asked := d.pending()
		if asked.ID != large.ApprovalID || asked.Case.DealValue != 10_800_000_000 || asked.Case.Recommendation != "accept" {
			t.Errorf("the question: %+v", asked)
		}
		_, err = d.resume(desk, asked.ID)
		wantCode(t, err, parley.CodeConflict)
		wantCode(t, d.decide(buyer, asked.ID, "approve", nil), parley.CodeForbidden)
		wantCode(t, d.decide(d.operator(parley.ScopeViewer), asked.ID, "approve", nil), parley.CodeForbidden)
		wantCode(t, d.decide(d.operator(parley.ScopeFinance), asked.ID, "approve", nil), parley.CodeForbidden)
		if err := d.decide(desk, asked.ID, "approve", nil); err != nil {
			t.Fatal(err)
		}
		wantCode(t, d.decide(desk, asked.ID, "reject", nil), parley.CodeConflict)
		if read, _ := d.service.Proposal(ctx, buyer, large.ID); read.Status != parley.ProposalPendingApproval {
			t.Errorf("decided and not resumed: %s", read.Status)
		}
		if _, err := d.resume(desk, asked.ID); err != nil {
			t.Fatal(err)
		}
		if read, _ := d.service.Proposal(ctx, buyer, large.ID); read.Status != parley.ProposalAccepted {
			t.Errorf("resumed: %s", read.Status)
		}
		deal, err := d.bookProposal(buyer, large.ID)
		if err != nil || deal.Status != parley.DealBooked {
			t.Errorf("what was approved is booked without asking again: %s, %v", deal.Status, err)
		}
	})
}

func TestNoWayAroundAGate(t *testing.T) {
	t.Parallel()
	for _, gate := range []parley.Gate{parley.GateProposalDecision, parley.GateNegotiationAccept, parley.GateDealBooking} {
		t.Run(string(gate), func(t *testing.T) {
			onEach(t, func(t *testing.T, d *desk) {
				d.sell(video())
				d.gate(parley.ApprovalRule{Gate: gate, Condition: "deal_value >= 10000"})
				buyer := d.buyer(acme)
				booked := func(deal parley.Deal, err error) bool { return err == nil && deal.Status == parley.DealBooked }

				quote := d.quote(buyer, ask(1_000_000))
				deal, err := d.book(buyer, quote.ID)
				if booked(deal, err) || err == nil && deal.Status != parley.DealProposed {
					t.Errorf("by quote: %s, %v", deal.Status, err)
				}
				proposal := d.submit(buyer, propose(10_800_000, 1_000_000))
				if deal, err := d.bookProposal(buyer, proposal.ID); booked(deal, err) {
					t.Error("by proposal: booked")
				}
				countered := d.submit(buyer, propose(10_100_000, 1_000_000))
				if countered.Status == parley.ProposalCounterOffered {
					if _, err := d.counter(buyer, countered.ID, 10_700_000); err != nil {
						t.Fatal(err)
					}
				}
				if deal, err := d.bookProposal(buyer, countered.ID); booked(deal, err) {
					t.Error("by negotiation over a proposal: booked")
				}
				led := d.quote(buyer, ask(1_000_000))
				if _, err := d.say(buyer, seller.Message{QuoteID: led.ID, Action: "counter", Price: &parley.Money{Micros: 10_700_000}}); err != nil {
					t.Fatal(err)
				}
				if deal, err := d.book(buyer, led.ID); booked(deal, err) {
					t.Error("by negotiation over a quote: booked")
				}
			})
		})
	}
}

func TestGatedBookingHoldsInventoryUntilDecided(t *testing.T) {
	t.Parallel()
	for decision, want := range map[string]struct {
		deal     parley.DealStatus
		quote    parley.QuoteStatus
		reserved int64
	}{
		"approve": {parley.DealBooked, parley.QuoteBooked, 1_000_000},
		"reject":  {parley.DealRejected, parley.QuoteDeclined, 0},
		"timeout": {parley.DealExpired, parley.QuoteDeclined, 0},
	} {
		t.Run(decision, func(t *testing.T) {
			onEach(t, func(t *testing.T, d *desk) {
				ctx := context.Background()
				d.sell(video())
				d.gate(parley.ApprovalRule{Gate: parley.GateDealBooking, Timeout: time.Hour})
				buyer, desk := d.buyer(acme), d.operator()
				quote := d.quote(buyer, ask(1_000_000))
				deal, err := d.book(buyer, quote.ID)
				if err != nil || deal.Status != parley.DealProposed {
					t.Fatalf("booked: %s, %v", deal.Status, err)
				}
				if got := d.reserved("video-home", "2026-06-10", "2026-06-19"); got != 1_000_000 {
					t.Errorf("%d held while it waits", got)
				}
				_, err = d.service.CreateOrder(ctx, buyer, seller.OrderRequest{DealID: deal.ID}, keep(new(parley.Order)))
				wantCode(t, err, parley.CodeConflict)
				asked := d.pending()
				if decision == "timeout" {
					d.clock.Move(time.Hour)
					wantCode(t, d.decide(desk, asked.ID, "approve", nil), parley.CodeConflict)
					if n, err := d.service.SweepApprovals(ctx); n != 1 || err != nil {
						t.Fatalf("swept %d (%v)", n, err)
					}
				} else {
					if err := d.decide(desk, asked.ID, decision, nil); err != nil {
						t.Fatal(err)
					}
					if _, err := d.resume(desk, asked.ID); err != nil {
						t.Fatal(err)
					}
				}
				after, err := d.service.Deal(ctx, buyer, deal.ID)
				if err != nil || after.Status != want.deal {
					t.Errorf("the deal is %s (%v), want %s", after.Status, err, want.deal)
				}
				if read, err := d.service.Quote(ctx, desk, quote.ID); err != nil || read.Status != want.quote {
					t.Errorf("the quote is %s (%v), want %s", read.Status, err, want.quote)
				}
				if got := d.reserved("video-home", "2026-06-10", "2026-06-19"); got != want.reserved {
					t.Errorf("%d reserved, want %d", got, want.reserved)
				}
			})
		})
	}
}

func TestGatedAcceptanceInANegotiation(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		ctx := context.Background()
		d.sell(video())
		d.gate(parley.ApprovalRule{Gate: parley.GateNegotiationAccept, Condition: "discount_pct > 0.5"})
		buyer, desk := d.buyer(acme), d.operator()
		proposal := d.submit(buyer, propose(9_000_000, 1_000_000))
		turn, err := d.counter(buyer, proposal.ID, 10_100_000)
		if err != nil {
			t.Fatal(err)
		}
		if turn.Negotiation.Status != parley.NegotiationPendingApproval || turn.Round.Action != parley.ActionCounter || turn.Round.SellerCPM != 10_100_000 {
			t.Fatalf("the round: %+v, %s", turn.Round, turn.Negotiation.Status)
		}
		_, err = d.counter(buyer, proposal.ID, 10_050_000)
		wantCode(t, err, parley.CodeContention)
		asked := d.pending()
		if err := d.decide(desk, asked.ID, "approve", nil); err != nil {
			t.Fatal(err)
		}
		if _, err := d.resume(desk, asked.ID); err != nil {
			t.Fatal(err)
		}
		n, err := d.service.ProposalNegotiation(ctx, buyer, proposal.ID)
		if err != nil || n.Status != parley.NegotiationAccepted || *n.AgreedCPM != 10_100_000 {
			t.Errorf("the negotiation is %s (%v)", n.Status, err)
		}
		deal, err := d.bookProposal(buyer, proposal.ID)
		if err != nil || deal.Status != parley.DealBooked || deal.Price.FinalCPM != 10_100_000 {
			t.Errorf("deal %s at %d, %v", deal.Status, deal.Price.FinalCPM, err)
		}
	})
}

func TestOperatorCounters(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		ctx := context.Background()
		d.sell(video())
		d.gate(parley.ApprovalRule{Gate: parley.GateProposalDecision})
		buyer, desk := d.buyer(acme), d.operator()
		proposal := d.submit(buyer, propose(10_800_000, 1_000_000))
		asked := d.pending()
		low, price, volume := int64(7_990_000), int64(10_500_000), int64(800_000)
		wantCode(t, d.decide(desk, asked.ID, "counter", &parley.Modifications{CounterCPM: &low}), parley.CodeValidation)
		wantCode(t, d.decide(desk, asked.ID, "counter", nil), parley.CodeValidation)
		if err := d.decide(desk, asked.ID, "counter", &parley.Modifications{CounterCPM: &price, Impressions: &volume, Note: "for the season"}); err != nil {
			t.Fatal(err)
		}
		if _, err := d.resume(desk, asked.ID); err != nil {
			t.Fatal(err)
		}
		read, err := d.service.Proposal(ctx, buyer, proposal.ID)
		terms := read.CounterTerms
		if err != nil || read.Status != parley.ProposalCounterOffered || terms.ProposedCPM != price || *terms.MaxImpressions != volume {
			t.Fatalf("the buyer reads %s %+v (%v)", read.Status, terms, err)
		}
		// The desk has offered this price, but a rule that stops every decision stops its acceptance as well.
		turn, err := d.say(buyer, seller.Message{ProposalID: proposal.ID, Action: "accept"})
		if err != nil || turn.Negotiation.Status != parley.NegotiationPendingApproval {
			t.Fatalf("accepting the desk's price: %s, %v", turn.Negotiation.Status, err)
		}
		again := d.pending()
		if err := d.decide(desk, again.ID, "approve", nil); err != nil {
			t.Fatal(err)
		}
		if _, err := d.resume(desk, again.ID); err != nil {
			t.Fatal(err)
		}
		deal, err := d.bookProposal(buyer, proposal.ID)
		if err != nil || deal.Impressions != volume || deal.Price.FinalCPM != price || deal.Status != parley.DealBooked {
			t.Errorf("deal of %d at %d, %s (%v)", deal.Impressions, deal.Price.FinalCPM, deal.Status, err)
		}
	})
}

func TestInventorySoldBetweenDecideAndResume(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		takes int64
		want  parley.ProposalStatus
	}{
		"some of it": {400_000, parley.ProposalCounterOffered},
		"all of it":  {500_000, parley.ProposalRejected},
	} {
		t.Run(name, func(t *testing.T) {
			onEach(t, func(t *testing.T, d *desk) {
				ctx := context.Background()
				few := int64(50_000)
				d.sell(video(func(p *parley.Product) { p.DailyImpressions = &few }))
				d.gate(parley.ApprovalRule{Gate: parley.GateProposalDecision, Condition: `deal_type == "PG" && impressions == 450000`})
				buyer, desk := d.buyer(acme), d.operator()
				proposal := d.submit(buyer, propose(10_800_000, 450_000))
				asked := d.pending()
				if err := d.decide(desk, asked.ID, "approve", nil); err != nil {
					t.Fatal(err)
				}
				other := d.buyer(zenith)
				if _, err := d.bookProposal(other, d.submit(other, propose(11_000_000, c.takes)).ID); err != nil {
					t.Fatal(err)
				}
				if _, err := d.resume(desk, asked.ID); err != nil {
					t.Fatal(err)
				}
				read, err := d.service.Proposal(ctx, buyer, proposal.ID)
				if err != nil || read.Status != c.want {
					t.Fatalf("the proposal is %s (%v), want %s", read.Status, err, c.want)
				}
				if c.want == parley.ProposalCounterOffered && *read.CounterTerms.MaxImpressions != 100_000 {
					t.Errorf("countered with %+v", read.CounterTerms)
				}
				if c.want == parley.ProposalRejected && read.Errors[0].Code != "sold_out" {
					t.Errorf("rejected with %+v", read.Errors)
				}
			})
		})
	}
}

func TestFiftyOperatorsDecideOnce(t *testing.T) {
	t.Parallel()
	racedetector.AtOnce(t)
	onEach(t, func(t *testing.T, d *desk) {
		d.sell(video())
		d.gate(parley.ApprovalRule{Gate: parley.GateDealBooking})
		buyer, desk := d.buyer(acme), d.operator()
		if _, err := d.book(buyer, d.quote(buyer, ask(1_000_000)).ID); err != nil {
			t.Fatal(err)
		}
		asked := d.pending()
		decided := 0
		for _, err := range race(50, func(i int) error {
			return d.decide(desk, asked.ID, []string{"approve", "reject"}[i%2], nil)
		}) {
			if err == nil {
				decided++
				continue
			}
			wantCode(t, err, parley.CodeConflict)
		}
		if decided != 1 {
			t.Errorf("decided %d times", decided)
		}
		outcomes := map[string]bool{}
		results := make([]parley.Approval, 50)
		for _, err := range race(50, func(i int) error {
			var err error
			results[i], err = d.resume(desk, asked.ID)
			return err
		}) {
			if err != nil {
				t.Fatal(err)
			}
		}
		for _, a := range results {
			outcomes[string(a.Outcome)] = true
		}
		if len(outcomes) != 1 {
			t.Errorf("resuming gave %d outcomes: %v", len(outcomes), outcomes)
		}
		got := d.reserved("video-home", "2026-06-10", "2026-06-19")
		if want := map[parley.ApprovalStatus]int64{parley.ApprovalApproved: 1_000_000}[results[0].Status]; got != want {
			t.Errorf("%d reserved after %s, want %d", got, results[0].Status, want)
		}
	})
}

func TestTimeoutEscalatesOnceThenRejects(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		ctx := context.Background()
		d.sell(video())
		d.gate(parley.ApprovalRule{
			Gate: parley.GateProposalDecision, Timeout: time.Hour, OnTimeout: parley.TimeoutEscalates, EscalateTo: parley.ScopeFinance,
		})
		buyer := d.buyer(acme)
		proposal := d.submit(buyer, propose(10_800_000, 1_000_000))
		d.clock.Move(time.Hour)
		if n, err := d.service.SweepApprovals(ctx); n != 1 || err != nil {
			t.Fatalf("swept %d (%v)", n, err)
		}
		asked := d.pending()
		if asked.Role != parley.ScopeFinance {
			t.Errorf("escalated to %s", asked.Role)
		}
		wantCode(t, d.decide(d.operator(parley.ScopeApprover), asked.ID, "approve", nil), parley.CodeForbidden)
		d.clock.Move(time.Hour)
		if n, err := d.service.SweepApprovals(ctx); n != 1 || err != nil {
			t.Fatalf("swept %d (%v)", n, err)
		}
		read, err := d.service.Proposal(ctx, buyer, proposal.ID)
		if err != nil || read.Status != parley.ProposalRejected || read.Errors[0].Code != "approval_timed_out" {
			t.Errorf("the proposal is %s %+v (%v)", read.Status, read.Errors, err)
		}
	})
}

func TestOrderWaitsAtItsGate(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		ctx := context.Background()
		d.sell(video())
		d.gate(parley.ApprovalRule{Gate: parley.GateOrderSubmission, Role: parley.ScopeLegal})
		buyer, desk := d.buyer(acme), d.operator(parley.ScopeApprover)
		deal, err := d.book(buyer, d.quote(buyer, ask(1_000_000)).ID)
		if err != nil {
			t.Fatal(err)
		}
		var order parley.Order
		if _, err := d.service.CreateOrder(ctx, buyer, seller.OrderRequest{DealID: deal.ID}, keep(&order)); err != nil {
			t.Fatal(err)
		}
		move := func(call seller.Call, to parley.OrderStatus) error {
			_, err := d.service.TransitionOrder(ctx, call, seller.TransitionRequest{OrderID: order.ID, To: to}, keep(&order))
			return err
		}
		if err := move(buyer, parley.OrderSubmitted); err != nil || order.Status != parley.OrderPendingApproval {
			t.Fatalf("submitted: %s, %v", order.Status, err)
		}
		wantCode(t, move(desk, parley.OrderApproved), parley.CodeConflict)
		asked := d.pending()
		wantCode(t, d.decide(desk, asked.ID, "approve", nil), parley.CodeForbidden)
		legal := d.operator(parley.ScopeLegal)
		price := int64(10_000_000)
		wantCode(t, d.decide(legal, asked.ID, "counter", &parley.Modifications{CounterCPM: &price}), parley.CodeValidation)
		if err := d.decide(legal, asked.ID, "approve", nil); err != nil {
			t.Fatal(err)
		}
		if _, err := d.resume(legal, asked.ID); err != nil {
			t.Fatal(err)
		}
		read, err := d.service.Order(ctx, buyer, order.ID)
		if err != nil || read.Status != parley.OrderApproved {
			t.Errorf("the order is %s (%v)", read.Status, err)
		}
	})
}

func TestBulkDecisionAndRuleTest(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		ctx := context.Background()
		d.sell(video())
		rule := d.gate(parley.ApprovalRule{Gate: parley.GateProposalDecision, Condition: "deal_value >= 10000 && buyer_tier == 'agency'"})
		buyer, desk := d.buyer(acme), d.operator()
		var requests []seller.DecisionRequest
		for range 3 {
			p := d.submit(buyer, propose(10_800_000, 1_000_000))
			requests = append(requests, seller.DecisionRequest{ApprovalID: p.ApprovalID, Decision: "approve"})
		}
		requests = append(requests, seller.DecisionRequest{ApprovalID: "apr-nothing", Decision: "approve"})
		results, err := d.service.DecideAll(ctx, desk, requests, true)
		if err != nil {
			t.Fatal(err)
		}
		for i, r := range results[:3] {
			if r.Err != nil || r.Approval.ResumedAt == nil {
				t.Errorf("approval %d: %+v", i, r)
			}
		}
		wantCode(t, results[3].Err, parley.CodeNotFound)
		met, err := d.service.TestApprovalRules(ctx, desk, parley.GateProposalDecision, parley.ApprovalCase{DealValue: 10_000_000_000, BuyerTier: parley.TierAgency})
		if err != nil || len(met) != 1 || met[0].ID != rule.ID {
			t.Errorf("met %+v (%v)", met, err)
		}
		met, err = d.service.TestApprovalRules(ctx, desk, parley.GateProposalDecision, parley.ApprovalCase{DealValue: 9_999_990_000, BuyerTier: parley.TierAgency})
		if err != nil || len(met) != 0 {
			t.Errorf("a cent less met %+v (%v)", met, err)
		}
	})
}

func TestWithdrawnProposalIsNotDecided(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		d.sell(video())
		d.gate(parley.ApprovalRule{Gate: parley.GateProposalDecision})
		buyer, desk := d.buyer(acme), d.operator()
		proposal := d.submit(buyer, propose(10_800_000, 1_000_000))
		asked := d.pending()
		if _, err := d.service.WithdrawProposal(context.Background(), buyer, proposal.ID, "changed plans", keep(new(parley.Proposal))); err != nil {
			t.Fatal(err)
		}
		wantCode(t, d.decide(desk, asked.ID, "approve", nil), parley.CodeConflict)
	})
}
