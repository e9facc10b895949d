package seller_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"parley"
	"parley/seller"
)

// decideAlone says yes to each question that is expected to have no change beside it, in one decision, and answers what the last one is refused with.
func (d *desk) decideAlone(call seller.Call, ids ...string) error {
	d.t.Helper()
	var requests []seller.DecisionRequest
	for _, id := range ids {
		requests = append(requests, seller.DecisionRequest{ApprovalID: id, Decision: "approve", Expected: &parley.Expected{Rivals: new([]string)}})
	}
	decided := must(d.service.DecideAll(context.Background(), call, requests, false))
	for _, one := range decided[:len(decided)-1] {
		if one.Err != nil {
			d.t.Errorf("the first: %v", one.Err)
		}
	}
	return decided[len(decided)-1].Err
}

// TestTwoGrantedChangesAreTold answers one change of a deal, in each way, and then asks what a yes to another, or to an order, comes to: where
// of the two changes the second that is applied fails, or the order is for what is changed, that is said, and an answer that is expected to have
// nothing beside it is refused.
func TestTwoGrantedChangesAreTold(t *testing.T) {
	t.Parallel()
	firsts := map[string]struct {
		do       func(d *desk, admin seller.Call, c parley.ChangeRequest) error // nil: it is answered in one decision with the other
		promises bool
	}{
		"answered with it": {nil, true},
		"nobody answers":   {func(*desk, seller.Call, parley.ChangeRequest) error { return nil }, false},
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
	asked := map[string]seller.ChangeInput{
		"dates": {Type: parley.ChangeFlightDates, Terms: parley.ChangeTerms{FlightEnd: of(mustDay("2026-07-10"))}},
		"end":   {Type: parley.ChangeCancellation, Reason: "as agreed", Terms: parley.ChangeTerms{Cancel: &parley.Cancellation{Share: parley.WholeDeal}}},
	}
	seconds := map[string]struct {
		in    seller.ChangeInput
		after string // the first ones after which it fails, or is about something else
	}{
		"other days":        {seller.ChangeInput{Type: parley.ChangeFlightDates, Terms: parley.ChangeTerms{FlightEnd: of(mustDay("2026-07-20"))}}, "dates, end"},
		"less volume":       {seller.ChangeInput{Type: parley.ChangeImpressions, Terms: parley.ChangeTerms{Impressions: of[int64](40_000)}}, "dates, end"},
		"the end":           {seller.ChangeInput{Type: parley.ChangeCancellation, Terms: parley.ChangeTerms{Cancel: &parley.Cancellation{Share: parley.WholeDeal}}}, ""},
		"work for a person": {seller.ChangeInput{Type: parley.ChangeCreative, Proposed: []byte(`{"creative_id":"cr-2"}`)}, "end"},
		"an order":          {seller.ChangeInput{}, "dates, end"},
	}
	onEach(t, func(t *testing.T, d *desk) {
		d.sell(video())
		d.gate(parley.ApprovalRule{Gate: parley.GateOrderSubmission, Condition: "true"})
		buyer, admin := d.buyer(acme), d.operator()
		second := func(dealID string, in seller.ChangeInput) (approvalID string) {
			if in.Type == "" {
				for _, a := range d.asked(must(d.move(buyer, must(d.order(buyer, dealID)).ID, parley.OrderSubmitted)).DealID) {
					if a.OrderID != "" {
						return a.ID
					}
				}
				return ""
			}
			in.DealID, in.Reason = dealID, "as agreed"
			return must(d.askChange(buyer, in)).ApprovalID
		}
		for name, first := range firsts {
			for before, in := range asked {
				for kind, b := range seconds {
					about := strings.Join([]string{name, before, kind}, ", ")
					in.DealID = d.dealOf(buyer, 100_000).ID
					a := must(d.askChange(buyer, in))
					question := second(in.DealID, b.in)
					if a.ApprovalID == "" || question == "" {
						t.Fatalf("%s: nobody is asked", about)
					}
					beside := first.promises && strings.Contains(b.after, before)
					if first.do == nil {
						if err := d.decideAlone(admin, a.ApprovalID, question); (err != nil) != beside {
							t.Errorf("%s: %v", about, err)
						}
						continue
					}
					if err := first.do(d, admin, a); err != nil {
						t.Fatalf("%s: %v", about, err)
					}
					q := must(d.service.InboxItem(context.Background(), admin, question))
					var rivals []string
					if beside {
						rivals = []string{a.ID}
					}
					words := parley.PlainNumbers().Decision(q, parley.ApprovalApproved, nil)
					if !slices.Equal(q.Prospect.Rivals, rivals) || beside && !strings.Contains(words, a.ID) {
						t.Errorf("%s: beside %q: %s", about, q.Prospect.Rivals, words)
					}
					if err := d.decideAlone(admin, question); (err != nil) != beside {
						t.Errorf("%s: answered alone: %v", about, err)
					}
					if err := d.decideAndResume(admin, question, "approve"); err != nil && beside {
						t.Errorf("%s: %v", about, err)
					}
				}
			}
		}
	})
}
