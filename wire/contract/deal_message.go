package contract

import "encoding/json"

// DealBookingRequest books a quote in the contract's dialect.
type DealBookingRequest struct {
	QuoteID        string          `json:"quote_id"`
	IdempotencyKey string          `json:"idempotency_key"`
	BuyerIdentity  *BuyerIdentity  `json:"buyer_identity"`
	Notes          *string         `json:"notes"`
	ConsentContext json.RawMessage `json:"consent_context"`
	AudiencePlan   json.RawMessage `json:"audience_plan"`
}

// UnmarshalJSON implements json.Unmarshaler. It holds the request to the contract's rules.
func (b *DealBookingRequest) UnmarshalJSON(raw []byte) error {
	type message DealBookingRequest
	return decode(raw, (*message)(b), "quote_id", "idempotency_key")
}

// DealBookingResponse is the contract's envelope of a deal.
type DealBookingResponse struct {
	Deal                 Deal            `json:"deal"`
	AudiencePlanSnapshot json.RawMessage `json:"audience_plan_snapshot"`
	AudienceMatchSummary json.RawMessage `json:"audience_match_summary"`
}

// UnmarshalJSON implements json.Unmarshaler.
func (b *DealBookingResponse) UnmarshalJSON(raw []byte) error {
	type message DealBookingResponse
	return decode(raw, (*message)(b), "deal")
}
