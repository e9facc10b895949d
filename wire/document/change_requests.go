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

// ChangeCreate is the body that asks for a change, as the shared contract writes it.
type ChangeCreate struct {
	Idempotency
	Conversation
	ChangeType     parley.ChangeType `json:"change_type" maxLength:"64" doc:"flight_dates, impressions, pricing, creative, targeting, cancellation, makegood or other."`
	DealID         string            `json:"deal_id,omitempty" maxLength:"128" doc:"The deal to change, or"`
	OrderID        string            `json:"order_id,omitempty" maxLength:"128" doc:"an order of it."`
	ProposedValues Object            `json:"proposed_values,omitempty" doc:"What the terms should become: flight_start, flight_end, impressions, price; of a cancellation cancel_pct and effective_date alone."`
	Diffs          []DiffCreate      `json:"diffs,omitempty" maxItems:"50" doc:"What they are, and should become."`
	Reason         string            `json:"reason,omitempty" maxLength:"2000"`
	Severity       string            `json:"severity,omitempty" maxLength:"64" doc:"Read and left: what the change does says how severe it is."`
	Makegood       Object            `json:"makegood,omitempty" doc:"Required with change_type makegood. Answered with notes and preferred_dayparts in any case."`
}

// DiffCreate is one difference that is asked for.
type DiffCreate struct {
	Field    string `json:"field" maxLength:"64"`
	OldValue Value  `json:"old_value,omitempty" doc:"When it is not what the deal has, the request is refused."`
	NewValue Value  `json:"new_value,omitempty"`
}

// ChangeFilter narrows a list of changes.
type ChangeFilter struct {
	Status     parley.ChangeStatus `json:"status,omitempty" query:"status" enum:"pending,validating,pending_approval,approved,rejected,applied,failed"`
	ChangeType parley.ChangeType   `json:"change_type,omitempty" query:"change_type" enum:"flight_dates,impressions,pricing,creative,targeting,cancellation,makegood,other"`
	DealID     string              `json:"deal_id,omitempty" query:"deal_id" maxLength:"128"`
	OrderID    string              `json:"order_id,omitempty" query:"order_id" maxLength:"128"`
	Paging
}
