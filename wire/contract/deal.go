package contract

import (
	"encoding/json"
	"time"

	"parley"
	"parley/openrtb"
)

// Deal is a deal as the contract wraps it under "deal".
type Deal struct {
	DealID                 string            `json:"deal_id"`
	DealType               parley.DealType   `json:"deal_type"`
	Status                 parley.DealStatus `json:"status"`
	QuoteID                *string           `json:"quote_id"`
	Product                ProductSummary    `json:"product"`
	Pricing                Pricing           `json:"pricing"`
	Terms                  Terms             `json:"terms"`
	MediaType              parley.MediaType  `json:"media_type"`
	BuyerTier              parley.Tier       `json:"buyer_tier"`
	ExpiresAt              *time.Time        `json:"expires_at"`
	ActivationInstructions map[string]string `json:"activation_instructions"`
	OpenRTBParams          *OpenRTBParams    `json:"openrtb_params" doc:"Null until the deal is booked."`
	CreatedAt              time.Time         `json:"created_at"`
	SellerID               string            `json:"seller_id"`
	RateCardID             *string           `json:"rate_card_id" doc:"Always null here: prices are the publisher's own."`
	ConsentContext         json.RawMessage   `json:"consent_context"`
	LinearTV               json.RawMessage   `json:"linear_tv" doc:"Always null: linear TV is not traded."`
}

// OpenRTBParams are the deal's OpenRTB parameters with the contract's money.
type OpenRTBParams struct {
	ID               string   `json:"id"`
	BidFloor         Money    `json:"bidfloor"`
	AuctionType      int      `json:"at"`
	Seats            []string `json:"wseat"`
	AdvertiserDomain []string `json:"wadomain"`
}

// DealOf maps a deal that ends at an instant.
func DealOf(d parley.Deal, sellerID string, expiresAt time.Time) Deal {
	return Deal{
		DealID:                 d.ID,
		DealType:               d.DealType,
		Status:                 d.Status,
		QuoteID:                Optional(d.QuoteID),
		Product:                ProductSummary{ProductID: d.ProductID, Name: d.ProductName, InventoryType: Optional(d.InventoryType)},
		Pricing:                PricingOf(d.Price, d.DealType),
		Terms:                  termsOf(d.Impressions, d.Flight, d.DealType),
		MediaType:              d.MediaType,
		BuyerTier:              d.Tier,
		ExpiresAt:              &expiresAt,
		ActivationInstructions: openrtb.ActivationInstructions(d),
		OpenRTBParams:          paramsOf(d),
		CreatedAt:              d.CreatedAt,
		SellerID:               sellerID,
		ConsentContext:         d.Carried.ConsentContext,
	}
}

func paramsOf(d parley.Deal) *OpenRTBParams {
	params := openrtb.ParamsOf(d)
	if params == nil {
		return nil
	}
	return &OpenRTBParams{
		ID: params.ID, BidFloor: *MoneyOf(params.BidFloor), AuctionType: params.AuctionType,
		Seats: Listed(params.Seats), AdvertiserDomain: Listed(params.Domains),
	}
}

// Listed is a list that is written as [] rather than null when it is empty: the contract's readers take no null for one.
func Listed[T any](items []T) []T {
	if items == nil {
		return []T{}
	}
	return items
}
