package contract

import (
	"encoding/json"
	"time"

	"parley"
)

// ChangeRequest is a change request as the contract wraps it under "change_request".
type ChangeRequest struct {
	ChangeRequestID   string              `json:"change_request_id"`
	ChangeType        parley.ChangeType   `json:"change_type"`
	Status            parley.ChangeStatus `json:"status"`
	Severity          parley.Severity     `json:"severity"`
	DealID            *string             `json:"deal_id"`
	OrderID           *string             `json:"order_id"`
	Reason            string              `json:"reason"`
	ProposedValues    json.RawMessage     `json:"proposed_values"`
	Diffs             []parley.ChangeDiff `json:"diffs"`
	Makegood          json.RawMessage     `json:"makegood"`
	AvailabilityCheck *ChangeAvailability `json:"availability_check"`
	PricingImpact     *PricingImpact      `json:"pricing_impact"`
	ValidationErrors  []string            `json:"validation_errors" doc:"Always empty: a request that is not valid is refused."`
	RequestedBy       string              `json:"requested_by"`
	RequestedAt       time.Time           `json:"requested_at"`
	ApprovedBy        *string             `json:"approved_by"`
	ApprovedAt        *time.Time          `json:"approved_at"`
	AppliedBy         *string             `json:"applied_by"`
	AppliedAt         *time.Time          `json:"applied_at"`
	RejectionReason   *string             `json:"rejection_reason"`
}

// ChangeAvailability is what the ledger said when a change was asked for.
type ChangeAvailability struct {
	Available            bool   `json:"available"`
	AvailableImpressions *int64 `json:"available_impressions" doc:"Null when the product's capacity is not declared."`
}

// PricingImpact is what a change does to the value of a deal.
type PricingImpact struct {
	CurrentValue  *Money `json:"current_value"`
	ProposedValue *Money `json:"proposed_value"`
	Difference    *Money `json:"difference"`
}

// ChangeRequestOf maps a change request.
func ChangeRequestOf(c parley.ChangeRequest) ChangeRequest {
	mapped := ChangeRequest{
		ChangeRequestID: c.ID, ChangeType: c.Type, Status: c.Status, Severity: c.Severity, DealID: Optional(c.DealID),
		OrderID: Optional(c.OrderID), Reason: c.Reason, ProposedValues: objectOr(c.Proposed), Diffs: Listed(c.Diffs), Makegood: makegoodOf(c.Makegood),
		ValidationErrors: []string{}, RequestedBy: c.RequestedBy, RequestedAt: c.RequestedAt, ApprovedBy: Optional(c.ApprovedBy),
		ApprovedAt: c.ApprovedAt, AppliedBy: Optional(c.AppliedBy), AppliedAt: c.AppliedAt,
		RejectionReason: Optional(c.RejectionReason),
	}
	if a := c.Availability; a != nil {
		mapped.AvailabilityCheck = &ChangeAvailability{Available: a.Available, AvailableImpressions: a.Impressions}
	}
	if i := c.Impact; i != nil {
		mapped.PricingImpact = &PricingImpact{
			CurrentValue:  &Money{AmountMicros: i.Before, Currency: i.Currency},
			ProposedValue: &Money{AmountMicros: i.After, Currency: i.Currency},
			Difference:    &Money{AmountMicros: i.After - i.Before, Currency: i.Currency},
		}
	}
	return mapped
}

// objectOr is an empty object in the place of none.
func objectOr(object json.RawMessage) json.RawMessage {
	if len(object) == 0 || string(object) == "null" {
		return json.RawMessage("{}")
	}
	return object
}

// makegoodOf is what was asked for as a makegood, with the members that the contract has in each: a reader of it takes no null
// for a list.
func makegoodOf(asked json.RawMessage) json.RawMessage {
	var members map[string]json.RawMessage
	if json.Unmarshal(asked, &members) != nil || members == nil {
		return asked // none
	}
	for name, empty := range map[string]string{"notes": `""`, "preferred_dayparts": `[]`} {
		if given := members[name]; given == nil || string(given) == "null" {
			members[name] = json.RawMessage(empty)
		}
	}
	whole, err := json.Marshal(members)
	if err != nil {
		return asked
	}
	return whole
}
