package document

import (
	"encoding/json"

	"github.com/danielgtaylor/huma/v2"

	"parley"
	"parley/wire/contract"
)

// Object is a JSON object that is kept and handed back as it is, up to 16 KiB and 16 levels deep.
type Object json.RawMessage

// MarshalJSON implements json.Marshaler.
func (o Object) MarshalJSON() ([]byte, error) {
	if o == nil {
		return []byte("null"), nil
	}
	return o, nil
}

// UnmarshalJSON implements json.Unmarshaler.
func (o *Object) UnmarshalJSON(raw []byte) error {
	*o = append((*o)[:0], raw...)
	return nil
}

// Schema is any object.
func (Object) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeObject, AdditionalProperties: true}
}

// Identity is who a buyer is: as its credential vouches for it, or, apart from that, as it says itself. What it says is
// recorded and shown as claimed, and moves no price.
type Identity struct {
	SeatID               string `json:"seat_id,omitempty" maxLength:"128"`
	SeatName             string `json:"seat_name,omitempty" maxLength:"200"`
	DSPPlatform          string `json:"dsp_platform,omitempty" maxLength:"200" doc:"Such as The Trade Desk."`
	AgencyID             string `json:"agency_id,omitempty" maxLength:"128"`
	AgencyName           string `json:"agency_name,omitempty" maxLength:"200"`
	AgencyHoldingCompany string `json:"agency_holding_company,omitempty" maxLength:"200"`
	AdvertiserID         string `json:"advertiser_id,omitempty" maxLength:"128"`
	AdvertiserName       string `json:"advertiser_name,omitempty" maxLength:"200"`
	AdvertiserIndustry   string `json:"advertiser_industry,omitempty" maxLength:"200"`
	AdvertiserDomain     string `json:"advertiser_domain,omitempty" maxLength:"253"`
	CampaignID           string `json:"campaign_id,omitempty" maxLength:"128"`
	CampaignName         string `json:"campaign_name,omitempty" maxLength:"200"`
}

// Pricing is a price as the buyer may read it. Amounts are CPMs in currency units.
type Pricing struct {
	BaseCPM           *contract.Decimal `json:"base_cpm" doc:"Before discounts."`
	TierDiscountPct   contract.Percent  `json:"tier_discount_pct"`
	RuleDiscountPct   contract.Percent  `json:"rule_discount_pct"`
	VolumeDiscountPct contract.Percent  `json:"volume_discount_pct"`
	FinalCPM          *contract.Decimal `json:"final_cpm" doc:"The price."`
	Currency          parley.Currency   `json:"currency"`
	PricingModel      string            `json:"pricing_model" enum:"cpm"`
	PricingType       string            `json:"pricing_type" enum:"fixed,floor" doc:"fixed, or floor for a private auction."`
	Rationale         string            `json:"rationale"`
}

// UnmarshalJSON implements json.Unmarshaler.
func (p *Pricing) UnmarshalJSON(raw []byte) error {
	type plain Pricing
	err := json.Unmarshal(raw, (*plain)(p))
	in(p.Currency, p.BaseCPM, p.FinalCPM)
	return err
}

// Terms are what is delivered, and when.
type Terms struct {
	Impressions *int64      `json:"impressions" doc:"Null when none were named."`
	FlightStart parley.Date `json:"flight_start" format:"date"`
	FlightEnd   parley.Date `json:"flight_end" format:"date" doc:"The last day, included."`
	Guaranteed  bool        `json:"guaranteed"`
}

// Value is any JSON value, kept as it is written, so that a number keeps its digits.
type Value json.RawMessage

// MarshalJSON implements json.Marshaler.
func (v Value) MarshalJSON() ([]byte, error) { return Object(v).MarshalJSON() }

// UnmarshalJSON implements json.Unmarshaler.
func (v *Value) UnmarshalJSON(raw []byte) error {
	*v = append((*v)[:0], raw...)
	return nil
}

// Schema is anything.
func (Value) Schema(huma.Registry) *huma.Schema { return &huma.Schema{} }
