package seller_test

import (
	"context"
	"strings"
	"testing"

	"parley"
	"parley/seller"
)

// TestTwoGrantedChangesAreTold answers one change of a deal, in each way, and then asks what a yes to another comes to: where of the two the
// second that is applied fails, that is said.
func TestTwoGrantedChangesAreTold(t *testing.T) {
	t.Parallel()
	firsts := map[string]struct {
		do       func(d *desk, admin seller.Call, c parley.ChangeRequest) error
		promises bool
	}{
		"nobody answers": {func(*desk, seller.Call, parley.ChangeRequest) error { return nil }, false},
		"granted": {func(d *desk, admin seller.Call, c parley.ChangeRequest) error {
			return d.decide(admin, c.ApprovalID, "approve", nil)
		}, true},
		"granted and carried out": {func(d *desk, admin seller.Call, c parley.ChangeRequest) error {
			return d.decideAndResume(admin, c.ApprovalID, "approve")
		}, true},
		"a yes is planned": {func(d *desk, admin seller.Call, c parley.ChangeRequest) error {
			return d.plan(admin, c.ApprovalID, "approve")
		}, true},
		"a no is planned": {func(d *desk, admin seller.Call, c parley.ChangeRequest) error {
			return d.plan(admin, c.ApprovalID, "reject")
		}, false},
		"a yes is taken back": {func(d *desk, admin seller.Call, c parley.ChangeRequest) error {
			if err := d.plan(admin, c.ApprovalID, "approve"); err != nil {
				return err
			}
			return d.takeBack(admin, c.ApprovalID)
		}, false},
		"rejected": {func(d *desk, admin seller.Call, c parley.ChangeRequest) error {
			return d.decideAndResume(admin, c.ApprovalID, "reject")
		}, false},
	}
	seconds := map[string]struct {
		in    seller.ChangeInput
		after bool // that comes after the first, or fails
	}{
		"other days":        {seller.ChangeInput{Type: parley.ChangeFlightDates, Terms: parley.ChangeTerms{FlightEnd: of(mustDay("2026-07-20"))}}, true},
		"less volume":       {seller.ChangeInput{Type: parley.ChangeImpressions, Terms: parley.ChangeTerms{Impressions: of[int64](40_000)}}, true},
		"the end":           {seller.ChangeInput{Type: parley.ChangeCancellation, Terms: parley.ChangeTerms{Cancel: &parley.Cancellation{Share: parley.WholeDeal}}}, false},
		"work for a person": {seller.ChangeInput{Type: parley.ChangeCreative, Proposed: []byte(`{"creative_id":"cr-2"}`)}, false},
	}
	onEach(t, func(t *testing.T, d *desk) {
		d.sell(video())
		buyer, admin := d.buyer(acme), d.operator()
		for name, first := range firsts {
			for kind, second := range seconds {
				deal := d.dealOf(buyer, 100_000)
				a := must(d.askChange(buyer, seller.ChangeInput{Type: parley.ChangeFlightDates, DealID: deal.ID, Terms: parley.ChangeTerms{FlightEnd: of(mustDay("2026-07-10"))}}))
				in := second.in
				in.DealID, in.Reason = deal.ID, "as agreed"
				b := must(d.askChange(buyer, in))
				if a.Status != parley.ChangePendingApproval || b.Status != parley.ChangePendingApproval {
					t.Fatalf("%s, %s: nobody is asked: %s, %s", name, kind, a.Status, b.Status)
				}
				if err := first.do(d, admin, a); err != nil {
					t.Fatalf("%s, %s: %v", name, kind, err)
				}
				q := must(d.service.InboxItem(context.Background(), admin, b.ApprovalID))
				rival := ""
				if first.promises && second.after {
					rival = a.ID
				}
				if words := parley.PlainNumbers().Decision(q, parley.ApprovalApproved, nil); q.Prospect.Rival != rival || rival != "" && !strings.Contains(words, rival) {
					t.Errorf("%s, %s: beside %q: %s", name, kind, q.Prospect.Rival, words)
				}
				if err := d.decideAndResume(admin, b.ApprovalID, "approve"); err != nil {
					t.Errorf("%s, %s: %v", name, kind, err)
				}
			}
		}
	})
}
