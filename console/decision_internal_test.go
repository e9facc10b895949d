package console

import (
	"math"
	"strings"
	"testing"

	"parley"
)

func TestDecisionsInWords(t *testing.T) {
	t.Parallel()
	facts := parley.ApprovalCase{Price: 12_500_000, Ask: 13_950_000, Impressions: 3_000_000, DealValue: 37_500_000_000, Currency: "EUR"}
	of := func(change func(*parley.Approval)) parley.Approval {
		a := parley.Approval{Gate: parley.GateProposalDecision, Case: facts}
		change(&a)
		return a
	}
	as := func(*parley.Approval) {}
	for _, c := range []struct {
		a      parley.Approval
		change *parley.ChangeRequest
		to     parley.ApprovalStatus
		m      *parley.Modifications
		want   string
	}{
		{of(as), nil, parley.ApprovalApproved, nil, "Accept 12.50 EUR, 10.4% under ask, 37,500.00 EUR"},
		{of(as), nil, parley.ApprovalRejected, nil, "Decline"},
		{of(as), nil, parley.ApprovalCountered, &parley.Modifications{CounterCPM: new(int64(13_250_000))}, "Send counter 13.25 EUR, 5% under ask, 39,750.00 EUR"},
		{of(as), nil, parley.ApprovalCountered, &parley.Modifications{CounterCPM: new(int64(1_250_000_000)), Impressions: new(int64(1_000_000))}, "Send counter 1,250.00 EUR, 1,250,000.00 EUR, 1,000,000 of the 3,000,000 impressions asked for"},
		{of(as), nil, parley.ApprovalCountered, &parley.Modifications{Impressions: new(int64(1_000_000))}, "Send counter 12.50 EUR, 12,500.00 EUR, 1,000,000 of the 3,000,000 impressions asked for"},
		{of(func(a *parley.Approval) { a.Case.Price = a.Case.Ask }), nil, parley.ApprovalApproved, nil, "Accept 13.95 EUR, at ask, 41,850.00 EUR"},
		{of(func(a *parley.Approval) { a.Case.Impressions, a.Case.Volume = 0, parley.VolumeUnknown }), nil, parley.ApprovalApproved, nil, "Accept 12.50 EUR, 10.4% under ask, for no known volume"},
		{of(func(a *parley.Approval) { a.Case.Currency, a.Case.Ask = "JPY", 0 }), nil, parley.ApprovalApproved, nil, "Accept 12.5 JPY, 37,500 JPY"},
		{of(func(a *parley.Approval) { a.Gate, a.OrderID = parley.GateOrderSubmission, "ord-1" }), nil, parley.ApprovalApproved, nil, "Submit the order: 12.50 EUR, 37,500.00 EUR"},
		{of(func(a *parley.Approval) { a.ChangeID = "CR-1" }), nil, parley.ApprovalApproved, nil, "Approve the change"},
		{of(func(a *parley.Approval) { a.ChangeID = "CR-1" }),
			&parley.ChangeRequest{Impact: &parley.PricingImpact{Before: 1_000_000, After: 2_000_000, Currency: "EUR"}}, parley.ApprovalApproved, nil,
			"Approve the change: 1.00 EUR becomes 2.00 EUR"},
	} {
		if words := strings.ReplaceAll(english.text(onPages.Decision(parley.InboxItem{Approval: c.a, Change: c.change}, c.to, c.m)), "\u00a0", " "); words != c.want {
			t.Errorf("%q, want %q", words, c.want)
		}
	}
}

func TestPricesBesideTheAsk(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		price, ask int64
		want       string
	}{
		{100, 100, "at ask"}, {90, 100, "10% under ask"}, {110, 100, "10% over ask"}, {100_000, 100_001, "just under ask"},
		{100_001, 100_000, "just over ask"}, {0, 100, "100% under ask"}, {100, 0, ""}, {896, 1000, "10.4% under ask"}, {math.MaxInt64, 1, ""},
	} {
		if words := english.text(onPages.AgainstAsk(c.price, c.ask)); words != c.want {
			t.Errorf("%d beside %d is %q, want %q", c.price, c.ask, words, c.want)
		}
	}
}

func TestFarFrom(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		price, other int64
		far          bool
	}{
		{300, 100, false}, {301, 100, true}, {100, 300, false}, {100, 301, true}, {34, 100, false}, {33, 100, true}, {100, 100, false},
		{0, 100, false}, {100, 0, false}, {math.MaxInt64, 1, true}, {math.MaxInt64, math.MaxInt64 / 3, true}, {math.MaxInt64, math.MaxInt64/3 + 1, false},
	} {
		if far := farFrom(c.price, c.other); far != c.far {
			t.Errorf("%d is far from %d: %t", c.price, c.other, far)
		}
	}
}
