package seller_test

import (
	"context"
	"crypto/rand"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"parley"
	"parley/internal/racedetector"
	"parley/seller"
	"parley/storage"
)

// node is another process over the same store and clock.
func (d *desk) node() *desk {
	other := *d
	other.service = seller.New(d.store, anyParts, seller.DefaultSettings(), d.clock.Read, rand.Reader, slog.New(slog.NewTextHandler(testWriter{d.t}, nil)))
	return &other
}

func (d *desk) plan(call seller.Call, id, decision string) error {
	_, err := d.service.PlanDecision(context.Background(), call,
		seller.DecisionRequest{ApprovalID: id, Decision: decision, Reason: "because"}, keep(new(parley.Approval)))
	return err
}

func (d *desk) takeBack(call seller.Call, id string) error {
	_, err := d.service.TakeBack(context.Background(), call, id, keep(new(parley.Approval)))
	return err
}

func (d *desk) carryOut() {
	d.t.Helper()
	if _, err := d.service.CarryOutDecisions(context.Background()); err != nil {
		d.t.Fatal(err)
	}
}

// acts are the audited actions on an approval, oldest first.
func (d *desk) acts(id string) string {
	d.t.Helper()
	entries, err := d.service.Audits(context.Background(), seller.Terminal("test"), seller.AuditFilter{
		Resource: "approval", ResourceID: id, Page: storage.Page{Limit: 50},
	})
	if err != nil {
		d.t.Fatal(err)
	}
	var acts []string
	for _, e := range entries.Items {
		acts = append(acts, strings.TrimPrefix(e.Action, "approval."))
	}
	return strings.Join(acts, " ")
}

func TestPlannedDecisionCanBeTakenBack(t *testing.T) {
	t.Parallel()
	racedetector.AtOnce(t)
	onEach(t, func(t *testing.T, d *desk) {
		d.sell(video())
		d.gate(parley.ApprovalRule{Gate: parley.GateProposalDecision})
		buyer, desk, other := d.buyer(acme), d.operator(parley.ScopeApprover), d.operator(parley.ScopeApprover)
		id := d.submit(buyer, propose(10_800_000, 1_000_000)).ApprovalID
		elsewhere := d.node()

		for _, call := range []seller.Call{buyer, d.operator(parley.ScopeViewer), d.operator(parley.ScopeFinance)} {
			wantCode(t, d.plan(call, id, "approve"), parley.CodeForbidden)
		}
		wantCode(t, d.takeBack(desk, id), parley.CodeConflict)
		if err := d.plan(desk, id, "approve"); err != nil {
			t.Fatal(err)
		}
		wantCode(t, elsewhere.plan(other, id, "reject"), parley.CodeConflict)
		d.clock.Move(seller.TakeBackTime - time.Microsecond)
		d.carryOut()
		if a := d.approval(id); a.Status != parley.ApprovalPending || a.Planned == nil || a.Planned.Status != parley.ApprovalApproved {
			t.Fatalf("before its time the approval is %+v", a)
		}
		seen, err := d.service.Events(context.Background(), buyer, seller.EventFilter{Type: parley.EventApprovalPlanned, Page: storage.Page{Limit: 5}})
		if err != nil || len(seen.Items) != 0 {
			t.Errorf("the buyer sees %+v, %v", seen.Items, err)
		}
		wantCode(t, d.takeBack(d.operator(parley.ScopeFinance), id), parley.CodeForbidden)
		if err := elsewhere.takeBack(other, id); err != nil {
			t.Fatal(err)
		}
		d.clock.Move(time.Minute)
		d.carryOut()
		if a := d.approval(id); a.Status != parley.ApprovalPending || a.Planned != nil || a.PlannedFor != nil {
			t.Errorf("taken back, the approval is %+v", a)
		}

		if err := elsewhere.plan(other, id, "reject"); err != nil {
			t.Fatal(err)
		}
		d.clock.Move(seller.TakeBackTime)
		// Both nodes carry it out at the same time, and one does.
		var nodes sync.WaitGroup
		for _, service := range []*seller.Service{d.service, elsewhere.service} {
			nodes.Go(func() { _, _ = service.CarryOutDecisions(context.Background()) })
		}
		nodes.Wait()
		a := d.approval(id)
		if a.Status != parley.ApprovalRejected || a.ResumedAt == nil || a.Planned != nil || a.Reason != "because" {
			t.Errorf("carried out, the approval is %+v", a)
		}
		if acts := d.acts(id); acts != "request plan take_back plan decide resume" {
			t.Errorf("on the record is %s", acts)
		}
		wantCode(t, d.takeBack(desk, id), parley.CodeConflict)
	})
}

// TestPlannedDecisionHoldsAsThingsAre carries a decision out only if it holds when its time has come.
func TestPlannedDecisionHoldsAsThingsAre(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		ctx := context.Background()
		d.sell(video())
		d.gate(parley.ApprovalRule{Gate: parley.GateProposalDecision, Timeout: 4 * time.Second})
		buyer, desk := d.buyer(acme), d.operator(parley.ScopeApprover)
		ask := func() string { return d.submit(buyer, propose(10_800_000, 1_000_000)).ApprovalID }
		plan := func(call seller.Call, id string) {
			t.Helper()
			if err := d.plan(call, id, "approve"); err != nil {
				t.Fatal(err)
			}
		}

		// The timeout comes before the time to take back is over.
		answered, unanswered := ask(), ask()
		plan(desk, answered)
		d.clock.Move(seller.TakeBackTime)
		if _, err := d.service.SweepApprovals(ctx); err != nil {
			t.Fatal(err)
		}
		d.carryOut()
		if a := d.approval(answered); a.Status != parley.ApprovalApproved || a.ResumedAt == nil {
			t.Errorf("answered in time, the approval is %+v", a)
		}
		if a := d.approval(unanswered); a.Status != parley.ApprovalTimedOut {
			t.Errorf("not answered, the approval is %s", a.Status)
		}

		// The key is revoked meanwhile.
		gone := d.operator(parley.ScopeApprover)
		who, err := d.service.Screen(ctx, gone)
		if err != nil {
			t.Fatal(err)
		}
		refused := ask()
		plan(gone, refused)
		if _, err := d.service.RevokeKey(ctx, seller.Terminal("test"), who.KeyID, keep(new(parley.Key))); err != nil {
			t.Fatal(err)
		}
		d.clock.Move(seller.TakeBackTime)
		d.carryOut()
		a := d.approval(refused)
		if a.PlannedFor != nil || a.Planned == nil || !strings.Contains(a.Planned.Failure, "revoked") || a.DecidedAt != nil {
			t.Errorf("of a revoked key, the approval is %+v", a)
		}
	})
}
