package client

import (
	"context"
	"encoding/json"

	"parley"
)

// AvailsRequest asks how much of a product can be had over a flight.
type AvailsRequest struct {
	ProductID   string       `json:"product_id"`
	FlightStart *parley.Date `json:"flight_start,omitempty"` // nil: the seller's default flight
	FlightEnd   *parley.Date `json:"flight_end,omitempty"`
	Impressions int64        `json:"impressions,omitempty"` // 0: whatever is free
	Budget      *Price       `json:"budget,omitempty"`      // an amount, and no CPM: what may be spent at most; nil: no limit
}

// Avails is what can be had of a product over a flight.
type Avails struct {
	ProductID            string       `json:"product_id"`
	Name                 string       `json:"name"`
	FlightStart          parley.Date  `json:"flight_start"`
	FlightEnd            parley.Date  `json:"flight_end"`
	Status               AvailsStatus `json:"availsstatus"`
	InventoryAvailable   bool         `json:"inventory_available"`   // whether what was asked for can be had
	AvailableImpressions *int64       `json:"available_impressions"` // all that is free; nil: the product's capacity is not declared
	// Impressions are what can be had: of the volume asked for, within the budget. GuaranteedImpressions are what of it a
	// guaranteed deal can have; nil: the product is not sold as PG over the flight.
	Impressions           int64       `json:"availableImpressions"`
	GuaranteedImpressions *int64      `json:"guaranteedImpressions"`
	Price                 *Price      `json:"price"`       // CPM for this buyer at Impressions; nil without a key, or not priced
	PriceRange            *PriceRange `json:"price_range"` // what a caller without a key sees instead
	TotalCost             *Price      `json:"totalCost"`   // an amount: of Impressions at the price; nil without one
	Pricing               *Pricing    `json:"pricing"`     // what Price is made of
	BuyerTier             string      `json:"buyer_tier"`
}

// UnmarshalJSON implements json.Unmarshaler.
func (a *Avails) UnmarshalJSON(raw []byte) error {
	type wire Avails
	if err := json.Unmarshal(raw, (*wire)(a)); err != nil {
		return err
	}
	var currency parley.Currency
	switch {
	case a.Pricing != nil:
		currency = a.Pricing.Currency
	case a.PriceRange != nil:
		currency = a.PriceRange.Currency
	}
	a.Price.in(currency)
	a.TotalCost.in(currency)
	return nil
}

// The words of AvailsStatus.Status.
const (
	Available          = "Available"           // all that was asked for
	PartiallyAvailable = "Partially Available" // some of it
	Unavailable        = "Unavailable"         // none of it
)

// AvailsStatus says whether what was asked for can be had, and why not.
type AvailsStatus struct {
	Status  string `json:"status"`
	Reason  string `json:"reason"`  // why less can be had, such as Booked; empty when all can
	Comment string `json:"comment"` // the reason as a sentence
}

// Avails asks how much of a product can be had.
func (c *Client) Avails(ctx context.Context, request AvailsRequest) (Avails, error) {
	return post[Avails](ctx, c, "/products/avails", request)
}
