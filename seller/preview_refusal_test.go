package seller_test

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"testing"

	"parley"
	"parley/seller"
)

// TestPreviewsRefuseAsSendingDoes asks for a look at terms that nobody can mean, in wrong order and out of range, and at some that one can:
// the look is refused where sending the same is, and nothing breaks.
func TestPreviewsRefuseAsSendingDoes(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		ctx := context.Background()
		d.sell(video())
		d.gate(parley.ApprovalRule{Gate: parley.GateProposalDecision})
		buyer, desk := d.buyer(acme), d.operator()
		asked := d.submit(buyer, propose(12_000_000, 1_000_000))
		deal := d.dealOf(buyer, 1000)
		start, end := *propose(1, 1).Start, *propose(1, 1).End
		refused := func(what string, m said, err error) bool {
			t.Helper()
			if e := new(parley.Error); err != nil && (!errors.As(err, &e) || e.Code == parley.CodeInternal) {
				t.Errorf("%s of %s: %v", what, m, err)
			}
			return err != nil
		}
		same := func(what string, m said, look, send error) {
			t.Helper()
			if refused("a look at "+what, m, look) != refused(what, m, send) {
				t.Errorf("%s of %s: a look at it is answered %v, and sending it %v", what, m, look, send)
			}
		}
		try := func(terms parley.Modifications) {
			t.Helper()
			m := said{terms}
			_, shown := d.service.InboxItemOn(ctx, desk, asked.ApprovalID, &terms)
			request := seller.DecisionRequest{ApprovalID: asked.ApprovalID, Decision: "counter", Modifications: &terms}
			_, look := d.service.TryDecision(ctx, desk, request)
			if refused("a prospect", m, shown) && look == nil {
				t.Errorf("a prospect of %s is refused, and the counter is not: %v", m, shown)
			}
			var planned parley.Approval
			_, send := d.service.PlanDecision(ctx, desk, request, keep(&planned))
			same("a counter", m, look, send)
			if send == nil {
				must(0, d.takeBack(desk, asked.ApprovalID))
			}

			in := seller.ChangeInput{
				Type: parley.ChangeOther, DealID: deal.ID, Reason: "so", Proposed: json.RawMessage(`{}`),
				Terms: parley.ChangeTerms{FlightStart: m.FlightStart, FlightEnd: m.FlightEnd, Impressions: m.Impressions, CPM: m.CounterCPM},
			}
			_, look = d.service.PreviewChange(ctx, desk, in)
			_, send = d.askChange(desk, in)
			same("a change", m, look, send)

			days := parley.Flight{}
			if m.FlightStart != nil {
				days.Start = *m.FlightStart
			}
			if m.FlightEnd != nil {
				days.End = *m.FlightEnd
			}
			var volume int64
			if m.Impressions != nil {
				volume = *m.Impressions
			}
			_, err := d.service.Availability(ctx, desk, seller.AvailabilityRequest{ProductID: "video-home", Range: days, Impressions: volume})
			refused("availability", m, err)
			_, err = d.service.Capacity(ctx, desk, "video-home", days)
			refused("capacity", m, err)
			_, err = d.service.ProductAvails(ctx, buyer, seller.AvailsRequest{
				ProductIDs: []string{"video-home"}, FlightStart: m.FlightStart, FlightEnd: m.FlightEnd, Impressions: volume,
			})
			refused("avails", m, err)
			_, look = d.service.WhatIf(ctx, desk, seller.WhatIfRequest{
				ProductID: "video-home", DealType: "PG", FlightStart: m.FlightStart, FlightEnd: m.FlightEnd, Impressions: volume,
			})
			refused("what if", m, look)
			_, err = d.service.PreviewPricing(ctx, desk, seller.PricingDraft{RateCard: &parley.RateCard{}, Impressions: volume})
			refused("prices", m, err)
		}
		price := of[int64](12_500_000)
		for _, days := range [][2]*parley.Date{
			{of(start + 1), of(end)}, {of(end), of(start)}, {of(end + 20), nil}, {nil, of(start - 9)}, {of(start - 1000), nil}, {nil, of(start + 100_000)},
			{of(parley.Date(0)), of(parley.Date(math.MaxInt32))}, {of(parley.Date(math.MaxInt32)), of(parley.Date(math.MinInt32))},
		} {
			try(parley.Modifications{CounterCPM: price, FlightStart: days[0], FlightEnd: days[1]})
		}
		for _, volume := range []int64{math.MinInt64, -1, 0, 500_000, math.MaxInt64} {
			try(parley.Modifications{CounterCPM: price, Impressions: &volume})
		}
		for _, price := range []int64{math.MinInt64, 0, math.MaxInt64} {
			try(parley.Modifications{CounterCPM: &price, Impressions: of[int64](500_000)})
		}
		try(parley.Modifications{})
	})
}

// said is what a test says of terms.
type said struct{ parley.Modifications }

func (m said) String() string {
	text, _ := json.Marshal(m.Modifications)
	return string(text)
}
