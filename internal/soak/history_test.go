package main

import (
	"testing"
	"time"
)

// TestHistoriesThatCannotBe holds the judge to what it has to find.
func TestHistoriesThatCannotBe(t *testing.T) {
	t.Parallel()
	at := func(from, to int64) answer { return answer{from: from, to: to} }
	day := func(n int64) reserve { return reserve{impressions: n, capacity: 100} }
	for name, c := range map[string]struct {
		tell func(h *histories)
		can  bool
	}{
		"one of two at once has the quote": {func(h *histories) {
			h.quotes.add("q", 1, at(0, 10), nil, booked{deal: "A"})
			h.quotes.add("q", 2, at(5, 15), nil, booked{taken: "A"})
		}, true},
		"a quote becomes two deals": {func(h *histories) {
			h.quotes.add("q", 1, at(0, 10), nil, booked{deal: "A"})
			h.quotes.add("q", 2, at(5, 15), nil, booked{deal: "B"})
		}, false},
		"a quote is taken before it was booked": {func(h *histories) {
			h.quotes.add("q", 1, at(0, 10), nil, booked{taken: "A"})
			h.quotes.add("q", 2, at(11, 15), nil, booked{deal: "A"})
		}, false},
		"a booking is lost": {func(h *histories) {
			h.quotes.add("q", 1, at(0, 10), nil, booked{deal: "A"})
			h.quotes.add("q", 2, at(11, 15), nil, booked{short: true})
		}, false},
		"a proposal answers with its deal again": {func(h *histories) {
			h.proposals.add("p", 1, at(0, 10), nil, booked{deal: "A"})
			h.proposals.add("p", 2, at(11, 15), nil, booked{deal: "A"})
		}, true},
		"a proposal becomes two deals": {func(h *histories) {
			h.proposals.add("p", 1, at(0, 10), nil, booked{deal: "A"})
			h.proposals.add("p", 2, at(11, 15), nil, booked{deal: "B"})
		}, false},
		"one decision of two holds": {func(h *histories) {
			h.approvals.add("a", 1, at(0, 10), "approve", decided{holds: true})
			h.approvals.add("a", 2, at(0, 10), "reject", decided{})
		}, true},
		"two decisions hold": {func(h *histories) {
			h.approvals.add("a", 1, at(0, 10), "approve", decided{holds: true})
			h.approvals.add("a", 2, at(0, 10), "reject", decided{holds: true})
		}, false},
		"the last impressions are sold, and then none": {func(h *histories) {
			h.ledger.add("p", -1, at(0, 0), reserve{impressions: 40, observed: true}, reserved{})
			h.ledger.add("p", 1, at(1, 10), day(60), reserved{done: true})
			h.ledger.add("p", 2, at(11, 20), day(1), reserved{})
			h.ledger.add("p", 1, at(21, 30), day(-60), reserved{done: true})
			h.ledger.add("p", 2, at(31, 40), day(1), reserved{done: true})
		}, true},
		"more is sold than there is": {func(h *histories) {
			h.ledger.add("p", -1, at(0, 0), reserve{impressions: 40, observed: true}, reserved{})
			h.ledger.add("p", 1, at(1, 10), day(60), reserved{done: true})
			h.ledger.add("p", 2, at(1, 10), day(1), reserved{done: true})
		}, false},
		"what is free is refused": {func(h *histories) {
			h.ledger.add("p", -1, at(0, 0), reserve{impressions: 0, observed: true}, reserved{})
			h.ledger.add("p", 1, at(1, 10), day(60), reserved{})
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			var h histories
			c.tell(&h)
			_, undecided, err := h.judge(time.Minute)
			if undecided > 0 || (err == nil) != c.can {
				t.Errorf("%d undecided, error %v; want it possible: %v", undecided, err, c.can)
			}
		})
	}
}
