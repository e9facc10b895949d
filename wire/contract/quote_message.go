package contract

import (
	"encoding/json"

	"parley"
)

// QuoteRequest asks for a quote in the contract's dialect.
type QuoteRequest struct {
	ProductID      string           `json:"product_id"`
	DealType       parley.DealType  `json:"deal_type"`
	IdempotencyKey string           `json:"idempotency_key"`
	Impressions    *int64           `json:"impressions"`
	FlightStart    *parley.Date     `json:"flight_start"`
	FlightEnd      *parley.Date     `json:"flight_end"`
	TargetCPM      *Money           `json:"target_cpm"`
	BuyerIdentity  *BuyerIdentity   `json:"buyer_identity"`
	MediaType      parley.MediaType `json:"media_type"`
	LinearTV       json.RawMessage  `json:"linear_tv"`
	ConsentContext json.RawMessage  `json:"consent_context"`
	AudiencePlan   json.RawMessage  `json:"audience_plan"`
	RateCardID     *string          `json:"rate_card_id"`
	AgentURL       *string          `json:"agent_url"`
}

// UnmarshalJSON implements json.Unmarshaler. It holds the request to the contract's rules: the key that makes a retry
// safe, and parameters for linear TV when that is what is asked for.
func (q *QuoteRequest) UnmarshalJSON(raw []byte) error {
	type message QuoteRequest
	if err := decode(raw, (*message)(q), "product_id", "deal_type", "idempotency_key"); err != nil {
		return err
	}
	if q.MediaType == parley.MediaLinearTV && absent(q.LinearTV) {
		return parley.Invalid("linear_tv", "is required: this media_type requires linear_tv params")
	}
	return nil
}

// absent tells whether an optional member is not there, or is null.
func absent(raw json.RawMessage) bool { return len(raw) == 0 || string(raw) == "null" }

// BuyerIdentity is who a buyer says it is. It proves nothing: only a credential raises the tier.
type BuyerIdentity struct {
	SeatID               *string `json:"seat_id"`
	SeatName             *string `json:"seat_name"`
	DSPPlatform          *string `json:"dsp_platform"`
	AgencyID             *string `json:"agency_id"`
	AgencyName           *string `json:"agency_name"`
	AgencyHoldingCompany *string `json:"agency_holding_company"`
	AdvertiserID         *string `json:"advertiser_id"`
	AdvertiserName       *string `json:"advertiser_name"`
	AdvertiserIndustry   *string `json:"advertiser_industry"`
	CampaignID           *string `json:"campaign_id"`
	CampaignName         *string `json:"campaign_name"`
}

// QuoteResponse is the contract's envelope of a quote.
type QuoteResponse struct {
	Quote Quote `json:"quote"`
}

// UnmarshalJSON implements json.Unmarshaler.
func (q *QuoteResponse) UnmarshalJSON(raw []byte) error {
	type message QuoteResponse
	return decode(raw, (*message)(q), "quote")
}
