package seller_test

import (
	"context"
	"testing"
	"time"

	"parley"
	"parley/seller"
)

// mustAsk asks for a change that must be taken.
func (d *desk) mustAsk(call seller.Call, in seller.ChangeInput) parley.ChangeRequest {
	d.t.Helper()
	c, err := d.askChange(call, in)
	if err != nil {
		d.t.Fatalf("ask for a change: %v", err)
	}
	return c
}

// TestChangeIsNoWayAroundTheGates enlarges a deal that was small enough to be booked without finance.
func TestChangeIsNoWayAroundTheGates(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		d.sell(video())
		buyer, finance, approver := d.buyer(acme), d.operator(parley.ScopeFinance), d.operator(parley.ScopeApprover)
		d.gate(parley.ApprovalRule{
			Name: "large deals", Gate: parley.GateDealBooking, Condition: "deal_value >= 10000", Role: parley.ScopeFinance,
			Timeout: time.Hour, OnTimeout: parley.TimeoutRejects,
		})
		d.gate(parley.ApprovalRule{
			Name: "every change", Gate: parley.GateChangeRequest, Condition: "true", Role: parley.ScopeApprover,
			Timeout: time.Hour, OnTimeout: parley.TimeoutRejects,
		})
		deal := d.dealOf(buyer, 500_000)
		if deal.Status != parley.DealBooked {
			t.Fatalf("5,400 USD are %s", deal.Status)
		}
		c := d.mustAsk(buyer, seller.ChangeInput{
			Type: parley.ChangeImpressions, DealID: deal.ID, Terms: parley.ChangeTerms{Impressions: of(int64(2_000_000))},
		})
		roles := map[parley.Scope]seller.Call{parley.ScopeFinance: finance, parley.ScopeApprover: approver}
		for range 2 {
			if c.Status != parley.ChangePendingApproval {
				t.Fatalf("before both have decided, the change is %s", c.Status)
			}
			_, err := d.applyChange(buyer, c.ID)
			wantCode(t, err, parley.CodeConflict)
			asked := d.pending()
			if asked.ID != c.ApprovalID || asked.ChangeID != c.ID {
				t.Fatalf("asked is %+v", asked)
			}
			by, ok := roles[asked.Role]
			if !ok {
				t.Fatalf("%s is asked twice", asked.Role)
			}
			for _, other := range roles {
				if other.Secret != by.Secret {
					_, err := d.review(other, c.ID, "approve")
					wantCode(t, err, parley.CodeForbidden)
				}
			}
			delete(roles, asked.Role)
			if c, err = d.review(by, c.ID, "approve"); err != nil {
				t.Fatal(err)
			}
		}
		if c.Status != parley.ChangeApproved {
			t.Errorf("approved by both, the change is %s", c.Status)
		}

		// Less of it commits the publisher to nothing that finance would have to see; the desk decides alone.
		less := d.mustAsk(buyer, seller.ChangeInput{
			Type: parley.ChangeCancellation, DealID: deal.ID, Terms: parley.ChangeTerms{Cancel: &parley.Cancellation{Share: 500_000}},
		})
		if less, err := d.review(approver, less.ID, "approve"); err != nil || less.Status != parley.ChangeApproved {
			t.Errorf("%s (%v)", less.Status, err)
		}
		// The approval of one change is not the approval of the next that comes to the same terms.
		if next := d.mustAsk(buyer, seller.ChangeInput{Type: parley.ChangeTargeting, DealID: deal.ID}); next.Status != parley.ChangePendingApproval {
			t.Errorf("the next change is %s", next.Status)
		}
		if next := d.mustAsk(buyer, seller.ChangeInput{Type: parley.ChangeTargeting, DealID: deal.ID}); next.Status != parley.ChangePendingApproval {
			t.Errorf("the one after it is %s", next.Status)
		}
	})
}

