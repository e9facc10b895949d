package seller_test

import (
	"context"
	"testing"
	"time"

	"parley"
	"parley/seller"
)

// keyBy has somebody make a key of an admin.
func (d *desk) keyBy(maker seller.Call, label string, scopes ...parley.Scope) seller.Call {
	d.t.Helper()
	if len(scopes) == 0 {
		scopes = []parley.Scope{parley.ScopeAdmin}
	}
	var made seller.CreatedKey
	request := seller.KeyRequest{Role: parley.RoleOperator, Label: label, Scopes: scopes}
	if _, err := d.service.CreateKey(context.Background(), maker, request, keep(&made)); err != nil {
		d.t.Fatal(err)
	}
	return seller.Call{Secret: made.Secret}
}

// TestAMakerOfKeysMakesNoPeople has every two of the publisher's people say both yeses, in either order: whoever made the other's key,
// directly or along a chain, or goes by the same name, is no second person, and whom a third one made is.
func TestAMakerOfKeysMakesNoPeople(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		d.sell(video())
		d.gate(parley.ApprovalRule{Gate: parley.GateProposalDecision, Role: parley.ScopeApprover, SecondRole: parley.ScopeFinance})
		buyer, terminal := d.buyer(acme), seller.Terminal("test")
		people := map[string]seller.Call{"terminal": terminal}
		made := map[string]string{} // by whom
		names := []string{"terminal"}
		make := func(name, label, by string) {
			people[name], made[name] = d.keyBy(people[by], label), by
			names = append(names, name)
		}
		make("ada", "Ada", "terminal")
		make("ben", "Ben", "terminal")
		make("cleo, by ada", "Cleo", "ada")
		make("dan, by ada", "Dan", "ada")
		make("eve, by cleo", "Eve", "cleo, by ada")
		make("ben, rotated by ada", " bEN ", "ada")
		from := func(one, other string) bool {
			for at := one; at != ""; at = made[at] {
				if at == other {
					return true
				}
			}
			return false
		}
		named := map[string]bool{"ben": true, "ben, rotated by ada": true}
		for _, first := range names {
			for _, second := range names {
				id := d.submit(buyer, propose(10_800_000, 1_000_000)).ApprovalID
				if err := d.decide(people[first], id, "approve", nil); err != nil {
					t.Fatalf("%s: %v", first, err)
				}
				one := from(first, second) || from(second, first) || named[first] && named[second]
				err := d.decide(people[second], id, "approve", nil)
				if one != parley.Is(err, parley.CodeForbidden) || !one && err != nil {
					t.Errorf("%s, then %s: %v, want one person %t", first, second, err, one)
				}
				if one {
					if a := d.approval(id); a.Status != parley.ApprovalPending {
						t.Errorf("%s, then %s: it is %s", first, second, a.Status)
					}
					if err := d.decide(people[second], id, "reject", nil); err != nil {
						t.Errorf("the no of %s after the yes of %s: %v", second, first, err)
					}
				}
			}
		}
	})
}

// TestWhoAskedMakesNobodyWhoDecides has an admin ask for a change, and keys of several makings decide it.
func TestWhoAskedMakesNobodyWhoDecides(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		d.sell(video())
		asks := d.keyBy(seller.Terminal("test"), "Ada")
		before := d.keyBy(asks, "Ben", parley.ScopeAdmin)
		deal := d.dealOf(d.buyer(acme), 100_000)
		end := deal.Flight.End
		d.clock.Move(time.Minute)
		for name, c := range map[string]struct {
			decides func() seller.Call
			may     bool
		}{
			"itself":                   {func() seller.Call { return asks }, false},
			"made before it was asked": {func() seller.Call { return before }, true},
			"made at the terminal":     {func() seller.Call { return d.keyBy(seller.Terminal("test"), "Cleo") }, true},
			"made since":               {func() seller.Call { return d.keyBy(asks, "Dan") }, false},
			"made since by a made one": {func() seller.Call { return d.keyBy(d.keyBy(asks, "Eve"), "Finn") }, false},
			"of the same name":         {func() seller.Call { return d.keyBy(seller.Terminal("test"), "ada") }, false},
		} {
			end++
			c.decides()
			asked := d.mustAsk(asks, seller.ChangeInput{Type: parley.ChangeFlightDates, DealID: deal.ID, Terms: parley.ChangeTerms{FlightEnd: of(end + 30)}})
			d.clock.Move(time.Minute)
			err := d.decide(c.decides(), asked.ApprovalID, "approve", nil)
			if c.may != (err == nil) || !c.may && !parley.Is(err, parley.CodeForbidden) {
				t.Errorf("a key %s: %v", name, err)
			}
		}
	})
}

// TestANoTakesTheFirstYesBack has whoever said the first yes, and has not the role that is left, say no: at once, and planned.
func TestANoTakesTheFirstYesBack(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		d.sell(video())
		d.gate(parley.ApprovalRule{Gate: parley.GateProposalDecision, Role: parley.ScopeApprover, SecondRole: parley.ScopeFinance})
		buyer, approver, finance := d.buyer(acme), d.operator(parley.ScopeApprover), d.operator(parley.ScopeFinance)
		for name, who := range map[string]seller.Call{"approver": approver, "finance": finance} {
			other := map[string]seller.Call{"approver": finance, "finance": approver}[name]
			id := d.submit(buyer, propose(10_800_000, 1_000_000)).ApprovalID
			if err := d.decide(who, id, "approve", nil); err != nil {
				t.Fatal(err)
			}
			wantCode(t, d.decide(who, id, "approve", nil), parley.CodeForbidden)
			if err := d.decide(who, id, "reject", nil); err != nil {
				t.Errorf("%s takes the yes back: %v", name, err)
			}
			if a := d.approval(id); a.Status != parley.ApprovalRejected {
				t.Errorf("it is %s", a.Status)
			}
			wantCode(t, d.decide(other, id, "approve", nil), parley.CodeConflict)
			planned := d.submit(buyer, propose(10_800_000, 1_000_000)).ApprovalID
			if err := d.decide(who, planned, "approve", nil); err != nil {
				t.Fatal(err)
			}
			for range 2 {
				if err := d.plan(who, planned, "reject"); err != nil {
					t.Fatalf("%s plans a no: %v", name, err)
				}
				if err := d.takeBack(who, planned); err != nil {
					t.Fatalf("%s takes the no back: %v", name, err)
				}
			}
			if err := d.plan(who, planned, "reject"); err != nil {
				t.Fatal(err)
			}
			d.clock.Move(seller.TakeBackTime)
			d.carryOut()
			if a := d.approval(planned); a.Status != parley.ApprovalRejected {
				t.Errorf("planned by %s, it is %s: %+v", name, a.Status, a.Planned)
			}
		}
	})
}
