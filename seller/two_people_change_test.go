package seller_test

import (
	"context"
	"testing"
	"time"

	"parley"
	"parley/seller"
)

// TestTwoPeopleReviewAChange has both yeses said by each of the two ways to say one, in either order: the first leaves the change waiting, and
// nothing is carried out.
func TestTwoPeopleReviewAChange(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		d.sell(video())
		d.gate(parley.ApprovalRule{Gate: parley.GateChangeRequest, Role: parley.ScopeApprover, SecondRole: parley.ScopeFinance})
		buyer, approver, finance := d.buyer(acme), d.operator(parley.ScopeApprover), d.operator(parley.ScopeFinance)
		say := map[string]func(who seller.Call, c parley.ChangeRequest, decision string) error{
			"review": func(who seller.Call, c parley.ChangeRequest, decision string) error {
				_, err := d.service.ReviewChange(context.Background(), who, c.ID, seller.DecisionRequest{Decision: decision}, keep(new(parley.ChangeRequest)))
				return err
			},
			"decide": func(who seller.Call, c parley.ChangeRequest, decision string) error {
				request := seller.DecisionRequest{ApprovalID: c.ApprovalID, Decision: decision}
				_, err := d.service.DecideAndResume(context.Background(), who, request, keep(new(parley.Approval)))
				return err
			},
		}
		for _, people := range [][2]seller.Call{{approver, finance}, {finance, approver}} {
			for first, yes := range say {
				for second, also := range say {
					for _, last := range []string{"approve", "reject"} {
						deal := d.dealOf(buyer, 100_000)
						c := d.mustAsk(buyer, seller.ChangeInput{Type: parley.ChangeCancellation, DealID: deal.ID, Terms: parley.ChangeTerms{Cancel: &parley.Cancellation{Share: parley.WholeDeal}}})
						if err := yes(people[0], c, "approve"); err != nil {
							t.Fatalf("%s: %v", first, err)
						}
						if waiting, err := d.service.Change(t.Context(), buyer, c.ID); err != nil || waiting.Status != parley.ChangePendingApproval {
							t.Errorf("after the first yes, by %s, it is %s: %v", first, waiting.Status, err)
						}
						if err := also(people[1], c, last); err != nil {
							t.Errorf("%s after %s: %v", second, first, err)
						}
						want := map[string]parley.ChangeStatus{"approve": parley.ChangeApproved, "reject": parley.ChangeRejected}[last]
						if over, err := d.service.Change(t.Context(), buyer, c.ID); err != nil || over.Status != want {
							t.Errorf("%s after %s: it is %s, want %s: %v", second, first, over.Status, want, err)
						}
					}
				}
			}
		}
	})
}

// TestARotatedKeyIsTheSamePerson has who made a key, or asked for something, come with the key that theirs was rotated into.
func TestARotatedKeyIsTheSamePerson(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		d.sell(video())
		buyer := d.buyer(acme)
		deal := d.dealOf(buyer, 100_000)
		d.gate(parley.ApprovalRule{Gate: parley.GateProposalDecision, Role: parley.ScopeApprover, SecondRole: parley.ScopeFinance})
		make := func(maker seller.Call, label string) seller.CreatedKey {
			var made seller.CreatedKey
			request := seller.KeyRequest{Role: parley.RoleOperator, Label: label, Scopes: []parley.Scope{parley.ScopeAdmin}}
			if _, err := d.service.CreateKey(context.Background(), maker, request, keep(&made)); err != nil {
				t.Fatal(err)
			}
			return made
		}
		next := func(key seller.CreatedKey) seller.Call {
			made, err := d.rotate(key.ID, time.Hour)
			if err != nil {
				t.Fatal(err)
			}
			return seller.Call{Secret: made.Secret}
		}
		terminal := seller.Terminal("test")
		ann, ben := make(terminal, "Ann"), make(terminal, "Ben")
		asks := seller.Call{Secret: ann.Secret}
		sue, kim := make(asks, "Sue"), make(asks, "Kim")
		annAgain, benAgain, kimAgain := next(ann), next(ben), next(kim)
		for name, c := range map[string]struct {
			first, second seller.Call
			one           bool
		}{
			"who made it, rotated":   {annAgain, seller.Call{Secret: sue.Secret}, true},
			"whose key was rotated":  {asks, kimAgain, true},
			"both rotated":           {annAgain, kimAgain, true},
			"the key and its own":    {asks, annAgain, true},
			"two people, of rotated": {annAgain, benAgain, false},
		} {
			id := d.submit(buyer, propose(10_800_000, 1_000_000)).ApprovalID
			if err := d.decide(c.first, id, "approve", nil); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if err := d.decide(c.second, id, "approve", nil); c.one != parley.Is(err, parley.CodeForbidden) || !c.one && err != nil {
				t.Errorf("%s: %v, want one person %t", name, err, c.one)
			}
		}
		end := deal.Flight.End + 30
		asked := d.mustAsk(annAgain, seller.ChangeInput{Type: parley.ChangeFlightDates, DealID: deal.ID, Terms: parley.ChangeTerms{FlightEnd: &end}})
		d.clock.Move(time.Minute)
		zoe := make(asks, "Zoe")
		wantCode(t, d.decide(seller.Call{Secret: zoe.Secret}, asked.ApprovalID, "approve", nil), parley.CodeForbidden)
		if err := d.decide(benAgain, asked.ApprovalID, "approve", nil); err != nil {
			t.Errorf("another decides: %v", err)
		}
	})
}
