package seller_test

import (
	"context"
	"testing"
	"time"

	"parley"
	"parley/seller"
	"parley/storage"
)

// TestWhoAskedDoesNotDecide holds what operators ask for themselves to a second person.
func TestWhoAskedDoesNotDecide(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		ctx := context.Background()
		d.sell(video())
		buyer, asks, decides := d.buyer(acme), d.operator(parley.ScopeApprover), d.operator(parley.ScopeApprover)
		deal, err := d.book(buyer, d.quote(buyer, ask(1_000_000)).ID)
		if err != nil {
			t.Fatal(err)
		}
		price := int64(9_000_000)
		input := seller.ChangeInput{Type: parley.ChangePricing, DealID: deal.ID, Terms: parley.ChangeTerms{CPM: &price}}
		var change parley.ChangeRequest
		if _, err := d.service.RequestChange(ctx, asks, input, keep(&change)); err != nil || change.Status != parley.ChangePendingApproval {
			t.Fatalf("asked: %s, %v", change.Status, err)
		}
		for _, decision := range []string{"approve", "reject"} {
			wantCode(t, d.decide(asks, change.ApprovalID, decision, nil), parley.CodeForbidden)
			_, err := d.service.ReviewChange(ctx, asks, change.ID, seller.DecisionRequest{Decision: decision}, keep(&change))
			wantCode(t, err, parley.CodeForbidden)
			bulk, err := d.service.DecideAll(ctx, asks, []seller.DecisionRequest{{ApprovalID: change.ApprovalID, Decision: decision}}, true)
			if err != nil || len(bulk) != 1 {
				t.Fatal(bulk, err)
			}
			wantCode(t, bulk[0].Err, parley.CodeForbidden)
		}
		if err := d.decide(decides, change.ApprovalID, "approve", nil); err != nil {
			t.Errorf("the second person: %v", err)
		}
	})
}

func TestADeskOfOnePersonDecidesForItself(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		settings := seller.DefaultSettings()
		settings.SelfApproval = true
		d = openDesk(t, d.store, settings)
		d.sell(video())
		buyer, alone := d.buyer(acme), d.operator()
		deal, err := d.book(buyer, d.quote(buyer, ask(1_000_000)).ID)
		if err != nil {
			t.Fatal(err)
		}
		price := int64(9_000_000)
		var change parley.ChangeRequest
		input := seller.ChangeInput{Type: parley.ChangePricing, DealID: deal.ID, Terms: parley.ChangeTerms{CPM: &price}}
		if _, err := d.service.RequestChange(context.Background(), alone, input, keep(&change)); err != nil {
			t.Fatal(err)
		}
		if err := d.decide(alone, change.ApprovalID, "approve", nil); err != nil {
			t.Error(err)
		}
	})
}

func TestAnOperatorKeyNamesItsRoles(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		_, err := d.service.CreateKey(context.Background(), d.operator(), seller.KeyRequest{Role: parley.RoleOperator, Label: "who"},
			keep(new(seller.CreatedKey)))
		if fields := wantError(t, err, parley.CodeValidation).Fields; len(fields) != 1 || fields[0].Path != "roles" {
			t.Errorf("%+v", fields)
		}
	})
}

// TestATimeoutThatFailsStopsNoOther sweeps past an approval that cannot be applied, also one behind a whole batch of them.
func TestATimeoutThatFailsStopsNoOther(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		ctx := context.Background()
		d.sell(video())
		d.gate(parley.ApprovalRule{Gate: parley.GateProposalDecision, Timeout: time.Hour})
		buyer := d.buyer(acme)
		const poisoned = 100
		d.clock.Move(-time.Minute)
		for range poisoned {
			p := d.submit(buyer, propose(10_800_000, 1000))
			a := d.approval(p.ApprovalID)
			// Of another gate than its flow has: nothing resumes there.
			a.ID, a.Gate, a.ProposalID, a.Snapshot = "poisoned-"+a.ID, parley.GateNegotiationAccept, "", nil
			if err := d.store.Tx(ctx, func(tx *storage.Tx) error { tx.InsertApproval(a); return nil }); err != nil {
				t.Fatal(err)
			}
			if _, err := d.service.WithdrawProposal(ctx, buyer, p.ID, "", keep(new(parley.Proposal))); err != nil {
				t.Fatal(err)
			}
		}
		d.clock.Move(time.Minute)
		good := d.submit(buyer, propose(10_800_000, 1000))
		d.clock.Move(2 * time.Hour)
		for range 2 { // batches
			if _, err := d.service.SweepApprovals(ctx); err != nil {
				t.Fatal(err)
			}
		}
		if a := d.approval(good.ApprovalID); a.Status != parley.ApprovalTimedOut || a.ResumedAt == nil {
			t.Errorf("behind those that cannot be timed out: %s, resumed %v", a.Status, a.ResumedAt)
		}
		// The poisoned ones are looked at again.
		if n, err := d.service.SweepApprovals(ctx); n != poisoned || err != nil {
			t.Errorf("looked at %d (%v)", n, err)
		}
	})
}

func (d *desk) approval(id string) parley.Approval {
	d.t.Helper()
	a, err := d.service.Approval(context.Background(), seller.Terminal("test"), id)
	if err != nil {
		d.t.Fatal(err)
	}
	return a
}
