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

// AvailsRequest asks about one product, in either dialect: product_id, flight_start, flight_end and impressions (or
// start_date and end_date), or the contract's productid, startdate, enddate and requestedImpressions. With productids it
// is a search of OpenDirect 2.1 about several. Of targeting the geo of an object is read: a product that is sold elsewhere alone
// has nothing there. Avails are those of the whole product.
type AvailsRequest struct {
	ProductID   string       `json:"product_id,omitempty" maxLength:"128"`
	FlightStart *parley.Date `json:"flight_start,omitempty" format:"date" doc:"First day; today when absent."`
	FlightEnd   *parley.Date `json:"flight_end,omitempty" format:"date" doc:"Last day, included; thirty days after the first when absent."`
	StartDate   *parley.Date `json:"start_date,omitempty" format:"date" doc:"The same as flight_start."`
	EndDate     *parley.Date `json:"end_date,omitempty" format:"date" doc:"The same as flight_end."`
	Impressions int64        `json:"impressions,omitempty" minimum:"1"`

	Budget *contract.Price `json:"budget,omitempty" doc:"What may be spent at most; limits the volume at the CPM."`

	ContractProductID   string `json:"productid,omitempty" maxLength:"128"`
	ContractStart       string `json:"startdate,omitempty" format:"date-time" maxLength:"40"`
	ContractEnd         string `json:"enddate,omitempty" format:"date-time" maxLength:"40"`
	ContractImpressions int64  `json:"requestedImpressions,omitempty" minimum:"1"`

	Targeting Value `json:"targeting,omitempty" doc:"Of an object its geo is read, a list of ISO 3166 codes: a product that is sold elsewhere alone has nothing there. Nothing else of it changes what is free."`

	AvailsSearch
}

// AvailsSearch are the members of a search for the avails of several products, as OpenDirect 2.1 writes it; its flight is in
// startdate and enddate. A request with productids is one, and is held to what OpenDirect requires.
type AvailsSearch struct {
	AccountID         string         `json:"accountid,omitempty" maxLength:"128"`
	AdvertiserBrandID string         `json:"advertiserbrandid,omitempty" maxLength:"128"`
	ProductIDs        []string       `json:"productids,omitempty" minItems:"1" maxItems:"100"`
	Currency          string         `json:"currency,omitempty" maxLength:"3" doc:"What is bought in, and the budget's; the product's when absent. A product that is sold in another currency is Unavailable, with its own in the comment."`
	ProductTargeting  []AvailsTarget `json:"producttargeting,omitempty" maxItems:"100"`
}

// AvailsTarget is one dimension of a search. The target requestedimpressions says how many impressions are asked for, and
// budget what may be spent on each product; others do not change what is free.
type AvailsTarget struct {
	Target       string   `json:"target,omitempty" maxLength:"128"`
	TargetValues []string `json:"targetvalues,omitempty" maxItems:"100"`
}

// Searches tells a search from a question about one product.
func (a *AvailsRequest) Searches() bool { return a.ProductIDs != nil }