// TestNoChangeGoesUnderTheFloor holds every step of a change to the floor, also one that rises on the way.
func TestNoChangeGoesUnderTheFloor(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		d.sell(video()) // floor 8.00
		buyer, approver := d.buyer(acme), d.operator(parley.ScopeApprover)
		deal := d.dealOf(buyer, 500_000)
		price := func(cpm int64) parley.ChangeRequest {
			t.Helper()
			return d.mustAsk(buyer, seller.ChangeInput{Type: parley.ChangePricing, DealID: deal.ID, Terms: parley.ChangeTerms{CPM: &cpm}})
		}
		low := price(7_990_000)
		wantCode(t, d.decide(approver, low.ApprovalID, "approve", nil), parley.CodeValidation)
		if c, err := d.review(approver, low.ID, "reject"); err != nil || c.Status != parley.ChangeRejected {
			t.Errorf("after a refused approval: %s (%v)", c.Status, err)
		}

		decided, approved := price(8_500_000), price(9_000_000)
		if err := d.decide(approver, decided.ApprovalID, "approve", nil); err != nil {
			t.Fatal(err)
		}
		if _, err := d.review(approver, approved.ID, "approve"); err != nil {
			t.Fatal(err)
		}
		d.sell(video(func(p *parley.Product) { p.FloorCPM = 9_500_000 }))
		if _, err := d.resume(approver, decided.ApprovalID); err != nil {
			t.Fatal(err)
		}
		// What has come under the floor on its way waits for the desk once more, which can only reject it.
		resumed := must(d.service.Change(context.Background(), buyer, decided.ID))
		applied := must(d.applyChange(buyer, approved.ID))
		for c, before := range map[*parley.ChangeRequest]string{&resumed: decided.ApprovalID, &applied: approved.ApprovalID} {
			if c.Status != parley.ChangePendingApproval || c.ApprovalID == before || c.ApprovedAt != nil || c.ApprovedBy != "" || c.LapsesAt != nil || c.FailureReason != "" {
				t.Errorf("under the new floor: %+v", *c)
			}
			wantCode(t, d.decide(approver, c.ApprovalID, "approve", nil), parley.CodeValidation)
			_, err := d.applyChange(buyer, c.ID)
			wantCode(t, err, parley.CodeConflict)
		}
		if read, err := d.service.Deal(context.Background(), buyer, deal.ID); err != nil || read.Price.FinalCPM != deal.Price.FinalCPM {
			t.Errorf("the deal's price is %d (%v)", read.Price.FinalCPM, err)
		}
		d.sell(video())
		must(d.review(approver, applied.ID, "approve"))
		if c := must(d.applyChange(buyer, applied.ID)); c.Status != parley.ChangeApplied {
			t.Errorf("over the floor again, and granted again: %s", c.Status)
		}
		_, err := d.askChange(buyer, seller.ChangeInput{
			Type: parley.ChangePricing, DealID: deal.ID, Terms: parley.ChangeTerms{CPM: of(int64(10_005_000))},
		})
		wantCode(t, err, parley.CodeValidation)
	})
}

func TestDealThatIsOverStaysAsItIs(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		d.sell(video())
		buyer := d.buyer(acme)
		ran, ended := d.dealOf(buyer, 100_000), d.dealOf(buyer, 100_000)
		longer := func(deal parley.Deal) seller.ChangeInput {
			return seller.ChangeInput{
				Type: parley.ChangeFlightDates, DealID: deal.ID, Terms: parley.ChangeTerms{FlightEnd: of(deal.Flight.End + 3)},
			}
		}
		approved, orphan := d.mustAsk(buyer, longer(ran)), d.mustAsk(buyer, longer(ended))
		if _, err := d.service.CancelDeal(context.Background(), d.operator(), ended.ID, "a test", keep(new(parley.Deal))); err != nil {
			t.Fatal(err)
		}
		_, err := d.askChange(buyer, longer(ended))
		wantCode(t, err, parley.CodeConflict)
		if c, err := d.applyChange(buyer, orphan.ID); err != nil || c.Status != parley.ChangeFailed {
			t.Errorf("on a cancelled deal: %s (%v)", c.Status, err)
		}
		d.clock.Move(ran.Flight.End.Midnight().Add(36 * time.Hour).Sub(noon)) // a day after its last
		_, err = d.askChange(buyer, longer(ran))
		wantCode(t, err, parley.CodeConflict)
		if c, err := d.applyChange(buyer, approved.ID); err != nil || c.Status != parley.ChangeFailed {
			t.Errorf("on a deal that has run: %s (%v)", c.Status, err)
		}
		if sum := d.reserved("video-home", "2026-06-01", "2026-07-30"); sum != 100_000 {
			t.Errorf("reserved %d", sum)
		}
	})
}
