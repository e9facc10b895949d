package client

import (
	"encoding/json"

	"parley"
)

// ProductSummary names the product of a quote or deal.
type ProductSummary struct {
	ProductID     string `json:"product_id"`
	Name          string `json:"name"`
	InventoryType string `json:"inventory_type"`
}

// Pricing is a price and how it came about.
type Pricing struct {
	BaseCPM           *Price          `json:"base_cpm"`            // before discounts
	TierDiscountPct   json.Number     `json:"tier_discount_pct"`   // percent, such as 12.5
	RuleDiscountPct   json.Number     `json:"rule_discount_pct"`   // percent
	VolumeDiscountPct json.Number     `json:"volume_discount_pct"` // percent
	FinalCPM          Price           `json:"final_cpm"`           // the price
	Currency          parley.Currency `json:"currency"`
	PricingModel      string          `json:"pricing_model"`
	PricingType       string          `json:"pricing_type"` // fixed, or floor for a private auction
	Rationale         string          `json:"rationale"`
}

// UnmarshalJSON implements json.Unmarshaler.
func (p *Pricing) UnmarshalJSON(raw []byte) error {
	type wire Pricing
	if err := json.Unmarshal(raw, (*wire)(p)); err != nil {
		return err
	}
	p.BaseCPM.in(p.Currency)
	p.FinalCPM.in(p.Currency)
	return nil
}

// Terms are what is delivered, and when.
type Terms struct {
	Impressions *int64      `json:"impressions"` // nil: none were named
	FlightStart parley.Date `json:"flight_start"`
	FlightEnd   parley.Date `json:"flight_end"` // the last day, included
	Guaranteed  bool        `json:"guaranteed"`
}
