package console

import (
	"encoding/json"
	"strings"

	"parley"
)

// onPages writes numbers as pages have them.
var onPages = parley.Numbers{
	CPM: amount, Money: money, Worth: worth, Count: count, Number: number, Percent: percent, Day: day, Flight: flight, Instant: instantOf,
}

// outcome is what carrying a decision out did, as it is kept.
type outcome struct {
	Result     string `json:"result"`
	Reason     string `json:"reason"`
	ApprovalID string `json:"approval_id"`
}

// outcomeOf reads what became of a question; the zero outcome where nothing did yet.
func outcomeOf(a parley.Approval) outcome {
	var done outcome
	if len(a.Outcome) == 0 || json.Unmarshal(a.Outcome, &done) != nil {
		return outcome{}
	}
	return done
}

// outcomeWords say what became of a question.
func outcomeWords(a parley.Approval) string {
	done := outcomeOf(a)
	text := map[string]string{
		"accepted": "Accepted", "countered": "The buyer was sent a counter", "rejected": "Rejected", "booked": "Booked", "held": "Waits for another answer",
		"nothing": "Nothing was to be done any more",
	}[done.Result]
	switch {
	case done.Result == "accepted" && a.ChangeID != "":
		text = "The change is approved"
	case done.Result == "accepted" && a.OrderID != "":
		text = "The order goes on"
	}
	if done.Reason != "" {
		text += ": " + worded(strings.TrimSuffix(done.Reason, "."))
	}
	return text + "."
}

// farFrom tells whether a price is more than three times, or less than a third, of another: more likely a slip than meant.
func farFrom(price, other int64) bool {
	const times = 3
	if price <= 0 || other <= 0 {
		return false
	}
	low, high := min(price, other), max(price, other)
	return high/times > low || high/times == low && high%times != 0
}
