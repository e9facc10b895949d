package wire

import (
	"time"

	"parley"
	"parley/seller"
	"parley/wire/contract"
)

// LookbackRequest is a rule to try on the past.
type LookbackRequest struct {
	Gate       string   `json:"gate" enum:"proposal_decision,negotiation_accept,deal_booking"`
	Condition  string   `json:"condition,omitempty" maxLength:"2000" doc:"CEL over the members of a case; empty matches everything."`
	AccountIDs []string `json:"account_ids,omitempty" maxItems:"1000" maxLength:"128" doc:"As of a rule. Absent: every buyer."`
}

// Domain is what the flow takes.
func (r *LookbackRequest) Domain() parley.ApprovalRule {
	return parley.ApprovalRule{Gate: parley.Gate(r.Gate), Condition: r.Condition, AccountIDs: r.AccountIDs}
}

// Lookback is what a rule would have stopped.
type Lookback struct {
	Since   time.Time     `json:"since" doc:"When the first was made, or asked about, that was looked at."`
	Deals   int64         `json:"deals" doc:"At most 1,000 that were booked, of the last 90 days, and what other rules stopped at this gate since then and is not booked."`
	Stopped int64         `json:"stopped"`
	Values  []LookbackSum `json:"values" doc:"By currency."`
}

// LookbackSum is what deals in one currency come to.
type LookbackSum struct {
	Currency parley.Currency   `json:"currency"`
	Value    *contract.Decimal `json:"value"`
	Stopped  *contract.Decimal `json:"stopped"`
}

// LookbackOf writes what a rule would have stopped.
func LookbackOf(_ View, l seller.Lookback) Lookback {
	rendered := Lookback{Since: l.Since, Deals: l.Deals, Stopped: l.Stopped, Values: []LookbackSum{}}
	for _, s := range l.Sums {
		rendered.Values = append(rendered.Values, LookbackSum{
			s.Currency, contract.DecimalOf(parley.Money{Micros: s.Value, Currency: s.Currency}),
			contract.DecimalOf(parley.Money{Micros: s.Stopped, Currency: s.Currency}),
		})
	}
	return rendered
}
