package document

import (
	"encoding/json"
	"time"

	"parley"
	"parley/wire/contract"
)

// ChangeResponse is a change request: its members as the shared contract has them, what the contract has no member for,
// and the contract's object under change_request.
type ChangeResponse struct {
	contract.ChangeRequest
	ApprovalID    *string                `json:"approval_id" doc:"Of the decision that the change waits for, or waited for."`
	FailureReason *string                `json:"failure_reason" doc:"Why it could not be applied."`
	AskedBy       parley.Side            `json:"asked_by" enum:"buyer,seller" doc:"What the seller asks for and costs the buyer is the buyer's to apply."`
	LapsesAt      *time.Time             `json:"lapses_at" doc:"From when on an approved change can no longer be applied; null where there is nothing to apply."`
	Before        *ChangedTerms          `json:"before" doc:"The deal as it was when the change was applied."`
	Contract      contract.ChangeRequest `json:"change_request" doc:"The same change request as the shared contract writes it."`
}

// ChangedTerms are a deal's terms before a change.
type ChangedTerms struct {
	Status      parley.DealStatus             `json:"status"`
	Impressions int64                         `json:"impressions"`
	FlightStart parley.Date                   `json:"flight_start" format:"date"`
	FlightEnd   parley.Date                   `json:"flight_end" format:"date"`
	Price       *contract.Decimal             `json:"price"`
	Currency    parley.Currency               `json:"currency"`
	Orders      map[string]parley.OrderStatus `json:"orders,omitempty" doc:"Where its orders stood, when it was cancelled."`
}

// UnmarshalJSON implements json.Unmarshaler.
func (c *ChangedTerms) UnmarshalJSON(raw []byte) error {
	type plain ChangedTerms
	err := json.Unmarshal(raw, (*plain)(c))
	in(c.Currency, c.Price)
	return err
}
