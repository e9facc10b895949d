package document

import (
	"encoding/json"

	"parley"
	"parley/wire/contract"
)

// AvailsResponse is what is free: the documented members together with those of the shared contract.
type AvailsResponse struct {
	ProductID            string            `json:"product_id"`
	Name                 string            `json:"name"`
	FlightStart          parley.Date       `json:"flight_start" format:"date"`
	FlightEnd            parley.Date       `json:"flight_end" format:"date"`
	Impressions          *int64            `json:"impressions" doc:"As asked."`
	InventoryAvailable   bool              `json:"inventory_available" doc:"Whether the volume asked for, or any at all, can be had within the budget."`
	AvailableImpressions *int64            `json:"available_impressions" doc:"Null when the product's capacity is not declared."`
	Price                *contract.Decimal `json:"price" doc:"CPM for this buyer at the volume that can be had; null without a key."`
	PriceRange           *PriceRange       `json:"price_range" doc:"In place of price, without a key."`
	Pricing              *Pricing          `json:"pricing" doc:"What price is made of; null without a key."`
	BuyerTier            parley.Tier       `json:"buyer_tier"`

	AvailsStatus *contract.AvailsStatus `json:"availsstatus" doc:"Whether what was asked for can be had, and why not."`
	contract.Avails
}

// UnmarshalJSON implements json.Unmarshaler.
func (a *AvailsResponse) UnmarshalJSON(raw []byte) error {
	type plain AvailsResponse
	err := json.Unmarshal(raw, (*plain)(a))
	switch {
	case a.Pricing != nil:
		in(a.Pricing.Currency, a.Price, a.EstimatedCPM, a.TotalCost)
	case a.PriceRange != nil:
		in(a.PriceRange.Currency, a.Price, a.EstimatedCPM, a.TotalCost)
	}
	return err
}
